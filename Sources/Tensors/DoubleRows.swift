/// The rows of a Float64 matrix as decompositions work on them; sums are taken in one order on every machine.
///
/// Guarantees: whoever makes one keeps the matrix alive and unshared while it is used, and stays within its rows and their
/// stride.
struct DoubleRows {
  typealias Row = UnsafeMutablePointer<Double>

  let start: Row
  let stride: Int

  /// The rows of a matrix that nobody else shares.
  init(_ matrix: inout Matrix) {
    precondition(matrix.precision == .float64, "decompositions are of Float64")
    start = matrix.mutablePointer(0, 0).assumingMemoryBound(to: Double.self)
    stride = matrix.stride
  }

  /// Row i from column `from` on.
  func row(_ i: Int, from: Int = 0) -> Row { start + i * stride + from }

  /// y ← y + a x.
  static func add(_ a: Double, _ x: Row, to y: Row, count: Int) {
    for j in 0..<count { y[j] += a * x[j] }
  }

  /// y ← y + a x + b z.
  static func add(_ a: Double, _ x: Row, _ b: Double, _ z: Row, to y: Row, count: Int) {
    for j in 0..<count { y[j] += a * x[j] + b * z[j] }
  }

  /// xᵀ y, of eight sums side by side.
  static func dot(_ x: Row, _ y: Row, count: Int) -> Double {
    var sums = SIMD8<Double>()
    var j = 0
    while j + 8 <= count {
      for lane in 0..<8 { sums[lane] += x[j + lane] * y[j + lane] }
      j += 8
    }
    var rest = 0.0
    while j < count {
      rest += x[j] * y[j]
      j += 1
    }
    return sums.sum() + rest
  }

  /// (x, y) ← (c x + s y, c y − s x).
  static func rotate(_ x: Row, _ y: Row, _ c: Double, _ s: Double, count: Int) {
    for j in 0..<count { (x[j], y[j]) = (c * x[j] + s * y[j], c * y[j] - s * x[j]) }
  }

  /// The reflection 1 − β v vᵀ that takes x to (α, 0, …, 0); x becomes v.
  ///
  ///     α = −sign(x₀) ‖x‖,   v = x − α e₀,   β = 2 / vᵀv = 1 / (‖x‖ (‖x‖ + |x₀|))
  ///
  /// What is below 10⁻¹³⁵ is taken for 0, so that squares do not underflow: the largest number should be near 1.
  static func reflect(_ x: Row, count: Int) -> (alpha: Double, beta: Double) {
    let tail = dot(x + 1, x + 1, count: count - 1)
    guard tail > 0x1p-900 else { return (x[0], 0) }
    let norm = (x[0] * x[0] + tail).squareRoot()
    let beta = 1 / (norm * (norm + abs(x[0])))
    let alpha = x[0] < 0 ? norm : -norm
    x[0] -= alpha
    return (alpha, beta)
  }
}

extension Matrix {
  /// A power of two that takes the largest number to between 1 and 2, or as near as one can that is finite.
  var scaleToOne: Double {
    let largest = (0..<rows).reduce(0) { row($1).reduce($0) { max($0, abs($1)) } }
    return 1 / max(largest.binade, 0x1p-1000)
  }
}
