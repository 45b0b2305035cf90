import Records

extension ComparisonPage {
  func curves(_ all: GroupedRuns) -> String {
    let note = all.isGrouped ? "Mean over seeds, band from least to most" : ""
    let order = all.groups.indices.filter { all.looks[$0] == .background } + all.coloured
    func figure(
      _ title: String, _ label: String, including: [Double] = [0], scale: Chart.Scale? = nil,
      _ value: (EpochMetrics) -> Double?
    ) -> String {
      let series = order.map { index -> Chart.Series? in
        guard var series = all.groups[index].series(value) else { return nil }
        switch all.looks[index] {
        case .series(let number): series.look = number
        case .background: (series.isBackground, series.band) = (true, [])
        }
        return series
      }
      return Curves(form: form).figure(
        title, label, series, including: including, scale: scale, isNamedElsewhere: all.isNamedOnce,
        note: note)
    }
    let scores = told.flatMap { score in
      EpochMetrics.splits.map { split, scores in
        let title = split.prefix(1).uppercased() + split.dropFirst() + " \(score.name)"
        return figure(title, score.axis) { $0[keyPath: scores][score.key] }
      }
    }
    return HTML.section(
      "Curves", all.isNamedOnce ? legend(all) : "",
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

  /// What the lines of all charts are, the best first where not all have a colour.
  private func legend(_ all: GroupedRuns) -> String {
    let entries = all.coloured.map { index in
      "<li>\(Chart.sample(all.looks[index]))\(HTML.escaped(all.groups[index].name))</li>\n"
    }
    let others = all.groups.count - entries.count
    let figure = told.first.map { " by \($0.name)" } ?? ""
    let more =
      others == 0
      ? ""
      : "<li>\(Chart.sample(.background))\(Figures.count(others, "other")): the best\(figure) have colours, and a grey line "
        + "says what it is where a pointer rests on it</li>\n"
    return "<ul class=\"lines\">\n\(entries.joined())\(more)</ul>\n"
  }
}
