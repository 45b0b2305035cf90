/// A symmetric matrix with numbers on its diagonal and beside it alone, of size near 1.
struct Tridiagonal {
  /// a_kk; the eigenvalues once it is solved, in no order.
  private(set) var diagonal: [Double]
  /// a_k,k+1, one fewer.
  private var beside: [Double]

  init(diagonal: [Double], beside: [Double]) {
    precondition(beside.count == max(diagonal.count - 1, 0), "one number fewer stands beside the diagonal")
    (self.diagonal, self.beside) = (diagonal, beside)
  }

  /// Makes it diagonal by rotations of neighbouring rows and columns: implicit QR with Wilkinson's shift.
  ///
  /// Source: Golub & Van Loan 2013, Matrix Computations, ISBN 978-1-4214-0794-4, 8.3.3 to 8.3.5.
  ///
  /// - Parameters:
  ///   - vectors: rows that are rotated alike, so that of Qᵀ in A = Q T Qᵀ they become A's eigenvectors.
  ///   - count: numbers in each.
  mutating func solve(rotating vectors: DoubleRows? = nil, count: Int = 0) {
    var last = diagonal.count - 1
    // Two for each value are usual.
    var sweeps = 60 * diagonal.count
    while last > 0 {
      if isSmall(last - 1) {
        last -= 1
        continue
      }
      var first = last - 1
      while first > 0, !isSmall(first - 1) { first -= 1 }
      sweep(first, last, vectors, count)
      sweeps -= 1
      precondition(sweeps > 0, "eigenvalues do not converge")
    }
  }

  /// Whether the number beside k is nothing to its neighbours, or to the whole.
  private func isSmall(_ k: Int) -> Bool {
    let size = abs(beside[k])
    return size <= 0x1p-53 * (abs(diagonal[k]) + abs(diagonal[k + 1])) || size <= 0x1p-100
  }

  private mutating func sweep(_ first: Int, _ last: Int, _ vectors: DoubleRows?, _ count: Int) {
    // The eigenvalue of the last two rows that is nearer to the last number.
    let half = (diagonal[last - 1] - diagonal[last]) / 2
    let corner = beside[last - 1]
    let root = (half * half + corner * corner).squareRoot()
    var x = diagonal[first] - diagonal[last] + corner * corner / (half + (half < 0 ? -root : root))
    var z = beside[first]
    for k in first..<last {
      let square = x * x + z * z
      let r = square.squareRoot()
      // What is below 10⁻¹³⁵ is let go.
      let (c, s) = square > 0x1p-900 ? (x / r, z / r) : (1, 0)
      if k > first { beside[k - 1] = r }
      let (a, b, d) = (diagonal[k], beside[k], diagonal[k + 1])
      let (aRow, bRow) = (c * a + s * b, c * b + s * d)
      diagonal[k] = c * aRow + s * bRow
      diagonal[k + 1] = c * (c * d - s * b) - s * (c * b - s * a)
      beside[k] = c * bRow - s * aRow
      if k + 1 < last {
        (x, z) = (beside[k], s * beside[k + 1])
        beside[k + 1] *= c
      }
      if let vectors {
        DoubleRows.rotate(vectors.row(k), vectors.row(k + 1), c, s, count: count)
      }
    }
  }
}
