import Foundation
import Reporting
import Testing

@Suite("Figures as files") struct PageFigureTests {
  static let figures = ReportPage(SomeRun.record).figures

  @Test("Every figure of the page is a drawing of its own, with its title and a name that a file can have")
  func all() {
    #expect(Self.figures.count == 31 && Set(Self.figures.map(\.name)).count == 31)
    for figure in Self.figures {
      #expect(figure.name.contains(#/^[a-z0-9]+(-+[a-z0-9]+)*$/#), "\(figure.name)")
      let document = SVGDocument(figure.svg)
      #expect(document.isWellFormed && document.all("svg").count == 1, "\(figure.name)")
      #expect(document.all("text", class: "title").first?.text == figure.title, "\(figure.name)")
      #expect(document.all("rect", class: "paper").count == 1 && document.all("style").count == 1)
      #expect(!figure.svg.contains("prefers-color-scheme"), "\(figure.name)")
    }
    let titles = Self.figures.map(\.title)
    for title in [
      "Error", "Energy, nudged phase, β = 0.5", "Labels and predictions, test split", "Time by rank",
      "2 taken for 3, no. 62, cost 1.1",
    ] {
      #expect(titles.contains(title), "\(title) is not among \(titles)")
    }
    #expect(Self.figures.contains { $0.name == "energy-nudged-phase-beta-0-5" })
  }

  @Test("A picture lies in its drawing, at least 380 wide, pixel by pixel")
  func pictures() throws {
    let fields = try #require(Self.figures.first { $0.title.hasPrefix("Weights into the 64 of 80") })
    let image = try #require(SVGDocument(fields.svg).all("image").first)
    #expect(image.attributes["href"]?.hasPrefix("data:image/png;base64,iVBORw0") == true)
    // Eight fields of four pixels, a pixel between them, nine times as large.
    #expect(image.number("width") == 39 * 9 && image.attributes["style"]?.contains("pixelated") == true)
  }

  @Test(
    "Runs compared have their figures too; what two share the name of is numbered; without epochs there are none"
  )
  func others() {
    let compared = ComparisonPage([SomeRun.record, SomeRun.record]).figures
    #expect(compared.count >= 8 && compared.first?.title == "Training error")
    #expect(ReportPage(SomeRun.empty).figures.isEmpty)
    var twice = SomeRun.record
    twice.relaxations = .found([SomeRun.relaxed[0], SomeRun.relaxed[0]])
    let names = ReportPage(twice).figures.map(\.name).filter { $0.hasPrefix("label-7") }
    #expect(names.count == 2 && names[1] == names[0] + "--2")
  }
}

@Suite("Metrics as CSV") struct MetricsCSVTests {
  @Test("A heading and a line an epoch; what an epoch lacks is empty, what was not finite nan")
  func lines() throws {
    let text = """
      {"event":"epoch","epoch":1,"step":20,"training_error":7.5,"rates":[0.1,0.05],"at_lower":[null,0.25]}
      {"event":"epoch","epoch":2,"step":40,"test_error":5,"cost":1e-7,"ranks":4}

      """
    let csv = try MetricsFile.parse(Array(text.utf8), file: "m").csv()
    let rows = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    try #require(rows.count == 3 && rows.allSatisfy { $0.count == rows[0].count } && csv.hasSuffix("\n"))
    func values(_ row: Int) -> [String: String] {
      Dictionary(uniqueKeysWithValues: zip(rows[0].map(String.init), rows[row].map(String.init)))
    }
    #expect(rows[0].starts(with: ["epoch", "step", "training_error", "validation_error", "test_error"]))
    #expect(values(1)["training_error"] == "7.5" && values(1)["test_error"] == "" && values(1)["ranks"] == "")
    #expect(values(1)["rates.2"] == "0.05" && values(1)["at_lower.1"] == "nan")
    #expect(values(2)["step"] == "40" && values(2)["cost"] == "1e-07" && values(2)["ranks"] == "4")
    #expect(values(2)["rates.1"] == "")
  }
}
