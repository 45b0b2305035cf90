import EnergyModels
import EquilibriumPropagation
import Tensors

/// A weight matrix, in one of the directions that are held, or a bias: by its place among those held here.
enum LearningTensor {
  case forward(Int)
  case backward(Int)
  case bias(Int)

  /// The layer it belongs to, an input's bias with its own, and whether it is a bias, which does not decay.
  func target(_ parameters: Parameters) -> (k: Int, isBias: Bool) {
    switch self {
    case .forward(let i), .backward(let i): (parameters.connections[i].connection.target, false)
    // An input's bias learns at the rate of the layer above it.
    case .bias(let i): (parameters.portion.layers.lowerBound + i, true)
    }
  }

  /// Whether nobody else holds its transpose, to which MPI's own sum need not give the same bits.
  func isHeldOnce(_ parameters: Parameters) -> Bool {
    guard case .forward(let i) = self else { return false }
    return parameters.connections[i].backward == nil || parameters.connections[i].isMirrored
  }

  /// What it learns from.
  func sums(_ parameters: Parameters, _ contrast: Contrast) -> [ContrastSum] {
    switch self {
    case .forward(let i):
      return contrast.sums(
        parameters.connections[i].index, block: parameters.connections[i].forwardBlock, backward: false)
    case .backward(let i):
      guard let block = parameters.connections[i].backwardBlock else { return [] }
      return contrast.sums(parameters.connections[i].index, block: block, backward: true)
    case .bias(let i):
      let k = parameters.portion.layers.lowerBound + i
      return [contrast.sum(bias: k, units: parameters.portion.units(k))]
    }
  }

  /// Its numbers.
  func panels(_ parameters: Parameters) -> Panels {
    switch self {
    case .forward(let i): return parameters.connections[i].forward
    case .backward(let i):
      guard let panels = parameters.connections[i].backward else {
        preconditionFailure("a direction that is held")
      }
      return panels
    case .bias(let i): return parameters.biases[i]
    }
  }

  /// Whether it leads from states to states, and so may learn from several sums.
  func isMutual(_ parameters: Parameters) -> Bool {
    switch self {
    case .forward(let i), .backward(let i):
      parameters.portion.network.isState(parameters.connections[i].connection.source)
    case .bias: false
    }
  }

  /// Changes it and its moments in place.
  func access(
    _ parameters: inout Parameters, _ moments: inout Moments,
    _ body: (inout Panels, inout TensorMoments) throws -> Void
  ) rethrows {
    switch self {
    case .forward(let i): try body(&parameters.connections[i].forward, &moments.forward[i])
    case .backward(let i): try body(&parameters.connections[i].backward!, &moments.backward[i])
    case .bias(let i): try body(&parameters.biases[i], &moments.biases[i])
    }
  }
}
