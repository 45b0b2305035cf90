import EnergyModels
import Tensors

/// Sums of squares by layer, with the same bits on every grid.
///
/// Squares are summed by tile: of a cut layer each slice's columns; of a whole layer over a cut one each slice's rows;
/// otherwise the whole matrix. Tiles are then added in order.
struct LayerSquares {
  private let slices: Int
  /// For each layer, the input too, and slice: 0 where another rank computes it.
  private(set) var sums: [Double]

  /// How many numbers ranks share of one.
  static func numbers(_ slicing: Slicing) -> Int { (slicing.network.depth + 1) * slicing.slices }

  /// Zeros.
  init(_ slicing: Slicing) {
    slices = slicing.slices
    sums = Array(repeating: 0, count: Self.numbers(slicing))
  }

  /// Adds the weights of a connection's forward block, less others.
  mutating func add(
    _ weights: Panels, minus others: Panels? = nil, of connection: Connection, taps: Int, in portion: Portion
  ) {
    for tile in portion.weightTiles(connection) {
      for tap in 0..<taps {
        let rows = tile.rows.shifted(by: tap * weights.depth / taps)
        for panel in tile.panels {
          sums[connection.target * slices + tile.slice] += weights.squares(
            panel: panel, rows: rows, minus: others, at: panel)
        }
      }
    }
  }

  /// Adds the biases of a layer.
  mutating func add(_ biases: Panels, ofLayer k: Int, in portion: Portion) {
    let isCut = portion.slicing.isCut(k)
    let held = isCut ? portion.slices : portion.slices.contains(0) ? 0..<1 : 0..<0
    for slice in held {
      let units = isCut ? portion.slicing.units(k, slice: slice) : portion.units(k)
      let first = (units.lowerBound - portion.units(k).lowerBound) / panelWidth
      for panel in first..<first + padded(units.count) / panelWidth {
        sums[k * slices + slice] += biases.squares(panel: panel, rows: 0..<1)
      }
    }
  }

  /// Takes in what the other ranks know of some, by one maximum of all their numbers.
  static func share(_ squares: inout [LayerSquares], over grid: Grid) throws {
    guard grid.world.count > 1 else { return }
    var all = squares.flatMap(\.sums)
    try grid.world.maximum(&all)
    var rest = all[...]
    for i in squares.indices {
      squares[i].sums = Array(rest.prefix(squares[i].sums.count))
      rest = rest.dropFirst(squares[i].sums.count)
    }
  }

  /// Of a layer, once shared.
  subscript(layer: Int) -> Double { sums[layer * slices..<(layer + 1) * slices].reduce(0, +) }
}

extension Portion {
  /// A part of a connection's forward block whose squares are summed on their own.
  fileprivate struct WeightTile {
    let slice: Int
    /// In each tap.
    let rows: Range<Int>
    let panels: Range<Int>
  }

  /// The tiles of W_{jk} that this portion accounts for.
  fileprivate func weightTiles(_ connection: Connection) -> [WeightTile] {
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
