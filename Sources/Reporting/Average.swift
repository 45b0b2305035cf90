/// The mean of a number over some runs, and how far one of them is from it.
struct Average: Equatable {
  let mean: Double
  /// √(Σ (x − mean)² / (n − 1)); nil of one run.
  let deviation: Double?

  /// Nil without numbers.
  init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    (self.mean, deviation) = (
      mean, values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
    )
  }

  /// `2.50 ± 0.31`, its numbers as they are written elsewhere.
  func text(_ written: (Double) -> String) -> String {
    written(mean) + (deviation.map { " ± " + written($0) } ?? "")
  }
}
