extension Matrix {
  /// The singular values of a matrix of finite numbers in Float64, falling, min(rows, columns) of them, each to about n ε
  /// of the largest.
  ///
  /// Reflections from both sides leave two diagonals, α and γ; ±σ are the eigenvalues of the symmetric matrix with 0 on its
  /// diagonal and α₀, γ₀, α₁, γ₁, … beside it.
  ///
  /// Source: Golub & Kahan 1965, doi:10.1137/0702016.
  public var singularValues: [Double] {
    precondition(precision == .float64, "decompositions are of Float64")
    precondition((0..<rows).allSatisfy { row($0).allSatisfy(\.isFinite) }, "numbers are not finite")
    let (long, short) = (max(rows, columns), min(rows, columns))
    guard short > 0 else { return [] }
    let scale = scaleToOne
    var work = Matrix(rows: long, columns: short, precision: .float64) {
      scale * (rows < columns ? self[$1, $0] : self[$0, $1])
    }
    let beside = work.reduceToTwoDiagonals()
    var tridiagonal = Tridiagonal(diagonal: Array(repeating: 0, count: 2 * short), beside: beside)
    tridiagonal.solve()
    return tridiagonal.diagonal.sorted(by: >).prefix(short).map { max($0, 0) / scale }
  }

  /// α₀, γ₀, α₁, … of a matrix with at least as many rows as columns, which is used up.
  private mutating func reduceToTwoDiagonals() -> [Double] {
    let a = DoubleRows(&self)
    var scratch = Matrix(rows: 2, columns: rows, precision: .float64)
    let (u, t) = (DoubleRows(&scratch).row(0), DoubleRows(&scratch).row(1))
    var found: [Double] = []
    for k in 0..<columns {
      for i in k..<rows { u[i - k] = a.row(i)[k] }
      let (alpha, beta) = DoubleRows.reflect(u, count: rows - k)
      found.append(alpha)
      let m = columns - k - 1
      guard m > 0 else { break }
      // t = β Aᵀ u; row k is finished first, since the other reflection follows from it.
      t.update(repeating: 0, count: m)
      if beta > 0 {
        for i in k..<rows { DoubleRows.add(beta * u[i - k], a.row(i, from: k + 1), to: t, count: m) }
      }
      let v = a.row(k, from: k + 1)
      if beta > 0 { DoubleRows.add(-u[0], t, to: v, count: m) }
      let (gamma, delta) = DoubleRows.reflect(v, count: m)
      found.append(gamma)
      for i in k + 1..<rows {
        let row = a.row(i, from: k + 1)
        if beta > 0 { DoubleRows.add(-u[i - k], t, to: row, count: m) }
        if delta > 0 { DoubleRows.add(-delta * DoubleRows.dot(row, v, count: m), v, to: row, count: m) }
      }
    }
    return withExtendedLifetime(scratch) { found }
  }
}
