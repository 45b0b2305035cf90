import RunFiles
import Tensors

/// How one weight matrix or bias learns in one update.
package enum WeightUpdate {
  case descent(Descent)
  case adam(Adam)

  /// What can learn from each element of a sum while that is in a register.
  var inRegisters: Descent? {
    if case .descent(let descent) = self, !descent.looksAhead { descent } else { nil }
  }

  /// Some panels learn from their contrasts.
  package func apply(
    to weights: inout Panels, moments: inout TensorMoments, panels: Range<Int>, contrast: Scalars
  ) {
    let learning = weights.scalars(panels: panels)
    switch self {
    case .descent(let descent):
      descent.apply(to: learning, velocity: moments.first?.scalars(panels: panels), contrast: contrast)
    case .adam(let adam):
      guard let mean = moments.first?.scalars(panels: panels),
        let square = moments.second?.scalars(panels: panels)
      else { preconditionFailure("Adam without its moments") }
      adam.apply(to: learning, mean: mean, square: square, contrast: contrast)
    }
  }
}

extension TrainingSettings {
  /// The update of a tensor with a rate and a decay, the `number`-th of the run.
  func update(rate: Double, scale: Double, decay: Double, number: Int) -> WeightUpdate {
    switch optimizer {
    case .sgd, .nesterov:
      .descent(
        Descent(
          rate: rate, scale: scale, momentum: momentum, decay: decay, looksAhead: optimizer == .nesterov))
    case .adam(let mean, let square, let epsilon):
      .adam(
        Adam(
          rate: rate, scale: scale, decay: decay, mean: mean, square: square, epsilon: epsilon, update: number
        ))
    }
  }
}
