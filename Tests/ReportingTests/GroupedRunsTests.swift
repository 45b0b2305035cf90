import Foundation
import Reporting
import Testing

/// Reports on searches: settings × seeds.
@Suite("Grouped runs") struct GroupedRunsTests {
  /// A run of a search, whose validation error at its best, ninth epoch is `error` + 8.
  private static func run(
    _ settings: [(key: String, value: String)], seed: Int, error: Double, energy: Double? = -20
  ) -> RunRecord {
    var run = SomeRun.record
    run.folder = (settings.map { "\($0.key)=\($0.value)" } + ["seed=\(seed)"]).joined(separator: ",")
    run.metrics = .found(
      SomeRun.epochs.map { epoch in
        var epoch = epoch
        epoch.validation["error"]? += error
        epoch.energy = energy
        return epoch
      })
    run.settings =
      [.init("name", "some run"), .init("seed", "\(seed)"), .init("training.batch", "20")]
      + settings.map { .init($0.key, $0.value) }
    return run
  }

  /// Twelve settings with three seeds each; that of 4 and 0.2 is best.
  private static let search: [RunRecord] = (0..<12).flatMap { number -> [RunRecord] in
    let settings = [
      ("nudging.beta", ["0.1", "0.2", "0.5"][number % 3]), ("layers.1.rate", "\(number / 3 + 1)"),
      ("layers.2.rate", "\(2 * (number / 3 + 1))"),
    ]
    let error = number == 10 ? 0 : Double(number + 1)
    return [1, 2, 3].map { seed in
      run(settings, seed: seed, error: error + Double(seed) / 10, energy: number == 10 ? nil : -20)
    }
  }

  private static let page = ComparisonPage(search).html
  private static var document: SVGDocument { SVGDocument(page) }

