import Foundation
import Tensors
import TestBasis
import Testing

@Suite("Matrices") struct MatrixTests {
  @Test("are values: a copy keeps what it held", arguments: Precision.allCases)
  func values(precision: Precision) {
    let first = Matrix(random: 41, rows: 3, columns: 5, precision: precision)
    let before = first.bits
    var second = first
    second[1, 2] = 7
    #expect(first.bits == before && second[1, 2] == 7)
    var third = first
    third.fill(2)
    #expect(first.bits == before && third.row(2) == [2, 2, 2, 2, 2])
    var fourth = first
    fourth.setProduct(
      rows: 0..<3, of: first, with: Panels(depth: 5, columns: 5, precision: precision), adding: .zero)
    #expect(first.bits == before && fourth.bits.allSatisfy { $0 == 0 })
    var fifth = first
    fifth.setDifference(of: first, first, rows: 0..<3, columns: 0..<5)
    #expect(first.bits == before && fifth.bits.allSatisfy { $0 == 0 })

    let panels = Panels(random: 42, depth: 3, columns: 20, precision: precision)
    let held = panels.bits
    var other = panels
    other[2, 19] = 7
    #expect(panels.bits == held && other[2, 19] == 7)
  }

  @Test("a product of a matrix with itself reads what it held before", arguments: Precision.allCases)
  func aliased(precision: Precision) {
    let w = Panels(random: 43, depth: 20, columns: 20, precision: precision)
    let a = Matrix(random: 44, rows: 6, columns: 20, precision: precision)
    var expected = Matrix(rows: 6, columns: 20, precision: precision)
    expected.setProduct(rows: 0..<6, of: a, with: w, adding: .zero)
    var c = a
    c.setProduct(rows: 0..<6, of: c, with: w, adding: .zero)
    #expect(c.bits == expected.bits)
  }

  @Test(
    "rows stand whole panels apart, never a power of two's multiple", arguments: [0, 1, 16, 250, 256, 1024])
  func strides(columns: Int) {
    let matrix = Matrix(rows: 2, columns: columns, precision: .float32)
    #expect(matrix.stride >= columns && matrix.stride % panelWidth == 0 && matrix.stride % 256 != 0)
    #expect(matrix.bits.allSatisfy { $0 == 0 })
  }

  @Test("pack and unpack a block, row after row", arguments: Precision.allCases)
  func packing(precision: Precision) {
    let matrix = Matrix(random: 45, rows: 6, columns: 21, precision: precision)
    var bytes = Array(repeating: UInt8(0), count: 4 * 9 * precision.size)
    let count = bytes.withUnsafeMutableBytes { matrix.pack(rows: 1..<5, columns: 7..<16, into: $0) }
    #expect(count == bytes.count)
    bytes.withUnsafeBytes { packed in
      for i in 0..<4 {
        for j in 0..<9 {
          let place = (i * 9 + j) * precision.size
          let value =
            precision == .float32
            ? Double(packed.loadUnaligned(fromByteOffset: place, as: Float.self))
            : packed.loadUnaligned(fromByteOffset: place, as: Double.self)
          #expect(value == matrix[1 + i, 7 + j])
        }
      }
    }
    var other = Matrix(rows: 8, columns: 30, precision: precision)
    bytes.withUnsafeBytes { other.unpack(rows: 3..<7, columns: 20..<29, from: $0) }
    for i in 0..<8 {
      for j in 0..<30 {
        let isInside = (3..<7).contains(i) && (20..<29).contains(j)
        #expect(other[i, j] == (isInside ? matrix[i - 2, j - 13] : 0))
      }
    }
    #expect(other.hasZeroPadding)
    #expect(bytes.withUnsafeMutableBytes { matrix.pack(rows: 2..<2, columns: 0..<9, into: $0) } == 0)
  }

  @Test("set, copy, add and subtract touch their block only", arguments: Precision.allCases)
  func blocks(precision: Precision) {
    let a = Matrix(random: 46, rows: 5, columns: 19, precision: precision)
    let b = Matrix(random: 47, rows: 5, columns: 40, precision: precision)
    let row = Panels(random: 48, depth: 1, columns: 19, precision: precision)
    func check(rows: Range<Int>, columns: Range<Int>, _ c: Matrix, _ value: (Int, Int) -> Double) {
      for i in 0..<5 {
        for j in 0..<19 {
          let isInside = rows.contains(i) && columns.contains(j)
          #expect(c[i, j] == (isInside ? value(i, j) : a[i, j]))
        }
      }
      #expect(c.hasZeroPadding)
    }
    var c = a
    c.set(rows: 1..<4, .zero)
    check(rows: 1..<4, columns: 0..<19, c) { _, _ in 0 }
    c = a
    c.set(rows: 1..<4, .row(row))
    check(rows: 1..<4, columns: 0..<19, c) { row[0, $1] }
    c = a
    c.set(rows: 1..<4, .matrix(b))
    check(rows: 1..<4, columns: 0..<19, c) { b[$0, $1] }
    c = a
    c.set(rows: 1..<4, .itself)
    check(rows: 0..<0, columns: 0..<0, c) { _, _ in 0 }
    c.add(rows: 2..<5, b, from: 16)
    check(rows: 2..<5, columns: 0..<19, c) { precision.sum(a[$0, $1], b[$0, 16 + $1]) }
    c = a
    c.setDifference(of: a, b, rows: 0..<2, columns: 3..<11)
    check(rows: 0..<2, columns: 3..<11, c) { precision.sum(a[$0, $1], -b[$0, $1]) }
    c = a
    c.copy(rows: 3..<5, columns: 2..<9, from: b, rows: 0, columns: 30)
    check(rows: 3..<5, columns: 2..<9, c) { b[$0 - 3, $1 + 28] }
  }

  @Test(
    "A kernel is not called beyond the rows or the columns of a matrix, nor a number drawn beyond 32 bits",
    arguments: [
      "rows of a term", "rows of a target", "columns of a term", "examples of a contrast",
      "bits of a counter", "a negative counter",
    ])
  func beyond(name: String) throws {
    let process = Process()
    process.executableURL = try BuiltPrograms.folder().appendingPathComponent("kernels-beyond")
    process.arguments = [name]
    process.environment = ["SWIFT_BACKTRACE": "enable=no"]
    try process.run()
    process.waitUntilExit()
    // A check that fails ends the process by one of these; a kernel that reads beyond, by another or not at all.
    #expect(process.terminationReason == .uncaughtSignal)
    #expect([SIGILL, SIGTRAP].contains(process.terminationStatus))
  }
}
