import Tensors

/// μ_k: what activities are counted from in a centred contrast, near their means over the data.
///
///     μ_k ← (1 − r) μ_k + r ⟨ρ(s_k)⟩
///
/// Source: Cho et al. 2011; Melchior et al. 2016, arXiv:1311.1354.
public struct Offsets: Sendable {
  /// A row of all units of each layer known here; those not known here are of no account.
  private var rows: [Int: Matrix] = [:]

  /// All alike.
  public init(_ portion: Portion, precision: Precision, at value: Double = 0) {
    for k in portion.known {
      rows[k] = Matrix(rows: 1, columns: portion.network.units(k), precision: precision)
      if value != 0 { rows[k]?.fill(value) }
    }
  }

  /// The layers that it is of, in order.
  public var layers: [Int] { rows.keys.sorted() }

  /// μ_k.
  public subscript(k: Int) -> Matrix {
    get {
      guard let row = rows[k] else { preconditionFailure("a layer that is not known here") }
      return row
    }
    set { rows[k] = newValue }
  }

  public var byteCount: Int {
    rows.values.reduce(0) { $0 + Matrix.byteCount(rows: 1, columns: $1.columns, precision: $1.precision) }
  }

  /// Goes a share of the way to the mean over so many examples, given Σ ρ(s_k) over them.
  public mutating func slide(_ k: Int, to sum: Panels, examples: Int, rate: Double) {
    guard !sum.precision.isHollow, examples > 0 else { return }
    var row = self[k]
    for unit in 0..<row.columns {
      row[0, unit] += rate * (sum[0, unit] / Double(examples) - row[0, unit])
    }
    self[k] = row
  }
}
