import Tensors

/// The positions that a connection joins: a kernel's taps lead from positions of the layer below to positions before
/// pooling, and these to positions of the layer above.
///
/// Where every unit is joined to every unit the kernel is as large as the layer below, and there is one position above.
public struct Wiring: Equatable, Sendable {
  public let below: Shape
  /// Before pooling.
  public let before: Shape
  /// After pooling.
  public let above: Shape
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

  /// Throws where the kernel, with the padding, is larger than the layer below, or nothing is left to pool.
  init(_ connection: Connection, below: Shape, units: Int) throws(ShapeError) {
    let window = connection.window
    let (height, width) = window.map { ($0.kernel, $0.kernel) } ?? (below.height, below.width)
    let (stride, padding) = (window?.stride ?? 1, window?.padding ?? 0)
    let free = (below.height + 2 * padding - height, below.width + 2 * padding - width)
    let square = window?.pooling?.size ?? 1
    self.below = below
    before = Shape(height: free.0 / stride + 1, width: free.1 / stride + 1, units: units)
    guard free.0 >= 0, free.1 >= 0, before.height >= square, before.width >= square else {
      throw ShapeError(connection, kernelExceeds: below)
    }
    above = Shape(height: before.height / square, width: before.width / square, units: units)
    taps = height * width
    let before = before
    var up: [[(tap: Int, source: Int)]] = Array(repeating: [], count: before.positions)
    var down: [[(tap: Int, source: Int)]] = Array(repeating: [], count: below.positions)
    for tap in 0..<taps {
      for position in 0..<before.positions {
        let y = position / before.width * stride + tap / width - padding
        let x = position % before.width * stride + tap % width - padding
        guard (0..<below.height).contains(y), (0..<below.width).contains(x) else { continue }
        up[position].append((tap, y * below.width + x))
        down[y * below.width + x].append((tap, position))
      }
    }
    upward = TapTable(up)
    downward = TapTable(down)
    pairs = TapPairs(upward, taps: taps)
    pairsDown = pairs.reversed
    pool = window?.pooling.map { Wiring.table($0, before: before) }
  }

  private static func table(_ pooling: Pooling, before: Shape) -> PoolTable {
    let (size, width) = (pooling.size, before.width / pooling.size)
    let members = (0..<before.height / size * width).map { position in
      (0..<size * size).map { i in
        (position / width * size + i / size) * before.width + position % width * size + i % size
      }
    }
    return PoolTable(pooling.kind, positions: before.positions, members: members)
  }

  /// Whether it joins one position to one position, as between dense layers.
  public var isPlain: Bool { taps == 1 && below.positions == 1 && before.positions == 1 }
}
