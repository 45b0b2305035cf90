import Foundation
import Reporting
import Testing

@Suite("Comparison page")
struct ComparisonPageTests {
  /// The run on so many ranks, as fast as it is on them.
  private func run(_ folder: String, ranks: Int?, speed: Double, batch: String) -> RunRecord {
    var run = SomeRun.record
    run.folder = folder
    run.metrics = .found(
      SomeRun.epochs.map { epoch in
        var epoch = epoch
        (epoch.ranks, epoch.examplesPerSecond) = (ranks, speed)
        return epoch
      })
    run.settings[2].value = batch
    return run
  }

  @Test("the settings that differ, and no others; a key that only one has counts")
  func settings() {
    var other = run("b", ranks: 1, speed: 1, batch: "40")
    other.settings.append(.init("training.momentum", "0.9"))
    let page = ComparisonPage([run("a", ranks: 1, speed: 1, batch: "20"), other]).html
    let document = SVGDocument(page)
    let keys = ["training.batch", "training.momentum", "seed"]
    #expect(
      document.all("th").map(\.text).filter(keys.contains) == Array(keys.prefix(2)),
      "a column each, in their order")
    let cells = document.all("td").filter { keys.contains($0.attributes["data-name"] ?? "") }
    #expect(cells.map(\.text) == ["20", "–", "40", "0.9"])
    #expect(ComparisonPage([other, other]).html.contains("All runs have the same settings."))
  }

  @Test("errors side by side, of the last and of the best epoch")
  func errors() {
    let runs = [run("a", ranks: 2, speed: 1234, batch: "20"), SomeRun.empty]
    let document = SVGDocument(ComparisonPage(runs).html)
    let cells = document.all("td").map(\.text)
    #expect(
      Array(cells.prefix(20)) == [
        "12", "2.50", "11.00", "13.00", "9", "8.00", "12.25", "0.02500", "1,234", "2", "0", "–", "–", "–",
        "–", "–",
        "–", "–", "–", "–",
      ])
    #expect(
      document.all("p", class: "absent").map(\.text) == ["some-run has no curves: no epoch has ended yet."])
  }

  @Test("curves share axes, under names that differ")
  func curves() {
    let same = run("a", ranks: 1, speed: 1, batch: "1")
    let document = SVGDocument(ComparisonPage([same, run("b", ranks: 1, speed: 2, batch: "1"), same]).html)
    let names = document.all("text", class: "name").map(\.text)
    #expect(Array(names.prefix(3)) == ["a (1)", "b", "a (2)"])
    #expect(document.all("svg").count == 8 && names.count == 24)
  }

  @Test("speed over ranks is drawn where ranks differ and are known")
  func scaling() {
    let runs = [(1, 1000.0), (4, 3500), (2, 1900)].map { (ranks: Int, speed: Double) in
      run("\(ranks) ranks", ranks: ranks, speed: speed, batch: "1")
    }
    let page = ComparisonPage(runs).html
    #expect(page.contains("Speed over ranks") && page.contains("<title>runs: 4, 3500</title>"))
    let even = [run("a", ranks: 2, speed: 1, batch: "1"), run("b", ranks: 2, speed: 2, batch: "1")]
    #expect(!ComparisonPage(even).html.contains("Speed over ranks"))
    #expect(
      !ComparisonPage([runs[0], run("x", ranks: nil, speed: 1, batch: "1")]).html.contains("Speed over ranks")
    )
  }

  @Test("fields are those of the largest norms, in their order, on a scale that few weights pass")
  func fields() {
    let fields = SomeRun.fields
    #expect(fields.fields.map(\.unit) == Array(16..<80) && fields.units == 80)
    let weights = fields.fields.flatMap(\.weights).map(abs)
    #expect(fields.scale > 0.5 && weights.count { $0 > fields.scale } <= weights.count / 150)
    let none = ReceptiveFields(width: 1, height: 1, fields: [.init(unit: 0, weights: [0])])
    #expect(none.scale == 1)
  }
}
