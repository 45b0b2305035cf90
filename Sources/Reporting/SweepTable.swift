import Records

/// What the runs of a search came to: a line for each combination of settings, over its seeds.
public struct SweepTable: Sendable {
  /// One run.
  public struct Run: Sendable {
    public let name: String
    /// `KEY=VALUE` of the keys that vary.
    public let varied: [String]
    public let seed: UInt64?
    /// Its best epoch by the task's first figure, of the validation split where there is one; nil of a run that is not over.
    public let best: EpochMetrics?
    /// Why it ended before its end.
    public let failure: String?

    public init(
      name: String, varied: [String], seed: UInt64?, epochs: [EpochMetrics]?, failure: String?,
      figure: Figure?
    ) {
      (self.name, self.varied, self.seed, self.failure) = (name, varied, seed, failure)
      best = failure == nil ? epochs.flatMap { epochs in epochs.best(by: figure).map { epochs[$0] } } : nil
    }
  }

  private let runs: [Run]
  private let figures: [Figure]

  public init(_ runs: [Run], figures: [Figure]) { (self.runs, self.figures) = (runs, figures) }

  private struct Group {
    let varied: [String]
    var runs: [Run]
    var failed: Int { runs.count { $0.failure != nil } }

    /// Over the runs that have it.
    func average(_ value: (EpochMetrics) -> Double?) -> Average? {
      Average(runs.compactMap { $0.best.flatMap(value) })
    }
  }

  private var groups: [Group] {
    var groups: [Group] = []
    for run in runs {
      if groups.last?.varied == run.varied {
        groups[groups.count - 1].runs.append(run)
      } else {
        groups.append(Group(varied: run.varied, runs: [run]))
      }
    }
    return groups
  }

  /// The combination whose mean of the first figure is best, of the validation split where there is one.
  private var bestGroup: Int? {
    guard let figure = figures.first else { return nil }
    let means = groups.map { group in
      group.failed > 0
        ? nil
        : (group.average { $0.validation[figure.key] } ?? group.average { $0.training[figure.key] })?.mean
    }
    return means.indices.filter { means[$0] != nil }.min { figure.isBetter(means[$0]!, than: means[$1]!) }
  }

  /// A line a combination: its settings, how many runs, mean ± deviation of each figure at the best epochs, and which is best.
  public var text: String {
    let (groups, best) = (groups, bestGroup)
    let keys = (groups.first?.varied ?? []).map { String($0.prefix { $0 != "=" }) }
    var table = AlignedText(heading: keys + ["runs"])
    table.rows = groups.map { group in
      let values = group.varied.map { String($0.drop { $0 != "=" }.dropFirst()) }
      let done = group.runs.count { $0.best != nil }
      let count = done == group.runs.count ? "\(done)" : "\(done) of \(group.runs.count)"
      return values + [group.failed > 0 ? "\(count), \(group.failed) failed" : count]
    }
    for (split, scores) in EpochMetrics.splits {
      for figure in figures where !figure.isDetail {
        let averages = groups.map { $0.average { $0[keyPath: scores][figure.key] } }
        guard averages.contains(where: { $0 != nil }) else { continue }
        table.heading.append("\(split) \(figure.unit ?? figure.name)")
        for (row, average) in averages.enumerated() {
          table.rows[row].append(average?.text { Figures.score($0, figure) } ?? "")
        }
      }
    }
    table.heading.append("")
    for row in groups.indices { table.rows[row].append(row == best ? "best" : "") }
    let failures = runs.compactMap { run in run.failure.map { "\(run.name): \($0)\n" } }
    return table.text + (failures.isEmpty ? "" : "\n" + failures.joined())
  }

  /// A heading and a line a run: its settings, its seed, the best epoch and its figures; nothing where it has none.
  public var csv: String {
    let keys = (runs.first?.varied ?? []).map { String($0.prefix { $0 != "=" }) }
    let scores = EpochMetrics.scores(figures)
    let heading = ["run"] + keys + ["seed", "epoch"] + scores.map(\.key) + ["failure"]
    let lines = runs.map { run in
      [run.name] + run.varied.map { String($0.drop { $0 != "=" }.dropFirst()) }
        + [run.seed.map { "\($0)" } ?? "", run.best.map { "\($0.epoch)" } ?? ""]
        + scores.map { score in run.best.flatMap(score.value).map { "\($0)" } ?? "" } + [run.failure ?? ""]
    }
    return CommaSeparated.text([heading] + lines)
  }

  /// The same as one line of JSON: `groups`, each with its `settings`, `runs`, and mean and deviation of every figure, and
  /// `best`, the settings of the best.
  public var json: String {
    let scores = EpochMetrics.scores(figures)
    let groups = groups
    func settings(_ group: Group) -> JSONText { .array(group.varied.map(JSONText.string)) }
    let best = bestGroup.map { settings(groups[$0]) } ?? .null
    let told = groups.map { group in
      JSONText.object(
        [
          ("settings", settings(group)),
          (
            "runs",
            .array(
              group.runs.map { run in
                .object(
                  [
                    ("name", .string(run.name)), ("seed", run.seed.map { .integer($0) } ?? .null),
                    ("epoch", run.best.map { .integer($0.epoch) } ?? .null),
                    ("failure", run.failure.map(JSONText.string) ?? .null),
                  ] + scores.map { score in (score.key, .optional(run.best.flatMap(score.value))) })
              })
          ),
        ]
          + scores.flatMap { score -> [(key: String, value: JSONText)] in
            let average = group.average(score.value)
            return [
              (score.key, .optional(average?.mean)),
              (score.key + "_deviation", .optional(average?.deviation)),
            ]
          })
    }
    return JSONText.object([("best", best), ("groups", .array(told))]).text
  }
}
