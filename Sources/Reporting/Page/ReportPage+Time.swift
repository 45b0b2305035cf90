extension ReportPage {
  /// How fast it went, and where the time went.
  var time: String {
    guard case .found(let epochs) = run.metrics else { return "" }
    let speed = curves.figure(
      "Speed of training", "examples a second",
      [Curves.series("training", epochs, \.examplesPerSecond)], including: [0], scale: .linear)
    let seconds = epochs.compactMap(\.seconds).reduce(0, +)
    let ranks = run.ranks.map { " on " + Figures.count($0, "rank") } ?? ""
    let head = HTML.paragraph(
      "\(Figures.count(epochs.count, "epoch")) in \(Figures.time(seconds) ?? Figures.none)\(ranks), "
        + "evaluations not counted.")
    switch run.times {
    case .absent(let reason):
      let absent = HTML.paragraph("No time by part and by rank: \(reason).", class: "absent")
      return HTML.section("Time", head, absent, PageFrame.figures(speed))
    case .found(let times):
      let bars = HTML.figure(
        "Time by rank", TimeChart(times: times, width: form.width).svg, note: note(times))
      return HTML.section("Time", head, PageFrame.figures(speed, bars), table(times), more)
    }
  }

  private func note(_ times: TimesFile) -> String {
    let (first, last) = (times.epochs.lowerBound, times.epochs.upperBound)
    let epochs = first == last ? "epoch \(first)" : "epochs \(first) to \(last)"
    let count = times.ranks.count
    let few =
      count > TimeChart.most
      ? "; of \(count) ranks the \(TimeChart.most / 2) that waited least and the \(TimeChart.most / 2) that waited most"
      : ""
    return HTML.paragraph("Grid \(times.grid), \(epochs)\(few). Who waits least is who the others wait for.")
  }

  private func table(_ times: TimesFile) -> String {
    let count = Double(times.ranks.count)
    let total = times.ranks.reduce(0) { $0 + $1.total } / count
    let rows = times.parts.indices.map { part -> [String] in
      let all = times.ranks.map { $0.seconds[part] }
      let mean = all.reduce(0, +) / count
      let ends = (all.min() ?? 0, all.max() ?? 0)
      func end(_ seconds: Double) -> String {
        "\(Figures.seconds(seconds)), rank \(all.firstIndex(of: seconds) ?? 0)"
      }
      let share = total > 0 ? Figures.percent(100 * mean / total) + " %" : Figures.none
      return [times.parts[part], Figures.seconds(mean), share]
        + (count > 1 ? [end(ends.0), end(ends.1)] : [])
    }
    return HTML.table(["part", "mean", "share"] + (count > 1 ? ["least", "most"] : []), rows)
  }

  private var more: String {
    HTML.paragraph(
      "“waiting” and “tree sum” are the time given to other ranks. What each part could take at least on this machine:"
    )
      + "<pre>launch/run -n \(run.ranks ?? 2) bench run.yaml</pre>\n"
  }
}