  @Test("A row a combination, with the settings that differ, mean and deviation; it opens to its seeds")
  func table() {
    let document = Self.document
    #expect(document.isWellFormed && document.all("h1").map(\.text) == ["36 runs compared"])
    let heading = document.all("th").filter { $0.attributes["scope"] == "col" }.map(\.text)
    #expect(
      heading.prefix(6) == [
        "run", "nudging.beta", "layers.1.rate", "layers.2.rate", "epochs", "training %",
      ])
    #expect(document.all("tbody").count == 12 && document.all("tr", class: "seed").count == 36)
    #expect(document.all("summary").prefix(12).allSatisfy { $0.text == "3 seeds" })
    // The mean of 1.1, 1.2 and 1.3, eight more at the best epoch, ten at the last; the deviation of a run.
    #expect(Self.page.contains("its validation %\">9.20 <small>±\u{A0}0.10</small></td>"))
    #expect(Self.page.contains("\"validation %\">12.20 <small>±\u{A0}0.10</small></td>"))
    #expect(Self.page.contains("\"its validation %\">9.30</td>"), "the third seed alone")
    let best = Self.page.components(separatedBy: "<tbody>").filter { $0.contains("class=\"best\"") }
    #expect(best.count == 1 && best.first?.contains("\"nudging.beta\">0.2</td>") == true)
    #expect(best.first?.contains("\"layers.1.rate\">4</td>") == true)
    #expect(Self.page.contains("Best is what has the best validation error at its best epoch."))
  }

  @Test(
    "The six best have a colour, the same in every chart, with bands; others are grey and say what they are")
  func lines() {
    let figures = Self.page.components(separatedBy: "<figure>").dropFirst().compactMap {
      $0.components(separatedBy: "</figure>").first.map { SVGDocument("<figure>\($0)</figure>") }
    }
    #expect(figures.count == 8)
    for figure in figures {
      #expect(figure.isWellFormed && figure.all("text", class: "name").isEmpty, "no legend in the picture")
      let groups = figure.all("g", class: "series")
      let greys = groups.filter { $0.classes.contains("other") }
      #expect(greys.count == 6 && figure.all("path", class: "touch").count == 6)
      let isEnergy = figure.all("figcaption").first?.text.hasPrefix("Energy") == true
      // The best has no energies; the others keep their colours.
      let colours = ["c1", "c2", "c3", "c4", "c5", "c6"].dropFirst(isEnergy ? 1 : 0)
      #expect(groups.suffix(colours.count).map { $0.classes.last } == Array(colours))
      #expect(figure.all("path", class: "band").compactMap { $0.ancestors.last } == Array(colours))
      #expect(figure.all("p").map(\.text) == ["Mean over seeds, band from least to most"])
    }
    let hints = figures[0].all("title").map(\.text)
    #expect(hints.contains("beta=0.5, layers.1.rate=4"), "\(hints)")
    let legend = Self.document.all("li").map(\.text)
    #expect(legend.count == 7 && legend.first == "beta=0.2, layers.1.rate=4", "\(legend)")
    #expect(legend.last?.hasPrefix("6 others") == true)
  }

  @Test("Two combinations are named in the charts; runs of one seed alone, or of the same seed, are no group")
  func few() {
    let runs = [1, 2].flatMap { seed in
      ["0.1", "0.2"].map { Self.run([("nudging.beta", $0)], seed: seed, error: Double(seed)) }
    }
    let document = SVGDocument(ComparisonPage(runs).html)
    #expect(document.all("text", class: "name").prefix(2).map(\.text) == ["beta=0.1", "beta=0.2"])
    #expect(document.all("ul").isEmpty && document.all("tr", class: "seed").count == 4)
    let alone = SVGDocument(ComparisonPage([runs[0], runs[1]]).html)
    #expect(alone.all("tr", class: "seed").isEmpty && alone.all("path", class: "band").isEmpty)
    #expect(alone.all("text", class: "name").first?.text == "nudging.beta=0.1,seed=1")
    let mixed = SVGDocument(ComparisonPage([runs[0], runs[2], runs[1]]).html)
    #expect(mixed.all("tbody").count == 2 && mixed.all("tr", class: "seed").count == 2)
    #expect(mixed.all("th").contains { $0.text.contains("seed 1") && !$0.ancestors.contains("seed") })
  }

  @Test(
    "Names have what tells combinations apart: keys as short as they can be, and no setting that follows from others"
  )
  func names() {
    func names(_ settings: [[(key: String, value: String)]]) -> [String] {
      let runs = settings.flatMap { settings in [1, 2].map { Self.run(settings, seed: $0, error: 0) } }
      return SVGDocument(ComparisonPage(runs).html).all("summary").suffix(settings.count).map(\.text)
    }
    let rates: [[(key: String, value: String)]] = [("1", "1"), ("1", "2"), ("2", "1")].map {
      [("layers.0.rate", $0), ("layers.1.rate", $1)]
    }
    #expect(names(rates)[1] == "layers.0.rate=1, layers.1.rate=2", "\(names(rates))")
    let sizes: [[(key: String, value: String)]] = [("20", "4"), ("40", "8")].map {
      [("network.units", $0), ("tiling.slices", $1)]
    }
    #expect(names(sizes) == ["units=20", "units=40"], "\(names(sizes))")
  }

  @Test("A run that failed is told and left out; its combination is not the best")
  func failed() {
    var runs = Self.search
    runs[31].failure = "the relaxation diverged"
    let page = ComparisonPage(runs).html
    #expect(page.contains("2 of 3 seeds") && page.contains("seed 2, failed"))
    #expect(page.contains("seed=2 failed: the relaxation diverged"))
    let best = page.components(separatedBy: "<tbody>").filter { $0.contains("class=\"best\"") }
    #expect(best.count == 1 && best.first?.contains("\"nudging.beta\">0.1</td>") == true)
  }

  @Test("Runs are ordered by their settings, numbers by their size, and the seed last")
  func order() {
    let runs = [("10", 1), ("2", 2), ("0.05", 1), ("2", 1)].map {
      Self.run([("nudging.beta", $0)], seed: $1, error: 0)
    }
    let sorted = runs.sorted { $0.comesBefore($1) }.map(\.folder)
    #expect(
      sorted == [
        "nudging.beta=0.05,seed=1", "nudging.beta=2,seed=1", "nudging.beta=2,seed=2",
        "nudging.beta=10,seed=1",
      ])
  }

  @Test("More settings than a table has room for stand in rows of their own")
  func manySettings() {
    let runs = [1, 2].map { number in
      Self.run((0..<9).map { ("a.key\($0)", "\(number * $0 + number)") }, seed: 1, error: 0)
    }
    let document = SVGDocument(ComparisonPage(runs).html)
    #expect(document.all("h2").contains { $0.text == "Settings that differ" })
    #expect(!document.all("th").contains { $0.text == "a.key1" && $0.attributes["scope"] == "col" })
    #expect(document.all("th").contains { $0.text == "a.key1" && $0.attributes["scope"] == "row" })
  }

  @Test("One table of all epochs: the run, its seed and the settings that differ come first")
  func csv() {
    var runs = [Self.search[0], Self.search[13]]
    runs[1].settings.append(.init("network.input, or", "[0, 1]"))
    let lines = ComparisonPage(runs).csv.split(separator: "\n").map(String.init)
    #expect(lines.count == 25)
    #expect(
      lines[0].hasPrefix(
        "run,seed,nudging.beta,layers.1.rate,layers.2.rate,\"network.input, or\",epoch,step,training_error,"))
    #expect(
      lines[1].hasPrefix("\"nudging.beta=0.1,layers.1.rate=1,layers.2.rate=2,seed=1\",1,0.1,1,2,,1,60,30,"))
    #expect(lines[13].contains(",2,0.2,2,4,\"[0, 1]\",1,60,30,"))
    #expect(lines.allSatisfy { $0.hasSuffix(",4") || $0.contains("ranks") || $0.contains("0.05") })
  }
}
