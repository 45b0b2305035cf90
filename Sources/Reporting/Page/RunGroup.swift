import Records

/// Runs that differ in seed alone; one run is a group too.
struct RunGroup: Equatable {
  /// What tables and legends call it.
  var name = ""
  private(set) var runs: [RunRecord]

  init(_ run: RunRecord) { runs = [run] }

  /// The groups in the order of their first runs. Runs of the same seed are not of the same group.
  static func all(_ runs: [RunRecord]) -> [RunGroup] {
    var groups: [RunGroup] = []
    for run in runs {
      if let index = groups.firstIndex(where: { $0.takes(run) }) {
        groups[index].runs.append(run)
      } else {
        groups.append(RunGroup(run))
      }
    }
    return groups
  }

  private func takes(_ run: RunRecord) -> Bool {
    func others(_ run: RunRecord) -> [RunRecord.Setting] {
      run.settings.filter { $0.key != "seed" && $0.key != "name" }
    }
    return !runs.contains { $0.seed == run.seed } && others(runs[0]) == others(run)
  }

  /// Those that did not fail.
  var whole: [RunRecord] { runs.filter { $0.failure == nil } }

  /// Of its runs at the epoch that is chosen, those that have the number.
  func average(at epoch: (RunRecord) -> EpochMetrics?, _ value: (EpochMetrics) -> Double?) -> Average? {
    Average(whole.compactMap { epoch($0).flatMap(value) })
  }

  /// What a figure judges it by: the mean at its runs' best epochs; nil where a run has failed.
  func judging(_ figure: Figure) -> Double? {
    guard whole.count == runs.count, let mean = average(at: \.best, { $0.judging(figure) })?.mean else {
      return nil
    }
    return mean.isFinite ? mean : nil
  }

  /// The groups' indices, the best one's first; those that cannot be judged come last.
  static func ranking(_ groups: [RunGroup], by figure: Figure?) -> [Int] {
    guard let figure else { return Array(groups.indices) }
    let means = groups.map { $0.judging(figure) }
    return groups.indices.sorted { one, other in
      guard let mean = means[one] else { return means[other] == nil && one < other }
      guard let others = means[other] else { return true }
      return figure.isBetter(mean, than: others) || mean == others && one < other
    }
  }

  /// A line over epochs: the mean of the runs that have the epoch, in a band from the least to the most of them.
  func series(_ value: (EpochMetrics) -> Double?) -> Chart.Series? {
    guard runs.count > 1 else { return whole.first.flatMap { Curves.series(name, $0.epochs, value) } }
    var values: [Int: [Double]] = [:]
    for epoch in whole.flatMap(\.epochs) {
      if let value = value(epoch) { values[epoch.epoch, default: []].append(value) }
    }
    let averages = values.sorted { $0.key < $1.key }.map { epoch, values in
      (x: Double(epoch), mean: Average(values)?.mean ?? .nan, values: values)
    }
    guard !averages.isEmpty else { return nil }
    var series = Chart.Series(name, averages.map { Chart.Point($0.x, $0.mean) })
    series.band = averages.map { average in
      let (low, high) = (average.values.min() ?? .nan, average.values.max() ?? .nan)
      return Chart.Reach(average.x, from: average.mean.isFinite ? low : .nan, to: high)
    }
    return series
  }
}

extension RunRecord {
  var seed: String? { value(of: "seed") }
}
