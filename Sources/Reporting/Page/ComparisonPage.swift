import Records

/// The report on several runs: what differs between them, and their curves on the same axes.
public struct ComparisonPage: Equatable, Sendable {
  /// In the order of the page's tables and lines; of their checkpoints nothing is shown.
  public var runs: [RunRecord]

  public init(_ runs: [RunRecord]) { self.runs = runs }

  /// The page: equal bytes for equal records.
  public var html: String {
    let intro = HTML.paragraph(names.joined(separator: ", "), class: "soft")
    return PageFrame.page(
      title: "\(runs.count) runs compared", head: intro,
      sections: [errors, settings, curves, scaling, runFiles])
  }

  /// What each run is called: its folder, numbered where several have the same.
  var names: [String] {
    runs.indices.map { index in
      let folder = runs[index].folder
      guard runs.count(where: { $0.folder == folder }) > 1 else { return folder }
      return "\(folder) (\(runs[...index].count { $0.folder == folder }))"
    }
  }

  /// The figures of the runs' tasks, each once.
  private var told: [Figure] {
    runs.flatMap(\.figures).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// A table for each figure.
  private var errors: String {
    let tables = told.map { figure in
      let unit = figure.unit ?? figure.name
      let heading = [
        "run", "epochs", "training \(unit)", "validation \(unit)", "test \(unit)", "best epoch",
        "its validation \(unit)", "its test \(unit)", "cost", "examples/s", "ranks",
      ]
      let rows = zip(names, runs).filter { $1.figures.contains(figure) }.map { name, run in
        let (last, best) = (run.epochs.last, run.best)
        func score(_ scores: [String: Double]?) -> String { Figures.score(scores?[figure.key], figure) }
        return [
          name, "\(run.epochs.count)", score(last?.training), score(last?.validation), score(last?.test),
          best.map { "\($0.epoch)" } ?? Figures.none, score(best?.validation), score(best?.test),
          Figures.cost(last?.cost), Figures.rate(run.speed), run.ranks.map { "\($0)" } ?? Figures.none,
        ]
      }
      return HTML.table(heading, rows)
    }
    let title = told == [.error] ? "Errors" : "Figures"
    return HTML.section("\(title) at the last and at the best epoch", tables.joined() + absent)
  }

  /// Why runs have no curves.
  private var absent: String {
    zip(names, runs).map { name, run in
      guard case .absent(let reason) = run.metrics else { return "" }
      return HTML.paragraph("\(name) has no curves: \(reason).", class: "absent")
    }.joined()
  }

  private var settings: String {
    let rows = differences.map { [$0.key] + $0.values }
    guard !rows.isEmpty else {
      return HTML.section("Settings", HTML.paragraph("All runs have the same settings."))
    }
    return HTML.section("Settings that differ", HTML.table(["setting"] + names, rows))
  }

  /// The keys whose values differ, in the order of the run files; a run's name is none of them.
  var differences: [(key: String, values: [String])] {
    var keys: [String] = []
    for key in runs.flatMap({ $0.settings.map(\.key) }) where !keys.contains(key) {
      keys.append(key)
    }
    return keys.filter { $0 != "name" }.compactMap { key in
      let values = runs.map { run in run.settings.first { $0.key == key }?.value ?? Figures.none }
      return Set(values).count > 1 ? (key, values) : nil
    }
  }

  private var curves: String {
    func figure(
      _ title: String, _ label: String, including: [Double] = [0], scale: Chart.Scale? = nil,
      _ value: (EpochMetrics) -> Double?
    ) -> String {
      let series = zip(names, runs).map { name, run in Curves.series(name, run.epochs, value) }
      return Curves.figure(title, label, series, including: including, scale: scale)
    }
    let scores = told.flatMap { score in
      EpochMetrics.splits.map { split, scores in
        let title = split.prefix(1).uppercased() + split.dropFirst() + " \(score.name)"
        return figure(title, score.axis) { $0[keyPath: scores][score.key] }
      }
    }
    return HTML.section(
      "Curves",
      PageFrame.figures(
        scores.joined(),
        figure("Cost of the training examples", "mean cost C(s⁰)", \.cost),
        figure(
          "Energy of the evaluated examples", "mean energy E(s⁰)", including: [], scale: .linear,
          \.energy),
        figure(
          "Iterations to settle, free phase", "mean iterations", scale: .linear, \.freeIterations),
        figure("Residual of the free phase", "largest |Δs| / ε", \.freeResidual),
        figure("Speed of training", "examples a second", scale: .linear, \.examplesPerSecond)))
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
    return HTML.section("Scaling", differences.isEmpty ? "" : note, PageFrame.figures(HTML.figure(chart)))
  }

  private var runFiles: String {
    let files = zip(names, runs).map { name, run in
      "<details><summary>\(HTML.escaped(name))</summary>\n<pre>\(HTML.escaped(run.command))</pre>\n"
        + "<pre>\(HTML.escaped(run.runFile))</pre>\n</details>\n"
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
