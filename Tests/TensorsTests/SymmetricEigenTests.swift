import Tensors
import TestBasis
import Testing

@Suite("Decompositions") struct SymmetricEigenTests {
  /// Symmetric matrices, degenerate ones too.
  enum Kind: String, CaseIterable {
    case random, ones, identity, zero, diagonal, singular, blocks, huge, tiny, graded

    func matrix(_ n: Int) -> Matrix {
      Matrix(rows: n, columns: n, precision: .float64) { i, j in
        let symmetric = noise(min(i, j), max(i, j), 301)
        return switch self {
        case .random: symmetric
        case .ones: 1
        case .identity: i == j ? 1 : 0
        case .zero: 0
        case .diagonal: i == j ? Double(i % 3) : 0
        // Of rank 3, with rows of zeros.
        case .singular:
          i % 4 == 0 || j % 4 == 0 ? 0 : (0..<3).reduce(0) { $0 + noise(i, $1, 302) * noise(j, $1, 302) }
        // Apart from each other, alike in pairs.
        case .blocks: i / 2 == j / 2 ? (i == j ? 2 : 1) : 0
        case .huge: 0x1p1000 * symmetric
        case .tiny: 0x1p-1000 * symmetric
        case .graded: Double(sign: .plus, exponent: -i - j, significand: symmetric)
        }
      }
    }
  }

  @Test("give the matrix again", arguments: Kind.allCases, [1, 2, 3, 10, 64, 130])
  func reconstruction(kind: Kind, n: Int) {
    let matrix = kind.matrix(n)
    let eigen = SymmetricEigen(matrix)
    let vectors = (0..<n).map(eigen.vectors.row)
    let size = matrix.largest
    #expect(eigen.values == eigen.values.sorted())
    var (worst, skew) = (0.0, 0.0)
    for i in 0..<n {
      for j in 0..<n {
        let again = (0..<n).reduce(0) { $0 + eigen.values[$1] * vectors[$1][i] * vectors[$1][j] }
        worst = max(worst, abs(again - matrix[i, j]))
        let product = zip(vectors[i], vectors[j]).reduce(0) { $0 + $1.0 * $1.1 }
        skew = max(skew, abs(product - (i == j ? 1 : 0)))
      }
    }
    measured("eigen of \(n), \(kind.rawValue): error", size > 0 ? worst / size : worst)
    #expect(worst <= 1e-12 * size && skew <= 1e-12)
    #expect(matrix.singularValues.count == n)
    for (value, other) in zip(matrix.singularValues, eigen.values.map(abs).sorted(by: >)) {
      #expect(abs(value - other) <= 1e-12 * Double(n) * size)
    }
  }

  /// a_kk = 2, 1 beside it: λ_k = 2 + 2 cos(kπ / (n + 1)).
  @Test("know the eigenvalues of a chain")
  func chain() {
    let n = 100
    let matrix = Matrix(rows: n, columns: n, precision: .float64) { $0 == $1 ? 2 : abs($0 - $1) == 1 ? 1 : 0 }
    for (k, value) in SymmetricEigen(matrix).values.enumerated() {
      #expect(abs(value - 2 - 2 * sinePi(Double(n - k) / Double(n + 1) + 0.5)) < 1e-13)
    }
  }

  @Test("of two sides have singular values", arguments: [(5, 3), (3, 5), (1, 7), (7, 1), (60, 40), (0, 3)])
  func singular(rows: Int, columns: Int) {
    let a = Matrix(random: 303, rows: rows, columns: columns, precision: .float64)
    let gram = Matrix(rows: columns, columns: columns, precision: .float64) { i, j in
      (0..<rows).reduce(0) { $0 + a[$1, i] * a[$1, j] }
    }
    let values = a.singularValues
    #expect(values.count == min(rows, columns) && values == values.sorted(by: >))
    for (value, square) in zip(values, SymmetricEigen(gram).values.reversed()) {
      #expect(abs(value * value - square) < 1e-12)
    }
  }

  @Test("equal SciPy's", .enabled(if: SciPy.isThere, "needs scipy in Python"))
  func scipy() throws {
    let n = 70
    let matrices = Kind.allCases.map { $0.matrix(n) }
    let program = "[scipy.linalg.eigvalsh(a) for a in x.reshape(-1, \(n), \(n))]"
    let numbers = matrices.flatMap { matrix in (0..<n).flatMap(matrix.row) }
    let found = try #require(try SciPy.values(program, of: numbers))
    for (k, matrix) in matrices.enumerated() {
      for (value, other) in zip(SymmetricEigen(matrix).values, found[k * n..<(k + 1) * n]) {
        #expect(abs(value - other) <= 1e-12 * matrix.largest, "\(Kind.allCases[k])")
      }
    }
  }

  @Test("of what is no number are refused")
  func refused() async {
    await #expect(processExitsWith: .failure) {
      _ = SymmetricEigen(Matrix(rows: 2, columns: 2, precision: .float64) { _, _ in .nan })
    }
    await #expect(processExitsWith: .failure) {
      _ = SymmetricEigen(Matrix(rows: 2, columns: 3, precision: .float64))
    }
  }
}

extension Matrix {
  /// The largest size of an element.
  fileprivate var largest: Double { (0..<rows).reduce(0) { row($1).reduce($0) { max($0, abs($1)) } } }
}
