import EnergyModels
import Tensors

/// The moments beside one weight or bias, of its shape; nil where the optimizer keeps none.
struct TensorMoments: Sendable {
  /// The velocity or the mean.
  var first: Panels?
  /// The mean square.
  var second: Panels?

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
