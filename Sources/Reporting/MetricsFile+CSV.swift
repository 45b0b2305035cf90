import Records

extension MetricsFile {
  /// The epochs as comma-separated values: a heading, then a line an epoch, of a task's figures and all else.
  ///
  /// Columns have the names of `metrics.jsonl`, those of a layer its number too: `rates.1`. What an epoch does not have
  /// is empty, what was not finite is `nan`.
  public func csv(figures: [Figure] = [.error]) -> String {
    let columns =
      Self.columns(figures)
      + Self.layered.flatMap { name, values in
        let depth = epochs.compactMap { values($0)?.count }.max() ?? 0
        return (0..<depth).map { layer in
          Column("\(name).\(layer + 1)") { epoch in
            guard let all = values(epoch), all.indices.contains(layer) else { return nil }
            return all[layer]
          }
        }
      }
    let lines = [columns.map(\.name)] + epochs.map { epoch in columns.map { Self.text($0.value(epoch)) } }
    return lines.map { $0.joined(separator: ",") + "\n" }.joined()
  }

  private struct Column {
    let name: String
    let value: (EpochMetrics) -> Double?
    init(_ name: String, _ value: @escaping (EpochMetrics) -> Double?) {
      (self.name, self.value) = (name, value)
    }
  }

  private static func columns(_ figures: [Figure]) -> [Column] {
    [Column("epoch") { Double($0.epoch) }, Column("step") { Double($0.step) }]
      + EpochMetrics.scores(figures).map { Column($0.key, $0.value) } + [
        Column("cost", \.cost), Column("energy", \.energy),
        Column("free_iterations", \.freeIterations), Column("nudged_iterations", \.nudgedIterations),
        Column("free_residual", \.freeResidual), Column("nudged_residual", \.nudgedResidual),
        Column("violations", \.violations), Column("rejected") { $0.rejected.map(Double.init) },
        Column("examples_per_second", \.examplesPerSecond), Column("seconds", \.seconds),
        Column("ranks") { $0.ranks.map(Double.init) },
      ]
  }

  private static var layered: [(name: String, values: (EpochMetrics) -> [Double]?)] {
    [
      ("at_lower", \.atLower), ("at_upper", \.atUpper), ("weight_change", \.weightChange), ("rates", \.rates),
    ]
  }

  /// Whole numbers without a point, others with the digits that read back as the same.
  private static func text(_ value: Double?) -> String {
    guard let value else { return "" }
    return Int(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}
