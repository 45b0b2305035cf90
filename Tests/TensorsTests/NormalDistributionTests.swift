import Tensors
import TestBasis
import Testing

@Suite("Fréchet distances of normal distributions") struct NormalDistributionTests {
  /// Points whose numbers depend on each other; the seventh is constant.
  private func points(_ stream: Int, _ count: Int, _ n: Int, shift: Double = 0) -> [[Double]] {
    (0..<count).map { i in
      (0..<n).map { j in
        j == 6 ? 0.1 : noise(i, j, stream) * Double(j + 1) + noise(i, j / 3, stream + 1) + shift
      }
    }
  }

  private func diagonal(_ mean: [Double], _ variances: [Double]) -> NormalDistribution {
    let n = mean.count
    return NormalDistribution(
      mean: mean,
      covariance: Matrix(rows: n, columns: n, precision: .float64) { $0 == $1 ? variances[$0] : 0 })
  }

  @Test("of independent numbers are Σ (μ₁ − μ₂)² + (σ₁ − σ₂)²")
  func independent() {
    let a = diagonal([1, 2, 3, 4], [4, 0, 9, 0])
    let b = diagonal([1, 0, 3, 5], [1, 25, 0, 0])
    #expect(abs(a.squaredFrechetDistance(to: b) - (0 + 4 + 0 + 1 + 1 + 25 + 9 + 0)) < 1e-12)
    #expect(diagonal([], []).squaredFrechetDistance(to: diagonal([], [])) == 0)
  }

  @Test("are of the points' mean and covariance", arguments: Precision.allCases)
  func moments(precision: Precision) {
    // More than one block of points.
    let (m, n) = (2500, 19)
    let points = Matrix(rows: m, columns: n, precision: precision) {
      1 + noise($0, $1, 311) + noise($0, 0, 312)
    }
    let fitted = NormalDistribution(points: points)
    let mean = (0..<n).map { j in (0..<m).reduce(0) { $0 + points[$1, j] } / Double(m) }
    for i in 0..<n {
      #expect(abs(fitted.mean[i] - mean[i]) < 1e-12)
      for j in 0..<n {
        let sum = (0..<m).reduce(0) { $0 + (points[$1, i] - mean[i]) * (points[$1, j] - mean[j]) }
        #expect(abs(fitted.covariance[i, j] - sum / Double(m - 1)) < 1e-12)
      }
    }
  }

  /// Also where points are fewer than dimensions.
  @Test("of a set with itself are 0", arguments: [(200, 20), (9, 64)])
  func itself(count: Int, n: Int) {
    let points = points(321, count, n)
    let fitted = NormalDistribution(points: points)
    let again = NormalDistribution(points: points.reversed())
    let distances = [fitted.squaredFrechetDistance(to: fitted), fitted.squaredFrechetDistance(to: again)]
    measured("Fréchet distance of \(count) points with themselves", distances.max()!)
    #expect(distances.allSatisfy { $0 >= 0 && $0 < 1e-8 })
  }

  @Test("are the same both ways, and ‖d‖² of a shift by d", arguments: [(200, 20), (9, 64)])
  func symmetry(count: Int, n: Int) {
    let a = NormalDistribution(points: points(331, count, n))
    let b = NormalDistribution(points: points(341, count + 5, n))
    let (there, back) = (a.squaredFrechetDistance(to: b), b.squaredFrechetDistance(to: a))
    #expect(there > 1 && abs(there - back) < 1e-12 * there)
    let shifted = NormalDistribution(points: points(331, count, n, shift: 0.5))
    // All but the constant one are shifted.
    #expect(abs(a.squaredFrechetDistance(to: shifted) - 0.25 * Double(n - 1)) < 1e-8)
  }

  /// Σ₂ = s² Σ₁, whatever the correlations.
  @Test("of points multiplied by s are (s − 1)² (‖μ‖² + tr Σ)")
  func scaled() {
    let points = points(351, 100, 12).map { $0.map { $0 - 0.1 } }
    let a = NormalDistribution(points: points)
    let b = NormalDistribution(points: points.map { $0.map { 3 * $0 } })
    let shift = a.mean.reduce(0) { $0 + 4 * $1 * $1 }
    let trace = (0..<12).reduce(0) { $0 + a.covariance[$1, $1] }
    #expect(abs(a.squaredFrechetDistance(to: b) - shift - 4 * trace) < 1e-10 * trace)
  }

  @Test("equal SciPy's matrix square root's", .enabled(if: SciPy.isThere, "needs scipy in Python"))
  func scipy() throws {
    let n = 30
    // Without the constant number, of which SciPy's root is inexact.
    let sets = [361, 371].map { stream in
      points(stream, 150, n).map { point in point.indices.filter { $0 != 6 }.map { point[$0] } }
    }
    let m = sets[0][0].count
    let program = """
      (lambda a, b: n.sum((a.mean(0) - b.mean(0)) ** 2) + n.trace(n.cov(a.T) + n.cov(b.T)
      - 2 * scipy.linalg.sqrtm(n.cov(a.T) @ n.cov(b.T)).real))(*x.reshape(2, -1, \(m)))
      """
    let expected = try #require(try SciPy.values(program, of: sets.flatMap { $0.flatMap { $0 } }))
    let (a, b) = (NormalDistribution(points: sets[0]), NormalDistribution(points: sets[1]))
    #expect(abs(a.squaredFrechetDistance(to: b) - expected[0]) < 1e-9 * expected[0])
  }
}
