import Foundation
import Reporting
import Testing

@Suite("Figures for papers") struct FigureSizeTests {
  private static let runs = (1...6).map { number in
    var run = SomeRun.record
    run.folder = "a run whose name is rather long, no. \(number)"
    run.settings[2].value = "\(number)"
    return run
  }

  @Test("Lengths have a unit and are above 0")
  func lengths() {
    #expect(FigureSize.Length("88mm") == .init(88, .mm) && FigureSize.Length("3.5in") == .init(3.5, .in))
    for wrong in ["88", "mm", "0mm", "-3in", "infpx", "nanpx", "8 8mm", "88MM", ""] {
      #expect(FigureSize.Length(wrong) == nil, "\(wrong)")
    }
    #expect(FigureSize(width: .init(88, .mm), fontSize: 8).isDrawable)
    #expect(
      !FigureSize(width: .init(20, .mm)).isDrawable
        && !FigureSize(width: .init(9, .cm), fontSize: 72).isDrawable)
    #expect(!FigureSize(width: .init(1e300, .in)).isDrawable)
  }

  @Test(
    "A figure is as wide, and its letters as large, as asked for; all of it stands inside",
    arguments: [
      FigureSize(width: .init(88, .mm), fontSize: 8), FigureSize(width: .init(7, .in), fontSize: 7),
      FigureSize(width: .init(300, .px)), FigureSize(fontSize: 6), FigureSize(),
    ])
  func sizes(size: FigureSize) throws {
    let pixels = [.mm: 96 / 25.4, .in: 96, .px: 1][size.width?.unit ?? .px].map {
      $0 * (size.width?.number ?? 412)
    }
    let figures = ReportPage(SomeRun.record).figures(size) + ComparisonPage(Self.runs).figures(size)
    #expect(figures.count > 35)
    for figure in figures {
      let document = SVGDocument(figure.svg)
      let root = try #require(document.all("svg").first)
      let corners = try #require(root.attributes["viewBox"])
      let box = corners.split(separator: " ").compactMap { Double($0) }
      let unit = size.width.map { $0.unit == .px ? "" : $0.unit.rawValue } ?? ""
      let written = try #require(root.attributes["width"])
      #expect(written.hasSuffix(unit) && Double(written.dropLast(unit.count)) == size.width?.number ?? 412)
      // Twelve of the drawing's units are a letter's size, and a point is 4/3 pixels.
      let scale = try #require(pixels) / box[2]
      #expect(abs(12 * scale - size.fontSize * 4 / 3) < 0.01, "\(figure.name)")
      let tall = try #require(root.attributes["height"])
      let high = try #require(Double(tall.dropLast(unit.count)))
      #expect(abs(high / (size.width?.number ?? 412) - box[3] / box[2]) < 0.001)
      for text in document.all("text") where text.attributes["transform"] == nil {
        let (x, y) = (try #require(text.number("x")), try #require(text.number("y")))
        let isTitle = text.classes.contains("title")
        let letters = isTitle ? 11.0 : text.classes.contains("label") ? 13 : 12
        let width = 0.5 * letters * Double(text.text.count)
        let left = ["middle": x - width / 2, "end": x - width][text.attributes["text-anchor"] ?? ""] ?? x
        let edge = box[2] - (isTitle ? 0 : 32)
        #expect(
          left >= -0.5 && left + width <= edge + 0.5 && y >= 9 && y <= box[3], "\(figure.name): \(text.text)")
      }
    }
  }

  @Test("A legend makes the drawing higher and leaves its lines their room; names are whole")
  func legends() throws {
    let (two, six) = (ComparisonPage(Array(Self.runs.prefix(2))), ComparisonPage(Self.runs))
    func frame(_ figure: PageFigure?) throws -> (plot: Double, whole: Double, names: [String]) {
      let document = SVGDocument(try #require(figure).svg)
      let path = try #require(document.all("path", class: "frame").first?.attributes["d"])
      let ends = try #require(path.firstMatch(of: #/^M[\d.]+ ([\d.]+)V([\d.]+)/#))
      let box = try #require(document.all("svg").first?.attributes["viewBox"])
      return (
        (Double(ends.2) ?? 0) - (Double(ends.1) ?? 0),
        box.split(separator: " ").last.flatMap { Double($0) } ?? 0,
        document.all("text", class: "name").map(\.text)
      )
    }
    let (few, many) = (try frame(two.figures.first), try frame(six.figures.first))
    #expect(abs(few.plot - many.plot) < 0.2 && many.whole == few.whole + 80)
    #expect(many.names.count == 6 && many.names.allSatisfy { $0.hasSuffix("…") == false })
  }

  @Test("What lines over seeds are stands in the drawing")
  func seeds() {
    let runs = (1...3).map { seed in
      var run = SomeRun.record
      run.settings[1].value = "\(seed)"
      return run
    }
    let figures = ComparisonPage(runs).figures
    let notes = figures.map { SVGDocument($0.svg).all("text", class: "name").map(\.text) }
    #expect(
      !notes.isEmpty && notes.allSatisfy { $0.last == "Mean over seeds, band from least to most" }, "\(notes)"
    )
  }
}
