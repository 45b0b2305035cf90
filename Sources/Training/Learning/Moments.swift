import EnergyModels
import RunFiles
import Tensors

/// A running figure that an optimizer keeps beside each weight and bias: of the gradient, or of the weight itself.
package enum Moment: String, CaseIterable, Sendable {
  /// v ← μ v + g.
  case velocity
  /// m ← β₁ m + (1 − β₁) g.
  case mean
  /// v ← β₂ v + (1 − β₂) g².
  case square
  /// w̄ ← a w̄ + (1 − a) w after each step.
  case average
}

extension TrainingSettings {
  /// What the optimizer keeps.
  package var moments: [Moment] {
    let ofGradient: [Moment] =
      switch optimizer {
      case .sgd: momentum > 0 ? [.velocity] : []
      case .nesterov: [.velocity]
      case .adam: [.mean, .square]
      }
    return ofGradient + (average == nil ? [] : [.average])
  }
}

/// The moments beside one weight or bias, of its shape; nil where the optimizer keeps none.
package struct TensorMoments: Sendable {
  /// The velocity or the mean.
  package var first: Panels?
  /// The mean square.
  package var second: Panels?
  /// The weight's own average.
  package var average: Panels?

  package init(first: Panels? = nil, second: Panels? = nil) { (self.first, self.second) = (first, second) }

  subscript(moment: Moment) -> Panels? {
    get {
      switch moment {
      case .velocity, .mean: first
      case .square: second
      case .average: average
      }
    }
    set {
      switch moment {
      case .velocity, .mean: first = newValue
      case .square: second = newValue
      case .average: average = newValue
      }
    }
  }

  var byteCount: Int { [first, second, average].reduce(0) { $0 + ($1?.byteCount ?? 0) } }
}

/// The moments beside each weight and bias that a portion holds.
struct Moments: Sendable {
  var forward: [TensorMoments]
  /// Of weights that learn by themselves in the other direction; of mirrored ones nothing is kept.
  var backward: [TensorMoments]
  var biases: [TensorMoments]

  /// Zeros.
  init(_ parameters: Parameters, _ kinds: [Moment]) {
    func zeros(_ panels: Panels?) -> TensorMoments {
      var moments = TensorMoments()
      for kind in kinds {
        moments[kind] = panels.map { Panels(depth: $0.depth, columns: $0.columns, precision: $0.precision) }
      }
      return moments
    }
    forward = parameters.connections.map { zeros($0.forward) }
    backward = parameters.connections.map { zeros($0.isMirrored ? nil : $0.backward) }
    biases = parameters.biases.map { zeros($0) }
  }

  /// Every average goes on towards the weight that it is of, the (t + 1)-th time: a is min(a, t / (t + 10)), so that the
  /// first is the weight itself.
  mutating func average(_ parameters: Parameters, a: Double, t: Int) {
    let share = 1 - min(a, Double(t) / Double(t + 10))
    for (i, weights) in parameters.connections.enumerated() {
      forward[i].average?.approach(weights.forward, by: share)
      if let panels = weights.backward { backward[i].average?.approach(panels, by: share) }
    }
    for (i, bias) in parameters.biases.enumerated() { biases[i].average?.approach(bias, by: share) }
  }

  var byteCount: Int { (forward + backward + biases).reduce(0) { $0 + $1.byteCount } }
}
