extension ReportPage {
  /// What the first layer looks for.
  var weights: String {
    HTML.section(
      "Receptive fields of the first layer",
      HTML.recorded(run.fields, or: "No receptive fields") { fields in
        let all = fields.fields.count == fields.units
        let which =
          all
          ? "all \(fields.units) units"
          : "the \(fields.fields.count) of \(fields.units) with the largest norm"
        let side = max(fields.columns * (fields.width + 1) - 1, 1)
        let rows = (fields.fields.count + fields.columns - 1) / max(fields.columns, 1)
        let image = HTML.image(
          fields.png, width: side, height: rows * (fields.height + 1) - 1,
          saying: "weights from the input into \(which) of layer 1, each as an image")
        let end = Figures.plain(rounded(fields.scale))
        let bar =
          "<span class=\"bar\"></span><span class=\"ends\"><span>−\(end)</span><span>0</span>"
          + "<span>\(end)</span></span>\n"
        return
          "<div class=\"figures\">\n<figure class=\"wide\"><figcaption>Weights into \(which)</figcaption>\n"
          + "\(image)\(bar)</figure>\n</div>\n"
      })
  }

  /// Three digits, which is what a colour bar can tell.
  private func rounded(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return value }
    var power = 1.0
    while value * power < 100 && power < 1e12 { power *= 10 }
    return (value * power).rounded() / power
  }

  /// How examples were classified, and the worst mistakes.
  var mistakes: String {
    HTML.section(
      "Mistakes",
      HTML.recorded(run.classification, or: "No confusion matrix") { found in
        let matrix = HTML.figure(
          "Labels and predictions, \(found.split) split", ConfusionChart(table: found.confusion).svg
        )
        let note = found.note.map { HTML.paragraph($0, class: "soft") } ?? ""
        return note + PageFrame.figures(matrix) + worst(found)
      })
  }

  private func worst(_ found: Classification) -> String {
    guard !found.worst.isEmpty else {
      return HTML.paragraph("Every example was classified rightly.")
    }
    let figures = found.worst.map { mistake in
      let words = "\(mistake.label) taken for \(mistake.predicted)"
      let picture = mistake.picture.map {
        HTML.image(
          $0.png, width: $0.width, height: $0.height, saying: "example \(mistake.example): \(words)"
        )
      }
      return
        "<figure>\(picture ?? "")<figcaption>\(words)<br/><span class=\"soft\">no. \(mistake.example), "
        + "cost \(Figures.cost(mistake.cost).prefix(4))</span></figcaption></figure>\n"
    }
    return
      "<h3>The mistakes of the largest cost</h3>\n<div class=\"pictures\">\n\(figures.joined())</div>\n"
  }
}
