import Tensors
import Testing

/// The promise every grid rests on: a product's bits do not depend on how it is cut, nor on who computes it.
@Suite("Products cut anyhow have the same bits") struct CutTests {
  static let rows = 29
  static let depth = 75
  static let columns = 83

  static func operands(_ precision: Precision) -> (a: Matrix, w: Panels, base: Matrix) {
    (
      Matrix(random: 21, rows: rows, columns: depth, precision: precision),
      Panels(random: 22, depth: depth, columns: columns, precision: precision),
      Matrix(random: 23, rows: rows, columns: columns, precision: precision)
    )
  }

  static func whole(_ precision: Precision) -> Matrix {
    let (a, w, base) = operands(precision)
    var c = base
    c.setProduct(rows: 0..<rows, of: a, with: w, adding: .itself)
    return c
  }

  @Test("rows, one call after the other", arguments: InstructionSet.all)
  func rowCuts(set: InstructionSet) {
    let (a, w, base) = Self.operands(set.precision)
    let expected = Self.whole(set.precision).bits
    for height in 1...Self.rows {
      var c = base
      for first in stride(from: 0, to: Self.rows, by: height) {
        c.setProduct(
          rows: first..<min(first + height, Self.rows), of: a, with: w, adding: .matrix(base),
          kernels: set.kernels)
      }
      #expect(c.bits == expected, "\(height) rows a call")
    }
  }

  @Test("depth, each call adding to what the one before it left", arguments: InstructionSet.all)
  func depthCuts(set: InstructionSet) {
    let (a, w, base) = Self.operands(set.precision)
    let expected = Self.whole(set.precision).bits
    for length in [1, 2, 7, 16, 37, 74, 75] {
      var c = base
      for first in stride(from: 0, to: Self.depth, by: length) {
        c.setProduct(
          rows: 0..<Self.rows, of: a, from: first, with: w, depth: first..<min(first + length, Self.depth),
          adding: .itself, kernels: set.kernels)
      }
      #expect(c.bits == expected, "\(length) of the depth a call")
    }
  }

  @Test("columns, at every panel", arguments: InstructionSet.all)
  func panelCuts(set: InstructionSet) {
    let (a, w, base) = Self.operands(set.precision)
    let expected = Self.whole(set.precision).bits
    for width in 1...w.count {
      var c = base
      for first in stride(from: 0, to: w.count, by: width) {
        let from = first * panelWidth
        let to = min((first + width) * panelWidth, Self.columns)
        var part = Panels(depth: Self.depth, columns: to - from, precision: set.precision)
        for k in 0..<Self.depth { for j in from..<to { part[k, j - from] = w[k, j] } }
        var block = Matrix(rows: Self.rows, columns: to - from, precision: set.precision) {
          base[$0, from + $1]
        }
        block.setProduct(rows: 0..<Self.rows, of: a, with: part, adding: .itself, kernels: set.kernels)
        c.copy(
          rows: 0..<Self.rows, columns: from..<to, from: block, rows: 0, columns: 0)
      }
      #expect(c.bits == expected, "\(width) panels a call")
    }
  }

  @Test("a block of a wider matrix, written into a wider one", arguments: Precision.allCases)
  func placed(precision: Precision) {
    let (a, w, _) = Self.operands(precision)
    var plain = Matrix(rows: Self.rows, columns: Self.columns, precision: precision)
    plain.setProduct(rows: 0..<Self.rows, of: a, with: w, adding: .zero)
    let wide = Matrix(rows: Self.rows, columns: 40 + Self.depth, precision: precision) {
      $1 < 40 ? .nan : a[$0, $1 - 40]
    }
    var c = Matrix(rows: Self.rows, columns: 64 + Self.columns, precision: precision)
    c.setProduct(rows: 0..<Self.rows, of: wide, from: 40, with: w, adding: .zero, to: 64)
    for i in 0..<Self.rows {
      #expect((0..<64).allSatisfy { c.bits(i, $0) == 0 })
      #expect((0..<Self.columns).allSatisfy { c.bits(i, 64 + $0) == plain.bits(i, $0) })
    }
  }

  /// W and its transpose are two copies of one connection: both must give ΣΣ the same chain when the roles are swapped.
  @Test("through the transposed weights, element by element the same chain", arguments: Precision.allCases)
  func transposed(precision: Precision) {
    let (_, w, _) = Self.operands(precision)
    var t = Panels(depth: Self.columns, columns: Self.depth, precision: precision)
    t.setTranspose(of: w)
    let above = Matrix(random: 24, rows: Self.rows, columns: Self.columns, precision: precision)
    var c = Matrix(rows: Self.rows, columns: Self.depth, precision: precision)
    c.setProduct(rows: 0..<Self.rows, of: above, with: t, adding: .zero)
    for i in 0..<Self.rows {
      for k in 0..<Self.depth {
        let expected = (0..<Self.columns).reduce(0.0) { precision.fma(above[i, $1], w[k, $1], $0) }
        #expect(c.bits(i, k) == precision.bits(expected))
      }
    }
  }
}
