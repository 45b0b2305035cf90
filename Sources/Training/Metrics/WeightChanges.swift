import EnergyModels
import Tensors

/// How much a step has changed the weights of each layer, ‖ΔW_k‖/‖W_k‖ (Frobenius, without biases), with the same bits
/// on every grid.
package struct WeightChanges {
  private let layers: Int
  /// Of ΔW, then of W.
  private var squares: [LayerSquares]

  /// How many numbers ranks share.
  package static func numbers(_ slicing: Slicing) -> Int { 2 * LayerSquares.numbers(slicing) }

  /// What this rank knows of a step from `before` to `after`.
  init(from before: Parameters, to after: Parameters) {
    let portion = after.portion
    layers = portion.network.depth
    squares = [LayerSquares(portion.slicing), LayerSquares(portion.slicing)]
    for (new, old) in zip(after.connections, before.connections) {
      let (taps, connection) = (new.wiring.taps, new.connection)
      squares[0].add(new.forward, minus: old.forward, of: connection, taps: taps, in: portion)
      squares[1].add(new.forward, of: connection, taps: taps, in: portion)
    }
  }

  /// Takes in what the other ranks know.
  mutating func share(over grid: Grid) throws { try LayerSquares.share(&squares, over: grid) }

  /// ‖ΔW_k‖/‖W_k‖ of every layer, once shared; 0 where there are no weights yet.
  var ratios: [Double] {
    (1...layers).map { k in
      let (change, size) = (squares[0][k], squares[1][k])
      return size > 0 ? (change / size).squareRoot() : 0
    }
  }
}
