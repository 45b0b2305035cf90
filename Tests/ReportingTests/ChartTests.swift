import Foundation
import Reporting
import Testing

@Suite("Chart")
struct ChartTests {
  static func curve(_ name: String, _ count: Int, _ y: (Double) -> Double) -> Chart.Series {
    Chart.Series(name, (0..<count).map { Chart.Point(Double($0), y(Double($0))) })
  }

  static let linear = Chart(
    title: "error", x: .init("epoch", isWhole: true), y: .init("error, %", including: [0]),
    series: [curve("training", 5) { 10 / ($0 + 1) }, curve("test", 100) { 12 / ($0 + 1) }],
    guides: [.init("published", through: .init(0, 2), slope: 0)])

  /// Charts that press against every edge.
  static let charts: [Chart] = [
    linear, VerificationRecordTests.record.chart,
    Chart(title: "", x: .init(""), y: .init(""), series: []),
    Chart(
      title: String(repeating: "a long title ", count: 20),
      x: .init(String(repeating: "x label ", count: 30)),
      y: .init(String(repeating: "ラベル", count: 30)),
      series: (0..<40).map { index in curve(String(repeating: "run \(index) ", count: 9), 3) { $0 * 1e6 } },
      guides: [
        .init("steep", through: .init(2, 0), slope: 1e30), .init("falling", through: .init(2, 0), slope: -1),
        .init("beyond", through: .init(2, 0), slope: 1e308),
      ]
    ),
    Chart(
      title: "far", x: .init("x", scale: .logarithmic), y: .init("y", scale: .logarithmic),
      series: [.init("far", [.init(1e-90, 1e90), .init(1e90, 1e-90)])]),
    Chart(
      title: "not drawn", x: .init("x"), y: .init("y", scale: .logarithmic),
      series: [
        .init("none", [.init(1, 0), .init(2, -1), .init(.nan, 1), .init(.infinity, 1), .init(1, 1e200)])
      ],
      guides: [.init("no", through: .init(0, 0), slope: 1), .init("no", through: .init(0.5, 2), slope: .nan)]),
    Chart(title: "one point", x: .init("x"), y: .init("y"), series: [.init("one", [.init(-1e99, 3e-9)])]),
  ]

  @Test(
    "well-formed, equal bytes, nothing from elsewhere, no coordinate that is not a number",
    arguments: charts.indices)
  func document(index: Int) {
    let chart = Self.charts[index]
    let svg = chart.svg
    #expect(SVGDocument(svg).isWellFormed)
    #expect(svg == chart.svg)
    #expect(!svg.lowercased().contains("nan") && !svg.contains("inf"))
    #expect(svg.components(separatedBy: "http").count == 2, "only the name space has an address")
    #expect(!svg.contains("url(") && !svg.contains("href") && !svg.contains("@import"))
    #expect(svg.contains("viewBox=\"0 0 720 450\"") && svg.contains("prefers-color-scheme:dark"))
  }

