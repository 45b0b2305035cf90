import EnergyModels
import Tensors

/// How much a step has changed the weights of each layer, ‖ΔW_k‖/‖W_k‖ (Frobenius, without biases), with the same bits
/// on every grid.
///
/// Squares are summed by tile: of a cut layer each slice's columns; of a whole layer over a cut one each slice's rows;
/// otherwise the whole matrix. Tiles are then added in order.
package struct WeightChanges {
  private let layers: Int
  private let slices: Int
  /// For each layer and slice the sum of squares of ΔW, then that of W: 0 where another rank computes it.
  private var squares: [Double]

  /// How many numbers ranks share.
  package static func numbers(_ slicing: Slicing) -> Int { 2 * slicing.network.depth * slicing.slices }

  /// What this rank knows of a step from `before` to `after`.
  init(from before: Parameters, to after: Parameters) {
    let portion = after.portion
    (layers, slices) = (portion.network.depth, portion.slicing.slices)
    squares = Array(repeating: 0, count: Self.numbers(portion.slicing))
    for (new, old) in zip(after.connections, before.connections) {
      let (taps, connection) = (new.wiring.taps, new.connection)
      let (new, old) = (new.forward, old.forward)
      for tile in portion.weightTiles(connection) {
        let index = (connection.target - 1) * slices + tile.slice
        for tap in 0..<taps {
          let rows = tile.rows.shifted(by: tap * new.depth / taps)
          for panel in tile.panels {
            squares[2 * index] += new.squares(panel: panel, rows: rows, minus: old, at: panel)
            squares[2 * index + 1] += new.squares(panel: panel, rows: rows)
          }
        }
      }
    }
  }

  /// Takes in what the other ranks know, by one maximum of 2 × layers × slices numbers.
  mutating func share(over grid: Grid) throws {
    if grid.world.count > 1 { try grid.world.maximum(&squares) }
  }

  /// ‖ΔW_k‖/‖W_k‖ of every layer, once shared; 0 where there are no weights yet.
  var ratios: [Double] {
    (0..<layers).map { layer in
      let indices = layer * slices..<(layer + 1) * slices
      let change = indices.reduce(0) { $0 + squares[2 * $1] }
      let size = indices.reduce(0) { $0 + squares[2 * $1 + 1] }
      return size > 0 ? (change / size).squareRoot() : 0
    }
  }
}

extension Portion {
  /// A part of a connection's forward block whose squares are summed on their own.
  struct WeightTile {
    let slice: Int
    /// In each tap.
    let rows: Range<Int>
    let panels: Range<Int>
  }

  /// The tiles of W_{jk} that this portion accounts for.
  func weightTiles(_ connection: Connection) -> [WeightTile] {
    let (j, k) = (connection.source, connection.target)
    let held = units(of: j, driving: k)
    let rows = 0..<held.count
    let panels = 0..<padded(units(k).count) / panelWidth
    if slicing.isCut(k) {
      return slices.map { slice in
        let columns = slicing.units(k, slice: slice)
        let first = (columns.lowerBound - units(k).lowerBound) / panelWidth
        return WeightTile(
          slice: slice, rows: rows, panels: first..<first + padded(columns.count) / panelWidth)
      }
    }
    guard isPartial(into: k, from: j) else {
      return slices.contains(0) ? [WeightTile(slice: 0, rows: rows, panels: panels)] : []
    }
    return slices.map { slice in
      let units = slicing.units(j, slice: slice)
      return WeightTile(
        slice: slice, rows: units.lowerBound - held.lowerBound..<units.upperBound - held.lowerBound,
        panels: panels)
    }
  }
}
