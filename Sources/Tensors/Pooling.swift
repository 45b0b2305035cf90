import CKernels

/// How positions next to each other become one.
public enum PoolingKind: String, CaseIterable, Sendable {
  /// The largest; of equal ones the first.
  case max
  /// The mean.
  case average
  /// Σ w_i a_i with w_i = e^{a_i} / Σ e^{a_j} (Stergiou et al. 2021, arXiv:2101.00440).
  case soft

  /// Whether what it makes has a derivative everywhere.
  public var isSmooth: Bool { self != .max }
  /// The same in the complex plane.
  public var isHolomorphic: Bool { self == .average }
  /// Whether small changes go through it as its slopes say.
  public var isPiecewiseLinear: Bool { self != .soft }

  fileprivate var code: eq_pool_kind {
    switch self {
    case .max: eq_pool_max
    case .average: eq_pool_average
    case .soft: eq_pool_soft
    }
  }
}

/// The positions that each pooled position is made of.
public struct PoolTable: Equatable, Sendable {
  public let kind: PoolingKind
  /// Positions before pooling.
  public let positions: Int
  /// Pooled positions.
  public let pooled: Int
  private let members: [Int]

  /// - Parameter members: of each pooled position, as many for each.
  public init(_ kind: PoolingKind, positions: Int, members: [[Int]]) {
    precondition(Set(members.map(\.count)).count == 1, "pools of one size")
    self.kind = kind
    self.positions = positions
    pooled = members.count
    self.members = members.flatMap { $0 }
  }

  fileprivate typealias Side = (start: UnsafeMutableRawPointer, stride: Int)

  fileprivate func run(
    _ examples: Range<Int>, columns: Int, pooled: Side, values: Side, slopes: Side,
    _ kernel: (UnsafePointer<eq_pool>) -> Void
  ) {
    members.withUnsafeBufferPointer {
      var form = eq_pool(
        kind: kind.code, rows: examples.count, columns: columns, positions: self.pooled,
        size: members.count / self.pooled, members: $0.baseAddress, pooled: pooled.start,
        pooled_row: self.pooled * pooled.stride, pooled_position: pooled.stride, values: values.start,
        slopes: slopes.start, values_row: positions * values.stride, values_position: values.stride,
        slopes_row: positions * slopes.stride, slopes_position: slopes.stride)
      kernel(&form)
    }
  }
}

extension Matrix {
  private func side(_ rows: Range<Int>, _ columns: Range<Int>) -> PoolTable.Side {
    (UnsafeMutableRawPointer(mutating: pointer(rows, columns)), stride)
  }
  private mutating func mutableSide(_ rows: Range<Int>, _ columns: Range<Int>) -> PoolTable.Side {
    (mutablePointer(rows, columns), stride)
  }

  /// self = the pooled values of some examples; `slopes` becomes ∂ pooled / ∂ value at every value.
  ///
  /// This matrix has a row for each pooled position, `values` and `slopes` one for each before pooling; the units are
  /// the first columns here and of `values`, and `columns` of `slopes`.
  package mutating func setPooled(
    examples: Range<Int>, of values: Matrix, by pool: PoolTable, slopes: inout Matrix, columns: Range<Int>,
    kernels: Kernels? = nil
  ) {
    let (after, before) = (examples.times(pool.pooled), examples.times(pool.positions))
    pool.run(
      examples, columns: columns.count, pooled: mutableSide(after, 0..<columns.count),
      values: values.side(before, 0..<columns.count),
      slopes: slopes.mutableSide(before, columns)
    ) { (kernels?.table ?? precision.kernels).pointee.pool($0) }
  }

  /// self = Σ slopes · values: how the pooled values respond to a small change of the values.
  package mutating func setPooledResponse(
    examples: Range<Int>, to values: Matrix, by pool: PoolTable, slopes: Matrix, columns: Range<Int>
  ) {
    let (after, before) = (examples.times(pool.pooled), examples.times(pool.positions))
    pool.run(
      examples, columns: columns.count, pooled: mutableSide(after, 0..<columns.count),
      values: values.side(before, 0..<columns.count),
      slopes: slopes.side(before, columns)
    ) { precision.kernels.pointee.gather_pooled($0) }
  }

  /// self = slopes · pooled at every value: the way back through pooling.
  ///
  /// The units are `columns` of all three.
  package mutating func setSpread(
    examples: Range<Int>, of pooled: Matrix, by pool: PoolTable, slopes: Matrix, columns: Range<Int>
  ) {
    let (after, before) = (examples.times(pool.pooled), examples.times(pool.positions))
    pool.run(
      examples, columns: columns.count, pooled: pooled.side(after, columns),
      values: mutableSide(before, columns), slopes: slopes.side(before, columns)
    ) { precision.kernels.pointee.spread_pooled($0) }
  }
}
