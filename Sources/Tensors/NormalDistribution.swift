/// A normal distribution, known by its mean and its covariance; in Float64 throughout.
public struct NormalDistribution: Sendable {
  /// μ.
  public let mean: [Double]
  /// Σ.
  public let covariance: Matrix
  /// R with Σ = Rᵀ R: a row √λ vᵀ of each eigenvalue that is not 0.
  private let root: Matrix

  /// The distribution of this mean and this covariance, symmetric and without negative eigenvalues.
  ///
  /// Eigenvalues below n ε of the largest are rounding, and 0: the square root would make 10⁻⁸ of 10⁻¹⁶.
  public init(mean: [Double], covariance: Matrix) {
    let n = mean.count
    precondition(covariance.rows == n && covariance.columns == n, "a mean and a covariance of two sizes")
    (self.mean, self.covariance) = (mean, covariance)
    let eigen = SymmetricEigen(covariance)
    let least = Double(n) * .ulpOfOne * (eigen.values.last ?? 0)
    let first = eigen.values.firstIndex { $0 > max(least, 0) } ?? n
    root = Matrix(rows: n - first, columns: n, precision: .float64) {
      eigen.values[first + $0].squareRoot() * eigen.vectors[first + $0, $1]
    }
  }

  /// The distribution fitted to the rows of a matrix, two at least, of either precision.
  ///
  ///     μ = Σ x / m,   Σ = Σ (x − μ)(x − μ)ᵀ / (m − 1)
  public init(points: Matrix) {
    let (m, n) = (points.rows, points.columns)
    precondition(m > 1, "a covariance needs two points")
    var mean = [Double](repeating: 0, count: n)
    for i in 0..<m { for j in 0..<n { mean[j] += points[i, j] } }
    for j in 0..<n { mean[j] /= Double(m) }
    var covariance = Matrix(rows: n, columns: n, precision: .float64)
    for first in stride(from: 0, to: m, by: 1024) {
      let depth = min(1024, m - first)
      var centred = Panels(depth: depth, columns: n, precision: .float64)
      var transposed = Matrix(rows: n, columns: depth, precision: .float64)
      for i in 0..<depth {
        for j in 0..<n {
          centred[i, j] = points[first + i, j] - mean[j]
          transposed[j, i] = centred[i, j] / Double(m - 1)
        }
      }
      covariance.setProduct(rows: 0..<n, of: transposed, with: centred, adding: .itself)
    }
    self.init(mean: mean, covariance: covariance)
  }

  /// The distribution fitted to points of equally many numbers.
  public init(points: [[Double]]) {
    let n = points.first?.count ?? 0
    precondition(points.allSatisfy { $0.count == n }, "points of different dimensions")
    self.init(points: Matrix(rows: points.count, columns: n, precision: .float64) { points[$0][$1] })
  }

  /// The Fréchet distance to another distribution, squared: what is told as FID.
  ///
  ///     d² = ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂ Σ₁^½)^½)
  ///
  /// The last trace is the sum of the singular values of R₂ R₁ᵀ with Σ = Rᵀ R, so that none is the root of a difference.
  ///
  /// Source: Dowson & Landau 1982, doi:10.1016/0047-259X(82)90077-X.
  public func squaredFrechetDistance(to other: NormalDistribution) -> Double {
    precondition(mean.count == other.mean.count, "distributions of different dimensions")
    let shift = zip(mean, other.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    var transposed = Panels(depth: mean.count, columns: root.rows, precision: .float64)
    for i in 0..<root.rows { for j in 0..<root.columns { transposed[j, i] = root[i, j] } }
    var product = Matrix(rows: other.root.rows, columns: root.rows, precision: .float64)
    product.setProduct(rows: 0..<product.rows, of: other.root, with: transposed, adding: .zero)
    let common = product.singularValues.reduce(0, +)
    return max(shift + variance + other.variance - 2 * common, 0)
  }

  /// tr Σ.
  private var variance: Double { mean.indices.reduce(0) { $0 + covariance[$1, $1] } }
}
