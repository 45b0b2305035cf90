import Foundation
import Reporting
import Testing

@Suite("Report page")
struct ReportPageTests {
  static let pages = [
    ReportPage(SomeRun.record).html, ReportPage(SomeRun.empty).html,
    ComparisonPage([SomeRun.record, SomeRun.empty]).html,
  ]

  @Test("well-formed, equal bytes, nothing from elsewhere", arguments: pages.indices)
  func document(index: Int) {
    let page = Self.pages[index]
    #expect(SVGDocument(page).isWellFormed)
    let spaces = page.components(separatedBy: "xmlns=\"http://www.w3.org/2000/svg\"").count - 1
    #expect(page.components(separatedBy: "http").count - 1 == spaces, "only name spaces have addresses")
    #expect(!page.contains("url(") && !page.contains("@import") && !page.contains("<script"))
    #expect(!page.contains("nan") && !page.contains(">inf"))
    #expect(page.contains("prefers-color-scheme:dark") && page.contains("@media print"))
  }

  @Test("the same record gives the same bytes")
  func deterministic() {
    #expect(ReportPage(SomeRun.record).html == Self.pages[0])
    #expect(ComparisonPage([SomeRun.record, SomeRun.empty]).html == Self.pages[2])
  }

  @Test("every figure has a title and a drawing that says what it is")
  func figures() {
    let document = SVGDocument(Self.pages[0])
    let drawings = document.all("svg") + document.all("img")
    #expect(
      drawings.allSatisfy { $0.attributes["role"] == "img" && $0.attributes["aria-label"]?.isEmpty == false })
    // Three learning curves, four of relaxation, five of settling, the matrix, the speed and the bars of time; fields, 3 + 12 pictures.
    #expect(document.all("svg").count == 15)
    #expect(document.all("img").count == 16)
    #expect(document.all("figure").count == 31 && document.all("figcaption").count == 31)
    #expect(document.all("figcaption").allSatisfy { !$0.text.isEmpty })
    #expect(
      document.all("img").allSatisfy {
        $0.attributes["src"]?.hasPrefix("data:image/png;base64,iVBORw0") == true
      })
  }

  @Test("what was found stands on the page")
  func values() {
    let page = Self.pages[0]
    for text in [
      "<h1>some run</h1>", "12-80-10", "step-000000720, epoch 12",
      "12: training\u{A0}2.50\u{A0}%, validation\u{A0}11.00\u{A0}%, test\u{A0}13.00\u{A0}%",
      "9: training\u{A0}3.33\u{A0}%, validation\u{A0}8.00\u{A0}%",
      "test example 2: label 2, taken for 3", "Energy, nudged phase, β = 0.5",
      "the 64 of 80 with the largest norm",
      "<title>3 taken for 1: 3</title>", "0 taken for 3<br/>", "no. 341<br/>cost 0.65<",
      "12 epochs in 6 s on 4 ranks", "Grid 2x2x1, epochs 1 to 12", "rank 3 · h1",
      "rank 1, other ranks: 0.50 s, 10.29 %", "<td data-name=\"most\">0.75 s, rank 3</td>",
      "launch/run -n 4 train run.yaml --output runs/'some run'",
      "name: some run\nseed: 1\n",
    ] {
      #expect(page.contains(text), "\(text)")
    }
  }

  @Test("coloured pictures are drawn in colour, and what their fields' colours mean is said")
  func coloured() {
    var run = SomeRun.record
    let fields = (0..<5).map { unit in
      ReceptiveFields.Field(unit: unit, weights: (0..<36).map { Double($0 * (unit + 1) % 7 - 3) })
    }
    run.fields = .found(ReceptiveFields(width: 4, height: 3, channels: 3, fields: fields))
    let grey = ReportPage(run).html
    run.relaxations = .found(
      SomeRun.relaxed.map { example in
        var example = example
        example.picture = Picture(width: 4, height: 3, channels: 3, pixels: (0..<36).map { UInt8(7 * $0) })
        return example
      })
    let page = ReportPage(run).html
    #expect(page.contains("brighter than grey drives the unit") && !page.contains("orange drives"))
    #expect(SomeRun.record.fields.value.map { $0.channels } == 1 && Self.pages[0].contains("orange drives"))
    let colour = "iVBORw0KGgoAAAANSUhEUgAAAAQAAAADCAI"
    #expect(page.components(separatedBy: colour).count - 1 == 3, "4×3 pixels, eight bits, colour type 2")
    #expect(!grey.contains(colour))
  }

  @Test("what is missing is said in its place, and draws nothing")
  func absent() {
    let document = SVGDocument(Self.pages[1])
    let told = document.all("p", class: "absent").map(\.text)
    #expect(
      told == [
        "No learning curves: no epoch has ended yet.", "No relaxations: the rule does not relax.",
        "No receptive fields: the input is not an image.",
        "No confusion matrix: the data have no test examples.",
      ])
    #expect(document.all("figure").isEmpty)
    #expect(Self.pages[1].contains("none: holds no checkpoint yet"))
  }

  @Test("hostile words stay words")
  func escaped() {
    var run = SomeRun.record
    let words = "<script>alert(\"1\")</script>&amp;\u{0}"
    run.facts.name = words
    run.folder = words
    run.runFile = "name: \(words)\nseed: 1\n"
    run.relaxations = .absent(words)
    run.settings = [.init("name", "a"), .init(words, words)]
    for page in [ReportPage(run).html, ComparisonPage([run, SomeRun.empty]).html] {
      let document = SVGDocument(page)
      #expect(document.isWellFormed && document.all("script").isEmpty)
      #expect(
        page.contains("name: &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;\u{FFFD}\nseed: 1"))
    }
  }

  @Test("an axis is logarithmic where values spread and none is 0")
  func scales() {
    var run = SomeRun.record
    let tenfold = ReportPage(run).html
    run.metrics = .found(
      SomeRun.epochs.map { epoch in
        var epoch = epoch
        epoch.cost = epoch.epoch == 12 ? 0 : epoch.cost
        return epoch
      })
    let withZero = ReportPage(run).html
    #expect(ticks(of: "Cost of the training examples", in: tenfold) == ["0.05", "0.1", "0.2"])
    #expect(ticks(of: "Cost of the training examples", in: withZero).first == "0.00")
  }

  /// The numbers along the y axis of a figure.
  private func ticks(of title: String, in page: String) -> [String] {
    guard let start = page.range(of: "<figcaption>\(title)</figcaption>")?.upperBound,
      let end = page[start...].range(of: "</svg>")?.upperBound
    else { return [] }
    return SVGDocument(String(page[start..<end])).texts(in: "y-ticks")
  }
}
