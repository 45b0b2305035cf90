import Records

extension MetricsFile {
  /// The epochs as comma-separated values: a heading, then a line an epoch, of a task's figures and all else.
  ///
  /// Columns have the names of `metrics.jsonl`, those of a layer its number too: `rates.1`. What an epoch does not have
  /// is empty, what was not finite is `nan`.
  public func csv(figures: [Figure] = [.error]) -> String {
    let columns = MetricsColumn.all(figures, of: epochs)
    return CommaSeparated.text([columns.map(\.name)] + epochs.map { epoch in columns.map { $0.text(epoch) } })
  }
}

extension ComparisonPage {
  /// The epochs of all runs: before the columns of one run its name, and the settings that differ, the seed always.
  public var csv: String {
    let columns = MetricsColumn.all(told, of: runs.flatMap(\.epochs))
    let keys = SettingDifference.keys(of: runs, always: ["seed"])
    let lines = zip(names, runs).flatMap { name, run in
      let beginning = [name] + keys.map { run.value(of: $0) ?? "" }
      return run.epochs.map { epoch in beginning + columns.map { $0.text(epoch) } }
    }
    return CommaSeparated.text([["run"] + keys + columns.map(\.name)] + lines)
  }
}

/// A column of numbers, one an epoch.
private struct MetricsColumn {
  let name: String
  private let value: (EpochMetrics) -> Double?

  private init(_ name: String, _ value: @escaping (EpochMetrics) -> Double?) {
    (self.name, self.value) = (name, value)
  }

  /// Those of a task's figures and all else; of layers as many as the epochs have.
  static func all(_ figures: [Figure], of epochs: [EpochMetrics]) -> [MetricsColumn] {
    plain(figures)
      + layered.flatMap { name, values in
        let depth = epochs.compactMap { values($0)?.count }.max() ?? 0
        return (0..<depth).map { layer in
          MetricsColumn("\(name).\(layer + 1)") { epoch in
            guard let all = values(epoch), all.indices.contains(layer) else { return nil }
            return all[layer]
          }
        }
      }
  }

  private static func plain(_ figures: [Figure]) -> [MetricsColumn] {
    [MetricsColumn("epoch") { Double($0.epoch) }, MetricsColumn("step") { Double($0.step) }]
      + EpochMetrics.scores(figures).map { MetricsColumn($0.key, $0.value) } + [
        MetricsColumn("cost", \.cost), MetricsColumn("energy", \.energy),
        MetricsColumn("free_energy", \.freeEnergy), MetricsColumn("free_energy_gap", \.freeEnergyGap),
        MetricsColumn("log_likelihood", \.logLikelihood),
        MetricsColumn("free_iterations", \.freeIterations),
        MetricsColumn("nudged_iterations", \.nudgedIterations),
        MetricsColumn("free_residual", \.freeResidual), MetricsColumn("nudged_residual", \.nudgedResidual),
        MetricsColumn("violations", \.violations), MetricsColumn("rejected") { $0.rejected.map(Double.init) },
        MetricsColumn("acceptance", \.acceptance),
        MetricsColumn("examples_per_second", \.examplesPerSecond), MetricsColumn("seconds", \.seconds),
        MetricsColumn("ranks") { $0.ranks.map(Double.init) },
      ]
  }

  private static var layered: [(name: String, values: (EpochMetrics) -> [Double]?)] {
    [
      ("at_lower", \.atLower), ("at_upper", \.atUpper), ("weight_change", \.weightChange), ("rates", \.rates),
      ("goodness_positive", \.goodnessPositive), ("goodness_negative", \.goodnessNegative),
      ("separated", \.separated), ("layer_errors", \.layerErrors), ("dead_units", \.deadUnits),
    ]
  }

  /// Whole numbers without a point, others with the digits that read back as the same.
  func text(_ epoch: EpochMetrics) -> String {
    guard let value = value(epoch) else { return "" }
    return Int(exactly: value).map { "\($0)" } ?? "\(value)"
  }
}
