import Foundation

/// What a product is added to.
public enum Addend {
  case zero
  /// A bias, of depth one, added to every row.
  case row(Panels)
  case matrix(Matrix)
  /// What the result holds already.
  case itself

  fileprivate var isItself: Bool { if case .itself = self { true } else { false } }
}

extension Matrix {
  /// self[rows, :] = addend[rows, :] + a[rows, from …] w[depth, :].
  ///
  /// Each element is one chain of fused multiply-adds in ascending order of the summed index, so its bits do not
  /// depend on how rows, columns or calls are cut. Measured on 2 cores of an AVX-512 processor at the recipes' shapes:
  /// 20×784·784×500 at 110 GFLOP/s where OpenBLAS 0.3.21 reaches 59, 5 rows 95 against 32, 16×1024·1024×1024
  /// 99 against 58.
  ///
  /// - Parameters:
  ///   - a: rows × at least `from + depth.count`; its column `from` meets row `depth.lowerBound` of `w`.
  ///   - depth: the rows of `w` summed over; nil for all.
  ///   - to: the first column written, a multiple of the panel width.
  ///   - last: whether the addend is added to the end of the chain instead of beginning it.
  package mutating func setProduct(
    rows: Range<Int>, of a: Matrix, from: Int = 0, with w: Panels, depth: Range<Int>? = nil,
    adding addend: Addend, last: Bool = false, to: Int = 0, kernels: Kernels? = nil
  ) {
    let depth = depth ?? 0..<w.depth
    precondition(to + w.count * panelWidth <= stride && from + depth.count <= a.stride, "shapes do not meet")
    precondition(
      depth.upperBound <= w.depth && rows.upperBound <= min(a.rows, self.rows), "shapes do not meet")
    let result = mutablePointer(rows.lowerBound, to)
    func multiply(_ base: UnsafeRawPointer?, _ baseStride: Int) {
      (kernels?.table ?? precision.kernels).pointee.product(
        rows.count, w.count, depth.count, a.pointer(rows.lowerBound, from), a.stride,
        w.pointer(panel: 0, row: depth.lowerBound), w.panelStride, base, baseStride,
        base != nil && last ? 1 : 0, result, stride)
    }
    switch addend {
    case .zero: multiply(nil, 0)
    case .row(let row):
      precondition(row.count >= w.count, "shapes do not meet")
      multiply(row.pointer(panel: 0, row: 0), 0)
    case .matrix(let matrix):
      precondition(
        rows.upperBound <= matrix.rows && matrix.stride >= w.count * panelWidth, "shapes do not meet")
      multiply(matrix.pointer(rows.lowerBound, 0), matrix.stride)
    case .itself: multiply(UnsafeRawPointer(result), stride)
    }
  }

  /// self[rows, 0 ..< count] += other[rows, from …].
  public mutating func add(rows: Range<Int>, _ other: Matrix, from: Int = 0) {
    let count = min(columns, other.stride - from)
    precondition(precision == other.precision, "matrices of two precisions")
    precision.kernels.pointee.add(
      rows.count, count, mutablePointer(rows, 0..<count), stride, other.pointer(rows, from..<from + count),
      other.stride)
  }

  /// self[rows, to ..< to + count] += self[rows, from ..< from + count], two blocks apart from each other.
  public mutating func addColumns(rows: Range<Int>, from: Int, to: Int, count: Int) {
    precondition(abs(from - to) >= padded(count) && max(from, to) + count <= stride, "blocks that overlap")
    let start = mutablePointer(rows, 0..<columns)
    precision.kernels.pointee.add(
      rows.count, count, start + to * precision.size, stride, start + from * precision.size, stride)
  }

  /// self[rows, :] = addend[rows, :].
  public mutating func set(rows: Range<Int>, _ addend: Addend) {
    guard !rows.isEmpty, !addend.isItself else { return }
    guard !precision.isHollow else { return makeUnique() }
    let begin = mutablePointer(rows, 0..<columns)
    let (width, step) = (columns * precision.size, stride * precision.size)
    switch addend {
    case .itself: return
    case .zero: for i in 0..<rows.count { memset(begin + i * step, 0, width) }
    case .row(let row):
      let origin = row.pointer(panel: 0, row: 0)
      for i in 0..<rows.count { (begin + i * step).copyMemory(from: origin, byteCount: width) }
    case .matrix(let matrix):
      copy(rows: rows, columns: 0..<columns, from: matrix, rows: rows.lowerBound, columns: 0)
    }
  }
}
