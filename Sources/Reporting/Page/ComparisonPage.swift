import Records

/// The report on several runs: what differs between them, and their curves on the same axes; of runs that differ in seed
/// alone the mean.
public struct ComparisonPage: Equatable, Sendable {
  /// In the order of the page's tables and lines; of their checkpoints nothing is shown.
  public var runs: [RunRecord]
  /// What its figures are drawn for.
  var form = Chart.Form.figure

  public init(_ runs: [RunRecord]) { self.runs = runs }

  /// The page: equal bytes for equal records.
  public var html: String {
    let all = GroupedRuns(runs, names: names, figure: told.first)
    let combinations = Figures.count(all.groups.count, "combination")
    let intro =
      all.isGrouped ? "\(combinations) of settings, each with its seeds" : names.joined(separator: ", ")
    return PageFrame.page(
      title: "\(runs.count) runs compared", head: HTML.paragraph(intro, class: "soft"),
      sections: [table(all), settings(all), curves(all), scaling, runFiles(all)])
  }

  /// What each run is called: its folder, numbered where several have the same.
  var names: [String] { GroupedRuns.numbered(runs.map(\.folder)) }

  /// The figures of the runs' tasks, each once.
  var told: [Figure] {
    runs.flatMap(\.figures).reduce(into: []) { if !$1.isDetail, !$0.contains($1) { $0.append($1) } }
  }

  /// Speed against ranks, where runs were trained by different numbers of them.
  private var scaling: String {
    let points = runs.compactMap { run -> Chart.Point? in
      guard let ranks = run.ranks, let speed = run.speed else { return nil }
      return Chart.Point(Double(ranks), speed)
    }.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    guard let first = points.first, Set(points.map(\.x)).count > 1 else { return "" }
    let chart = Chart(
      title: "Speed over ranks", x: Chart.Axis("ranks", including: [0], isWhole: true),
      y: Chart.Axis("examples a second", including: [0]), series: [Chart.Series("runs", points)],
      guides: [Chart.Guide("linear speed-up", through: first, slope: first.y / first.x)])
    let note = HTML.paragraph("The runs differ in settings too, so more than ranks makes their speeds.")
    let isAlike = SettingDifference.keys(of: runs).isEmpty
    return HTML.section("Scaling", isAlike ? "" : note, PageFrame.figures(HTML.figure(chart, form)))
  }

  private func runFiles(_ all: GroupedRuns) -> String {
    let files = all.groups.map { group in
      let run = group.runs[0]
      let others = group.runs.dropFirst().compactMap { $0.seed.map { "--set seed=\($0)" } }
      let more =
        others.isEmpty
        ? "" : HTML.paragraph("The others of this combination: \(others.joined(separator: ", ")).")
      return
        "<details><summary>\(HTML.escaped(group.name))</summary>\n<pre>\(HTML.escaped(run.command))</pre>\n"
        + more + "<pre>\(HTML.escaped(run.runFile))</pre>\n</details>\n"
    }
    return HTML.section("The same again", files.joined())
  }
}

extension RunRecord {
  /// Examples a second in the middle one of the epochs.
  var speed: Double? {
    let speeds = epochs.compactMap(\.examplesPerSecond).sorted()
    return speeds.isEmpty ? nil : speeds[speeds.count / 2]
  }
}
