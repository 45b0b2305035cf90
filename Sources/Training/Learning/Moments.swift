import EnergyModels
import RunFiles
import Tensors

/// A running figure of the gradient that an optimizer keeps beside each weight and bias.
package enum Moment: String, CaseIterable, Sendable {
  /// v ← μ v + g.
  case velocity
  /// m ← β₁ m + (1 − β₁) g.
  case mean
  /// v ← β₂ v + (1 − β₂) g².
  case square
}

extension TrainingSettings {
  /// What the optimizer keeps.
  package var moments: [Moment] {
    switch optimizer {
    case .sgd: momentum > 0 ? [.velocity] : []
    case .nesterov: [.velocity]
    case .adam: [.mean, .square]
    }
  }
}

/// The moments beside one weight or bias, of its shape; nil where the optimizer keeps none.
package struct TensorMoments: Sendable {
  /// The velocity or the mean.
  package var first: Panels?
  /// The mean square.
  package var second: Panels?

  package init(first: Panels? = nil, second: Panels? = nil) { (self.first, self.second) = (first, second) }

  subscript(moment: Moment) -> Panels? {
    get { moment == .square ? second : first }
    set { if moment == .square { second = newValue } else { first = newValue } }
  }

  var byteCount: Int { (first?.byteCount ?? 0) + (second?.byteCount ?? 0) }
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

  var byteCount: Int { (forward + backward + biases).reduce(0) { $0 + $1.byteCount } }
}