  @Test("texts stand inside the drawing", arguments: charts.indices)
  func inside(index: Int) throws {
    let chart = Self.charts[index]
    for text in SVGDocument(chart.svg).all("text") where text.attributes["transform"] == nil {
      let (x, y) = (try #require(text.number("x")), try #require(text.number("y")))
      // Half an em a letter is what the narrowest of the fonts takes, so no text may pass the edge even so.
      let size = text.classes.contains("title") ? 16.0 : text.classes.contains("label") ? 13 : 12
      let width = 0.5 * size * Double(text.text.count)
      let left = ["middle": x - width / 2, "end": x - width][text.attributes["text-anchor"] ?? ""] ?? x
      #expect(left >= 0 && left + width <= 720 && y >= 10 && y <= 446, "\(text.text)")
    }
  }

  @Test("texts of a figure stand inside it, its title beside it", arguments: charts.indices)
  func figure(index: Int) throws {
    let document = SVGDocument(Self.charts[index].svg(.figure))
    #expect(
      document.isWellFormed && document.all("style").isEmpty && document.all("text", class: "title").isEmpty)
    #expect(document.all("svg").first?.attributes["viewBox"] == "0 0 380 290")
    for text in document.all("text") where text.attributes["transform"] == nil {
      let (x, y) = (try #require(text.number("x")), try #require(text.number("y")))
      let width = 0.5 * (text.classes.contains("label") ? 13.0 : 12) * Double(text.text.count)
      let left = ["middle": x - width / 2, "end": x - width][text.attributes["text-anchor"] ?? ""] ?? x
      #expect(left >= 0 && left + width <= 380 && y >= 10 && y <= 286, "\(text.text)")
    }
  }

  @Test("a line and a marker a point for each series; a long one gets a dozen markers")
  func series() {
    let document = SVGDocument(Self.linear.svg)
    let groups = document.all("g", class: "series")
    #expect(groups.count == 2)
    let lines = document.all("path", class: "line").filter { $0.ancestors.contains("series") }
    #expect(lines.count == 2)
    #expect(lines[0].attributes["d"]?.filter { $0 == "L" }.count == 4)
    #expect(lines[1].attributes["d"]?.filter { $0 == "L" }.count == 99)
    let marks = document.all("path", class: "mark").filter { $0.ancestors.contains("series") }
    #expect(marks.filter { $0.ancestors.contains("c1") }.count == 5)
    #expect((11...13).contains(marks.filter { $0.ancestors.contains("c2") }.count))
    #expect(document.all("title").map(\.text).prefix(3) == ["error", "training: 0, 10", "training: 1, 5"])
    #expect(document.all("text", class: "name").map(\.text) == ["training", "test"])
  }

  @Test("a point that cannot be shown breaks the line; one alone keeps its marker")
  func gaps() throws {
    var points = (0..<100).map { Chart.Point(Double($0), 1) }
    for index in [10, 12, 50] { points[index].y = .nan }
    let chart = Chart(title: "", x: .init(""), y: .init(""), series: [.init("a", points)])
    let document = SVGDocument(chart.svg)
    let line = try #require(document.all("path", class: "line").first { $0.ancestors.contains("series") })
    #expect(line.attributes["d"]?.filter { $0 == "M" }.count == 3)
    #expect(document.all("title").contains { $0.text == "a: 11, 1" })
    #expect(!document.all("title").contains { $0.text.contains("nan") })
  }

  @Test("no two series look alike; the legend names 24")
  func looks() {
    let chart = Chart(
      title: "", x: .init(""), y: .init(""),
      series: (0..<36).map { index in Self.curve("run \(index)", 2) { $0 + Double(index) } })
    let document = SVGDocument(chart.svg)
    let lines = document.all("path", class: "line").filter { $0.ancestors.contains("series") }
    let looks = lines.map { "\($0.ancestors.last ?? "") \($0.attributes["stroke-dasharray"] ?? "solid")" }
    #expect(looks.count == 36 && Set(looks).count == 36)
    #expect(Set(looks.prefix(6).map { $0.prefix(2) }).count == 6, "the first six differ in colour")
    #expect(Set(looks.prefix(6).map { $0.dropFirst(3) }).count == 6, "and in dashes")
    #expect(document.all("g", class: "legend").count == 24)
  }

  @Test("reserved and forbidden characters")
  func escaping() {
    let name = "<a href=\"x\">&amp;\u{0}\u{1B}'\u{FFFE}"
    let chart = Chart(
      title: name, x: .init(name), y: .init(name),
      series: [.init(name, [.init(1, 2)])], guides: [.init(name, through: .init(1, 2), slope: 0)])
    let document = SVGDocument(chart.svg)
    let shown = "<a href=\"x\">&amp;\u{FFFD}\u{FFFD}'\u{FFFD}"
    #expect(document.isWellFormed)
    // Title, both axes, legend, and the guide's label with its rim.
    #expect(document.all("text").filter { $0.text == shown }.count == 6)
    #expect(document.all("a").isEmpty)
    #expect(document.all("title").map(\.text) == [shown, shown + ": 1, 2"])
  }

  @Test("nothing to draw is said")
  func empty() {
    #expect(
      Self.charts[2].svg.contains(">nothing to draw<") && Self.charts[5].svg.contains(">nothing to draw<"))
    #expect(!Self.linear.svg.contains("nothing to draw"))
  }
}
