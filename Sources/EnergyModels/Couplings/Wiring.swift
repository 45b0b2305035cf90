import Tensors

/// The positions that a connection joins: a kernel's taps lead from positions of the layer below to positions before
/// pooling, and these to positions of the layer above.
///
/// What a `Coupling` states, as everything else reads it: where every unit is joined to every unit the kernel is as large as
/// the layer below, and there is one position above.
public struct Wiring: Equatable, Sendable {
  public let below: Shape
  /// Before pooling.
  public let before: Shape
  /// After pooling.
  public let above: Shape
  /// Height and width of the kernel; nil where every position below is a tap.
  public let kernel: [Int]?
  /// Taps of the kernel.
  public let taps: Int
  /// From below to the positions before pooling.
  public let upward: TapTable
  /// The way back.
  public let downward: TapTable
  /// For each tap the positions below and before pooling that it joins.
  public let pairs: TapPairs
  /// The same, above first.
  public let pairsDown: TapPairs
  /// From the positions before pooling to those above; nil where nothing is pooled.
  public let pool: PoolTable?

  /// Throws where the layer below is too small for the coupling, or nothing is left to pool.
  init(_ connection: Connection, below: Shape, units: Int) throws(ShapeError) {
    let pooling = connection.coupling.pooling
    let square = pooling?.size ?? 1
    guard let reach = connection.coupling.reach(over: below), reach.height >= square, reach.width >= square
    else { throw ShapeError(connection, kernelExceeds: below) }
    (self.below, kernel, taps) = (below, reach.kernel.map { [$0.height, $0.width] }, reach.taps)
    let before = Shape(height: reach.height, width: reach.width, units: units)
    self.before = before
    above = Shape(height: before.height / square, width: before.width / square, units: units)
    var up: [[(tap: Int, source: Int)]] = Array(repeating: [], count: before.positions)
    var down: [[(tap: Int, source: Int)]] = Array(repeating: [], count: below.positions)
    for tap in 0..<taps {
      for position in 0..<before.positions {
        guard let source = reach.source(tap, position) else { continue }
        up[position].append((tap, source))
        down[source].append((tap, position))
      }
    }
    upward = TapTable(up)
    downward = TapTable(down)
    pairs = TapPairs(upward, taps: taps)
    pairsDown = pairs.reversed
    pool = pooling?.table(before: before)
  }

  /// Whether it joins one position to one position, as between dense layers.
  public var isPlain: Bool { taps == 1 && below.positions == 1 && before.positions == 1 }
}
