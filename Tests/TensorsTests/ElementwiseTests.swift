import Tensors
import Testing

@Suite("Element by element") struct ElementwiseTests {
  @Test("finite: no infinity, no NaN, in the block and nowhere else", arguments: Precision.allCases)
  func finite(precision: Precision) {
    let matrix = Matrix(random: 81, rows: 4, columns: 20, precision: precision)
    #expect(matrix.isFinite(rows: 0..<4, columns: 0..<20))
    for bad in [Double.infinity, -.infinity, .nan] {
      for (i, j) in [(0, 0), (2, 17), (3, 19)] {
        var other = matrix
        other[i, j] = bad
        #expect(!other.isFinite(rows: 0..<4, columns: 0..<20))
        #expect(!other.isFinite(rows: i..<i + 1, columns: j..<j + 1))
        #expect(other.isFinite(rows: 0..<i, columns: 0..<20) && other.isFinite(rows: 0..<4, columns: 0..<j))
      }
    }
    var largest = matrix
    largest.fill(precision == .float32 ? Double(Float.greatestFiniteMagnitude) : .greatestFiniteMagnitude)
    #expect(largest.isFinite(rows: 0..<4, columns: 0..<20))
  }

  @Test("the largest column, the first of equals", arguments: Precision.allCases)
  func largest(precision: Precision) {
    let rows: [[Double]] = [[0, 1, 1, 0], [2, 2, 2, 2], [-3, -2, -1, -1], [0, 0, 0, 5]]
    let matrix = Matrix(rows: 4, columns: 4, precision: precision) { rows[$0][$1] }
    #expect(matrix.largestColumns(rows: 4) == [1, 0, 2, 3])
    #expect(matrix.largestColumns(rows: 2) == [1, 0] && matrix.largestColumns(rows: 0) == [])
  }

  @Test("energy and squared error sum in Float64", arguments: Precision.allCases)
  func sums(precision: Precision) {
    let s = Matrix(random: 82, rows: 5, columns: 40, precision: precision)
    let rho = Matrix(random: 83, rows: 5, columns: 40, precision: precision)
    let drive = Matrix(random: 84, rows: 5, columns: 30, precision: precision)
    let (rows, columns) = (1..<4, 16..<37)
    let energy = rows.reduce(0.0) { sum, i in
      columns.reduce(sum) { $0 + s[i, $1] * s[i, $1] / 2 - rho[i, $1] * drive[i, $1 - 10] }
    }
    let found = s.energy(activity: rho, drive: drive, driveFrom: 6, rows: rows, columns: columns)
    #expect(abs(found - energy) < 1e-13)
    let cost = rows.reduce(0.0) { sum, i in
      (0..<40).reduce(sum) { $0 + (s[i, $1] - rho[i, $1]) * (s[i, $1] - rho[i, $1]) / 2 }
    }
    #expect(abs(s.squaredError(rho, rows: rows) - cost) < 1e-13)
  }

  @Test("bytes become inputs through a table", arguments: Precision.allCases)
  func lookUp(precision: Precision) {
    let table = Matrix(rows: 1, columns: 256, precision: precision) { (Double($1) + 1) / 255 }
    // A stretch of zeros, which is written at once.
    let bytes: [UInt8] = (0..<100).map { (41..<75).contains($0) ? 0 : UInt8($0 * 37 % 256) }
    var matrix = Matrix(rows: 3, columns: 60, precision: precision)
    matrix.look(up: bytes[40..<100], in: table, row: 1)
    #expect(matrix.row(1) == (40..<100).map { precision.rounded((Double(bytes[$0]) + 1) / 255) })
    #expect(matrix.row(0).allSatisfy { $0 == 0 } && matrix.row(2).allSatisfy { $0 == 0 })
    #expect(matrix.hasZeroPadding)
  }

  @Test("mean and difference of a block, the rest as it was", arguments: Precision.allCases)
  func meanAndDifference(precision: Precision) {
    let a = Matrix(random: 85, rows: 5, columns: 40, precision: precision)
    let b = Matrix(random: 86, rows: 5, columns: 50, precision: precision)
    let before = Matrix(random: 87, rows: 5, columns: 40, precision: precision)
    var (mean, difference) = (before, before)
    mean.setMean(of: a, b, rows: 1..<4, columns: 16..<37)
    difference.setDifference(of: a, b, rows: 1..<4, columns: 16..<37)
    for i in 0..<5 {
      for j in 0..<40 {
        let isIn = (1..<4).contains(i) && (16..<37).contains(j)
        let half = precision.product(0.5, precision.sum(a[i, j], b[i, j]))
        #expect(mean[i, j] == (isIn ? half : before[i, j]))
        #expect(difference[i, j] == (isIn ? precision.sum(a[i, j], -b[i, j]) : before[i, j]))
      }
    }
  }

  @Test(
    "activities at the bounds of ρ, or within 1 % of them where it is smooth", arguments: Precision.allCases)
  func bounds(precision: Precision) {
    let values: [Double] = [
      0, 1, -1, 0.0099, 0.0101, 0.9899, 0.9901, -0.9899, -0.9901, 0.5, 1e-6, 1 - 1e-6, 6,
    ]
    let matrix = Matrix(rows: 4, columns: 30, precision: precision) { i, j in
      (10..<23).contains(j) && i > 0 ? values[j - 10] : 0.5
    }
    let expected: [(Curve, low: Int, high: Int)] = [
      // What lies below a range counts as at its lower bound.
      (.hardSigmoid, 4, 2), (.sigmoid, 6, 4), (.tanh, 2, 4), (.linear, 0, 0), (.relu6, 4, 1),
      (.halfHardSigmoid, 4, 2), (.silu, 0, 0), (.cappedSilu, 0, 0),
    ]
    for (curve, low, high) in expected {
      let found = matrix.countAtBounds(of: curve, rows: 1..<3, columns: 10..<23)
      #expect(found == (2 * low, 2 * high), "\(curve)")
      #expect(matrix.countAtBounds(of: curve, rows: 0..<4, columns: 23..<30) == (0, 0))
      #expect(matrix.countAtBounds(of: curve, rows: 0..<1, columns: 0..<30) == (0, 0))
    }
  }
}
