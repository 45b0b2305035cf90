extension Chart {
  /// The chart as an SVG document: 720 × 450 pixels, light or dark as its surroundings, equal bytes for
  /// equal charts.
  public var svg: String { svg(.document) }

  /// The chart as SVG, light or dark as its surroundings, equal bytes for equal charts.
  public func svg(_ form: Form) -> String {
    let layout = ChartLayout(self, form)
    let guides = guides(layout)
    let (width, height) = (SVGText.coordinate(form.width), SVGText.coordinate(layout.height))
    let size = "width=\"\(width)\" height=\"\(height)\""
    let name = "role=\"img\" aria-label=\"\(SVGText.escaped(spoken))\""
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="eqprop-chart" viewBox="0 0 \(width) \(height)" \(size) \(name)>
      <title>\(SVGText.escaped(title))</title>
      \(form == .document ? heading(size) : "")\(axes(layout))\(guides.lines)\(lines(layout))\(guides.labels)\
      \(legend(layout))\(note(layout))</svg>

      """
  }

  /// The style sheet that figures of a page share.
  public static var styleSheet: String { ChartStyle.sheet }

  /// What the legend names, and how it looks: of lines in the background how many they are.
  func named(_ form: Form) -> [(text: String, look: ChartStyle.Look)] {
    // The title of a figure says what its only line is.
    guard form == .document || series.count > 1, form != .figure || !isNamedElsewhere else { return [] }
    let others = series.count(where: \.isBackground)
    let names = series.indices.filter { !series[$0].isBackground }.map { (series[$0].name, look($0)) }
    return Array(names.prefix(form.named))
      + (others > 0 ? [(Figures.count(others, "other"), .background)] : [])
  }

  /// How a series is drawn.
  func look(_ index: Int) -> ChartStyle.Look {
    series[index].isBackground ? .background : .series(series[index].look ?? index)
  }

  /// The chart in words.
  private var spoken: String {
    let lines =
      series.isEmpty ? "" : ": " + series.prefix(Form.document.named).map(\.name).joined(separator: ", ")
    return "\(title)\(lines); \(y.label) over \(x.label)"
  }

  /// What a document has and a figure of a page has not.
  private func heading(_ size: String) -> String {
    let (margin, width) = (Form.document.margin, Form.document.width)
    // Bold letters are wider.
    let heading = SVGText.cut(title, to: width - 2 * margin, size: 1.1 * ChartLayout.titleSize)
    return """
      <style>
      \(ChartStyle.sheet)</style>
      <rect class="paper" \(size)/>
      \(Self.text(heading, at: ChartPosition(margin, 30), "class=\"title\""))

      """
  }

  static func text(_ text: String, at position: ChartPosition, _ attributes: String) -> String {
    let (x, y) = (SVGText.coordinate(position.x), SVGText.coordinate(position.y))
    return "<text x=\"\(x)\" y=\"\(y)\" \(attributes)>\(SVGText.escaped(text))</text>"
  }

  /// The guides' lines, which go under the series, and their labels, which go over them.
  private func guides(_ layout: ChartLayout) -> (lines: String, labels: String) {
    var (lines, labels) = ("", "")
    for guide in guides {
      guard let line = ChartGuideLine(guide, in: layout) else { continue }
      lines += "<path class=\"guide\" d=\"M\(line.from.text)L\(line.to.text)\"/>\n"
      // A rim in the paper's colour keeps letters readable where a series crosses them.
      for style in ["rim", "guide"] {
        labels += Self.text(guide.label, at: line.label, "class=\"\(style)\"") + "\n"
      }
    }
    return (lines, labels)
  }

  private func legend(_ layout: ChartLayout) -> String {
    let entries = layout.legend.map { entry in
      let (x, y) = (entry.position.x, entry.position.y)
      let (start, middle) = (ChartPosition(x, y - 4), ChartPosition(x + ChartLayout.sample.length / 2, y - 4))
      let name = ChartPosition(x + ChartLayout.sample.length + ChartLayout.sample.gap, y)
      let sample = "M\(start.text)h\(SVGText.coordinate(ChartLayout.sample.length))"
      return "<g class=\"legend\"><g class=\"\(entry.look.colour)\">\(Self.path(sample, entry.look))"
        + Self.mark(middle, entry.look, nil) + "</g>" + Self.text(entry.text, at: name, "class=\"name\"")
        + "</g>\n"
    }
    return entries.joined()
  }

  private func note(_ layout: ChartLayout) -> String {
    guard let line = layout.note else { return "" }
    let room = layout.form.width - 2 * layout.form.margin
    let words = SVGText.cut(note, to: room, size: ChartLayout.tickSize)
    return Self.text(words, at: ChartPosition(layout.form.margin, line), "class=\"name\"") + "\n"
  }

  /// The sample of a line, to stand in a text that names it.
  static func sample(_ look: ChartStyle.Look) -> String {
    let length = SVGText.coordinate(ChartLayout.sample.length)
    let middle = ChartPosition(ChartLayout.sample.length / 2, 6)
    return
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"eqprop-chart sample\" viewBox=\"0 0 \(length) 12\" "
      + "width=\"\(length)\" height=\"12\" aria-hidden=\"true\"><g class=\"\(look.colour)\">"
      + "\(path("M0 6h\(length)", look))\(mark(middle, look, nil))</g></svg>"
  }

  /// A line of a series, or of its sample in the legend.
  static func path(_ data: String, _ look: ChartStyle.Look) -> String {
    let dashes = look.dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    return "<path class=\"line\"\(dashes) d=\"\(data)\"/>"
  }

  /// A marker of a series, with a text that shows where a pointer rests on it.
  static func mark(_ position: ChartPosition, _ look: ChartStyle.Look, _ hint: String?) -> String {
    let shape = "<path class=\"mark\" d=\"M\(position.text)\(look.marker)\""
    return hint.map { "\(shape)><title>\(SVGText.escaped($0))</title></path>" } ?? shape + "/>"
  }
}
