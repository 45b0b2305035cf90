import Records

extension ComparisonPage {
  /// Settings that differ stand in the table of runs, as long as there is room for them.
  private static let mostSettings = 8

  /// A table for each figure: a row a group, which opens to its seeds.
  func table(_ all: GroupedRuns) -> String {
    let tables = told.map { table(all, of: $0) }
    let note = note(all)
    let title = told == [.error] ? "Errors" : "Figures"
    return HTML.section(
      "\(title) at the last and at the best epoch",
      tables.joined() + (note.isEmpty ? "" : HTML.paragraph(note, class: "soft")) + absent)
  }

  private func note(_ all: GroupedRuns) -> String {
    let averages =
      all.isGrouped
      ? ["Mean ± deviation over seeds, √(Σ (x − mean)² / (n − 1)); a row opens to its seeds."] : []
    guard all.best != nil, let figure = told.first else { return averages.joined() }
    let isHeldBack = runs.contains { $0.epochs.contains { $0.validation[figure.key] != nil } }
    let split = isHeldBack ? "validation" : "training"
    return (averages + ["Best is what has the best \(split) \(figure.name) at its best epoch."])
      .joined(separator: " ")
  }

  private func table(_ all: GroupedRuns, of figure: Figure) -> String {
    let settings = all.differences.count > Self.mostSettings ? [] : all.differences
    let columns = Self.columns(figure)
    let heading = ["run"] + settings.map(\.key) + columns.map(\.name)
    let head = heading.map { name in
      // A long key may go on below, after a dot.
      "<th scope=\"col\">\(HTML.escaped(name).replacing(".", with: ".<wbr/>"))</th>"
    }.joined()
    let bodies = all.groups.indices.filter { all.groups[$0].runs[0].figures.contains(figure) }.map { index in
      let group = all.groups[index]
      let values = settings.map { (key: $0.key, value: $0.values[index]) }
      let first = row(title(index, all, isAlone: settings.isEmpty), values, columns, group)
      let seeds = group.runs.count > 1 ? group.runs : []
      let rows = seeds.map { run in
        let alone = RunGroup(run)
        let title = HTML.escaped(self.seeds(alone))
        return row(title, values.map { ($0.key, "") }, columns, alone, class: "seed")
      }
      return "<tbody>\(first)\(rows.joined())</tbody>\n"
    }
    return
      "<div class=\"wide\"><table class=\"runs\"><thead><tr>\(head)</tr></thead>\n\(bodies.joined())</table></div>\n"
  }

  /// Of a group's row; where no column says its settings, its name does.
  private func title(_ index: Int, _ all: GroupedRuns, isAlone: Bool) -> String {
    let group = all.groups[index]
    let sample = all.isNamedOnce ? Chart.sample(all.looks[index]) : ""
    let badge = index == all.best ? " <b class=\"best\">best</b>" : ""
    guard all.isGrouped else { return sample + HTML.escaped(group.name) + badge }
    let name = isAlone && all.groups.count > 1 ? HTML.escaped(group.name) + " " : ""
    let seeds = HTML.escaped(seeds(group))
    return sample + name + badge
      + (group.runs.count > 1 ? "<details><summary>\(seeds)</summary></details>" : " \(seeds)")
  }

  /// `seed 1`, `3 seeds`, or `2 of 3 seeds` where the others failed.
  private func seeds(_ group: RunGroup) -> String {
    guard group.runs.count > 1 else {
      return "seed \(group.runs[0].seed ?? Figures.none)" + (group.whole.isEmpty ? ", failed" : "")
    }
    let (whole, all) = (group.whole.count, Figures.count(group.runs.count, "seed"))
    return whole == group.runs.count ? all : "\(whole) of \(all)"
  }

  private func row(
    _ title: String, _ settings: [(key: String, value: String)], _ columns: [Column], _ group: RunGroup,
    class name: String = ""
  ) -> String {
    func cell(_ name: String, _ content: String) -> String {
      "<td data-name=\"\(HTML.escaped(name))\">\(content)</td>"
    }
    let cells =
      settings.map { cell($0.key, HTML.escaped($0.value)) } + columns.map { cell($0.name, $0.text(group)) }
    return
      "<tr\(name.isEmpty ? "" : " class=\"\(name)\"")><th scope=\"row\">\(title)</th>\(cells.joined())</tr>\n"
  }

  private struct Column {
    let name: String
    /// HTML.
    let text: (RunGroup) -> String
  }

  private static func columns(_ figure: Figure) -> [Column] {
    func scores(_ words: String, _ epoch: @escaping (RunRecord) -> EpochMetrics?, _ from: Int) -> [Column] {
      EpochMetrics.splits.dropFirst(from).map { split, scores in
        Column(name: "\(words)\(split) \(figure.unit ?? figure.name)") { group in
          average(group.average(at: epoch) { $0[keyPath: scores][figure.key] }) { Figures.score($0, figure) }
        }
      }
    }
    return [Column(name: "epochs") { range($0.whole.map(\.epochs.count)) }]
      + scores("", \.epochs.last, 0)
      + [Column(name: "best epoch") { range($0.whole.compactMap { $0.best?.epoch }) }]
      + scores("its ", \.best, 1)
      + [
        Column(name: "cost") { average($0.average(at: \.epochs.last, \.cost), Figures.cost) },
        Column(name: "examples/s") { Figures.rate(Average($0.whole.compactMap(\.speed))?.mean) },
        Column(name: "ranks") { range($0.whole.compactMap(\.ranks)) },
      ]
  }

  private static func average(_ average: Average?, _ written: (Double) -> String) -> String {
    guard let average else { return Figures.none }
    return written(average.mean)
      + (average.deviation.map { " <small>±\u{A0}\(written($0))</small>" } ?? "")
  }

  /// `9`, or `7–9`.
  private static func range(_ numbers: [Int]) -> String {
    guard let least = numbers.min(), let most = numbers.max() else { return Figures.none }
    return least == most ? "\(least)" : "\(least)–\(most)"
  }

  /// Why runs have no curves, or ended before their end.
  private var absent: String {
    zip(names, runs).map { name, run in
      if let failure = run.failure { return HTML.paragraph("\(name) failed: \(failure)", class: "absent") }
      guard case .absent(let reason) = run.metrics else { return "" }
      return HTML.paragraph("\(name) has no curves: \(reason).", class: "absent")
    }.joined()
  }

  /// A row a setting, where the table of runs has no room for them.
  func settings(_ all: GroupedRuns) -> String {
    guard !all.differences.isEmpty else {
      return HTML.section("Settings", HTML.paragraph("All runs have the same settings."))
    }
    guard all.differences.count > Self.mostSettings else { return "" }
    return HTML.section(
      "Settings that differ",
      HTML.table(["setting"] + all.groups.map(\.name), all.differences.map { [$0.key] + $0.values }))
  }
}
