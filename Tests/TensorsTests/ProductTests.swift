import COpenBLAS
import Tensors
import Testing

/// Shapes of a product: one row, tails of every tile, a single column, depths of nothing and of many.
private let shapes: [(rows: Int, depth: Int, columns: Int)] = [
  (1, 1, 1), (1, 784, 500), (1, 17, 16), (2, 3, 33), (5, 64, 10), (6, 31, 47), (7, 32, 48), (11, 100, 65),
  (12, 1, 32), (13, 5, 15), (20, 784, 10), (23, 10, 129), (24, 50, 31), (25, 50, 64), (37, 256, 256),
  (4, 0, 20),
  (0, 5, 20),
]

@Suite("Products") struct ProductTests {
  /// The rounding of both sides stays below depth · ε · Σ |a||w|, each.
  @Test("equal OpenBLAS's to rounding", arguments: Precision.allCases)
  func oracle(precision: Precision) {
    for (rows, depth, columns) in shapes {
      let a = Matrix(random: 1, rows: rows, columns: depth, precision: precision)
      let w = Panels(random: 2, depth: depth, columns: columns, precision: precision)
      var c = Matrix(rows: rows, columns: columns, precision: precision)
      c.setProduct(rows: 0..<rows, of: a, with: w, adding: .zero)
      let expected = openBLAS(a, w, precision)
      for i in 0..<rows {
        for j in 0..<columns {
          let size = (0..<depth).reduce(0) { $0 + abs(a[i, $1] * w[$1, j]) }
          let bound = 2 * Double(depth) * precision.epsilon * size
          #expect(
            abs(c[i, j] - expected[i * columns + j]) <= bound, "\(rows)×\(depth)×\(columns) at \(i), \(j)")
        }
      }
      #expect(c.hasZeroPadding)
    }
  }

  /// The bits of a product are defined: base, then one fused multiply-add after the other in ascending order.
  @Test("are one chain of fused multiply-adds in ascending order", arguments: Precision.allCases)
  func chain(precision: Precision) {
    for (rows, depth, columns) in shapes {
      let a = Matrix(random: 3, rows: rows, columns: depth, precision: precision)
      let w = Panels(random: 4, depth: depth, columns: columns, precision: precision)
      let bias = Panels(random: 5, depth: 1, columns: columns, precision: precision)
      var c = Matrix(rows: rows, columns: columns, precision: precision)
      c.setProduct(rows: 0..<rows, of: a, with: w, adding: .row(bias))
      for i in 0..<rows {
        for j in 0..<columns {
          let expected = (0..<depth).reduce(bias[0, j]) { precision.fma(a[i, $1], w[$1, j], $0) }
          #expect(c.bits(i, j) == precision.bits(expected), "\(rows)×\(depth)×\(columns) at \(i), \(j)")
        }
      }
      #expect(c.hasZeroPadding)
    }
  }

  @Test("add to nothing, a row, a matrix or themselves", arguments: Precision.allCases)
  func addends(precision: Precision) {
    let (rows, depth, columns) = (9, 21, 40)
    let a = Matrix(random: 6, rows: rows, columns: depth, precision: precision)
    let w = Panels(random: 7, depth: depth, columns: columns, precision: precision)
    let bias = Panels(random: 8, depth: 1, columns: columns, precision: precision)
    let base = Matrix(random: 9, rows: rows, columns: columns, precision: precision)
    func check(_ addend: Addend, _ start: (Int, Int) -> Double) {
      var c = base
      c.setProduct(rows: 2..<rows, of: a, with: w, adding: addend)
      for i in 0..<rows {
        for j in 0..<columns {
          let expected =
            i < 2 ? base[i, j] : (0..<depth).reduce(start(i, j)) { precision.fma(a[i, $1], w[$1, j], $0) }
          #expect(c.bits(i, j) == precision.bits(expected))
        }
      }
    }
    check(.zero) { _, _ in 0 }
    check(.row(bias)) { bias[0, $1] }
    check(.matrix(base)) { base[$0, $1] }
    check(.itself) { base[$0, $1] }
  }

  @Test("a depth of nothing leaves the addend, to the bit", arguments: Precision.allCases)
  func depthZero(precision: Precision) {
    let a = Matrix(random: 10, rows: 7, columns: 12, precision: precision)
    let w = Panels(random: 11, depth: 12, columns: 37, precision: precision)
    let base = Matrix(random: 12, rows: 7, columns: 37, precision: precision)
    var c = base
    c.setProduct(rows: 0..<7, of: a, from: 4, with: w, depth: 4..<4, adding: .itself)
    #expect(c.bits == base.bits)
    c.setProduct(rows: 0..<7, of: a, from: 4, with: w, depth: 4..<4, adding: .zero)
    #expect(c.bits.allSatisfy { $0 == 0 })
  }

  /// a w by OpenBLAS, row-major, as Float64.
  private func openBLAS(_ a: Matrix, _ w: Panels, _ precision: Precision) -> [Double] {
    let (m, n, k) = (a.rows, w.columns, a.columns)
    guard m > 0, k > 0 else { return Array(repeating: 0, count: m * n) }
    openblas_set_num_threads(1)
    let left = (0..<m).flatMap { a.row($0) }
    let right = (0..<k).flatMap { k in (0..<n).map { w[k, $0] } }
    func size(_ count: Int) -> blasint { blasint(count) }
    switch precision {
    case .float32:
      let (left, right) = (left.map(Float.init), right.map(Float.init))
      var result = Array(repeating: Float(0), count: m * n)
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, size(m), size(n), size(k), 1, left, size(k), right,
        size(n),
        0, &result, size(n))
      return result.map(Double.init)
    case .float64:
      var result = Array(repeating: 0.0, count: m * n)
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, size(m), size(n), size(k), 1, left, size(k), right,
        size(n),
        0, &result, size(n))
      return result
    case .hollow32, .hollow64: preconditionFailure("a product without numbers")
    }
  }
}
