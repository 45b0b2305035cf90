extension ReportPage {
  /// How examples were answered.
  var answers: String {
    switch run.answers {
    case .classes(let found): mistakes(found)
    case .numbers(let found): fit(found)
    case .pictures(let found): rebuilt(found)
    case .nothing: ""
    }
  }

  private func mistakes(_ classified: Recorded<ClassifiedSplit>) -> String {
    HTML.section(
      "Mistakes",
      HTML.recorded(classified, or: "No confusion matrix") { found in
        let matrix = HTML.figure(
          "Labels and predictions, \(found.split) split",
          ConfusionChart(table: found.confusion, width: form.width).svg)
        return note(found.note) + PageFrame.beside(matrix, worst(found))
      })
  }

  private func fit(_ fitted: Recorded<FittedSplit>) -> String {
    HTML.section(
      "Targets and outputs",
      HTML.recorded(fitted, or: "No outputs") { found in
        let figures = found.pairs.enumerated().map { column, pairs in
          let name = found.pairs.count == 1 ? "" : " \(column + 1)"
          let points = pairs.map { Chart.Point($0.target, $0.output) }
          let through = points.first.map { Chart.Point($0.x, $0.x) } ?? Chart.Point(0, 0)
          return HTML.figure(
            Chart(
              title: "Target\(name) and output, \(found.split) split", x: Chart.Axis("target"),
              y: Chart.Axis("output"), series: [Chart.Series("examples", points, isJoined: false)],
              guides: [Chart.Guide("output = target", through: through, slope: 1)]), form)
        }
        return note(found.note) + PageFrame.figures(figures.joined())
      })
  }

  private func rebuilt(_ rebuilt: Recorded<RebuiltExamples>) -> String {
    HTML.section(
      "Inputs told again",
      HTML.recorded(rebuilt, or: "No pictures") { found in
        guard let picture = found.picture else { return HTML.paragraph("There is no example.") }
        let rows = found.rows.joined(separator: ", ")
        return note(found.note)
          + HTML.figure(
            "From above: \(rows), \(found.split) split",
            HTML.image(
              picture.png, width: picture.width, height: picture.height,
              saying: "rows of pictures: \(rows)"))
      })
  }

  private func note(_ text: String?) -> String {
    text.map { HTML.paragraph($0, class: "soft") } ?? ""
  }

  private func worst(_ found: ClassifiedSplit) -> String {
    guard !found.worst.isEmpty else {
      return HTML.paragraph("Every example was classified rightly.")
    }
    let title = "<h3>The mistakes of the largest cost</h3>\n"
    let names = found.confusion.names
    let figures = found.worst.compactMap { mistake in mistake.picture.map { figure(mistake, $0, names) } }
    guard figures.isEmpty else {
      return title + "<div class=\"pictures\">\n\(figures.joined())</div>\n"
    }
    return title
      + HTML.table(
        ["example", "label", "taken for", "cost"],
        found.worst.map {
          ["\($0.example)", names[$0.label], names[$0.predicted], Figures.short($0.cost)]
        })
  }

  private func figure(_ mistake: ClassifiedSplit.Mistake, _ picture: Picture, _ names: [String]) -> String {
    let words = SVGText.escaped("\(names[mistake.label]) taken for \(names[mistake.predicted])")
    let image = HTML.image(
      picture.png, width: picture.width, height: picture.height,
      saying: "example \(mistake.example): \(words)")
    return "<figure>\(image)<figcaption>\(words)<br/><span class=\"soft\">no. \(mistake.example)<br/>"
      + "cost \(Figures.short(mistake.cost))</span></figcaption></figure>\n"
  }
}
