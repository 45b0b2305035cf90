/// A figure of a report as a drawing of its own.
public struct PageFigure: Equatable, Sendable {
  /// The title in small letters, digits and hyphens: `energy-free-phase`; numbered where another has it too.
  public var name: String
  /// The figure's caption as plain text on one line.
  public var title: String
  /// An SVG document with its title on white paper; pictures lie in it as PNG.
  public var svg: String

  /// The figures of a page that `PageFrame` wrote with drawings for that size, in their order.
  static func all(of page: String, _ size: FigureSize) -> [PageFigure] {
    var figures: [PageFigure] = []
    for part in page.split(separator: "<figure>", omittingEmptySubsequences: false).dropFirst() {
      guard let figure = part.firstRange(of: "</figure>").map({ part[..<$0.lowerBound] }),
        let title = content(figure, from: "<figcaption>", to: "</figcaption>"),
        let svg = document(figure, title: plain(title), size)
      else { preconditionFailure("a figure has a title and a drawing") }
      let name = fileName(plain(title))
      let same = figures.count { $0.name == name || $0.name.hasPrefix(name + "--") }
      figures.append(
        PageFigure(name: same == 0 ? name : "\(name)--\(same + 1)", title: plain(title), svg: svg))
    }
    return figures
  }

  private static let titleSize = 16.0

  /// The figure's drawing with a style sheet, paper and a title above; nil where there is none.
  private static func document(_ figure: Substring, title: String, _ size: FigureSize) -> String? {
    let (width, margin) = (size.drawn, FigureSize.margin)
    let (high, inner): (Double, String)
    if let drawing = content(figure, from: "<svg ", to: "</svg>"), let end = drawing.firstIndex(of: ">") {
      guard let found = extent(drawing[..<end]) else { return nil }
      (high, inner) = (found.height, String(drawing[drawing.index(after: end)...]))
    } else if let image = content(figure, from: "<img", to: "/>"), let found = extent(image),
      let source = content(image, from: "src=\"", to: "\"")
    {
      // Small ones are drawn larger, with their pixels to be seen.
      let fitting = (width - 2 * margin) / found.width
      let scale = fitting < 1 ? fitting : fitting.rounded(.down)
      let wide = found.width * scale
      high = found.height * scale
      inner =
        "<image width=\"\(SVGText.coordinate(wide))\" height=\"\(SVGText.coordinate(high))\" "
        + "style=\"image-rendering:optimizeSpeed;image-rendering:pixelated\" href=\"\(source)\"/>\n"
    } else {
      return nil
    }
    let (top, height) = (margin + titleSize + 12, high + 2 * margin + titleSize + 12)
    // Bold letters are wider; a long title has smaller ones before it is cut.
    let fitting = 0.99 * titleSize * (width - 2 * margin) / SVGText.width(title, size: 1.1 * titleSize)
    let letters = min(titleSize, max(fitting, 11))
    let words = SVGText.cut(title, to: width - 2 * margin, size: 1.1 * letters)
    let style = "class=\"title\" style=\"font-size:\(SVGText.coordinate(letters))px\""
    let whole = "width=\"\(SVGText.coordinate(width))\" height=\"\(SVGText.coordinate(height))\""
    let box = "0 0 \(SVGText.coordinate(width)) \(SVGText.coordinate(height))"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="eqprop-chart" viewBox="\(box)" \(size.extent(height: height))>
      <style>
      \(ChartStyle.light)</style>
      <rect class="paper" \(whole)/>
      \(Chart.text(words, at: ChartPosition(margin, margin + titleSize - 2), style))
      <g transform="translate(\(SVGText.coordinate(margin)) \(SVGText.coordinate(top)))">
      \(inner.trimmingPrefix("\n"))</g>
      </svg>

      """
  }

  /// Width and height as an element's attributes say them.
  private static func extent(_ element: Substring) -> (width: Double, height: Double)? {
    guard let width = content(element, from: " width=\"", to: "\""),
      let height = content(element, from: " height=\"", to: "\""),
      let wide = Double(width), let high = Double(height)
    else { return nil }
    return (wide, high)
  }

  private static func content(_ text: Substring, from start: String, to end: String) -> Substring? {
    guard let from = text.firstRange(of: start)?.upperBound,
      let to = text[from...].firstRange(of: end)?.lowerBound
    else { return nil }
    return text[from..<to]
  }

  /// Text without marks of HTML.
  private static func plain(_ html: Substring) -> String {
    let text = html.replacing("<br/>", with: ", ").replacing(#/<[^>]*>/#, with: " ").replacing(
      "&lt;", with: "<"
    ).replacing("&gt;", with: ">")
    return text.replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
      .split(separator: #/[ \n]+/#).joined(separator: " ").replacing(" ,", with: ",")
  }

  private static func fileName(_ title: String) -> String {
    let named = title.lowercased().replacing("β", with: "beta").replacing("−", with: "minus ")
    return named.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "-")
  }
}

extension ReportPage {
  /// Every figure of the page.
  public var figures: [PageFigure] { figures(FigureSize()) }

  /// Every figure, drawn as large.
  public func figures(_ size: FigureSize) -> [PageFigure] {
    var page = self
    page.form = size.form
    return PageFigure.all(of: page.html, size)
  }
}

extension ComparisonPage {
  /// Every figure of the page.
  public var figures: [PageFigure] { figures(FigureSize()) }

  /// Every figure, drawn as large.
  public func figures(_ size: FigureSize) -> [PageFigure] {
    var page = self
    page.form = size.form
    return PageFigure.all(of: page.html, size)
  }
}
