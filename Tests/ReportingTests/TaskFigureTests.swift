import Foundation
import Records
import Reporting
import Testing

/// What is shown of a task whose figures are several, one of them better where it is higher.
@Suite struct TaskFigureTests {
  static let figures: [Figure] = [.rmse, .r2]
  static let epochs = [
    EpochMetrics(
      epoch: 1, step: 10, training: ["rmse": 3, "r2": 0.5], validation: ["rmse": 2.5, "r2": 0.6],
      test: ["rmse": 2.75, "r2": 0.55], cost: 0.25),
    EpochMetrics(
      epoch: 2, step: 20, training: ["rmse": 1.5, "r2": 0.9], validation: ["rmse": 1.25, "r2": 0.5],
      test: ["rmse": 1.75, "r2": 0.75], cost: 0.125),
  ]

  @Test("The table has a column for every figure of every split, and the first figure picks the best")
  func table() {
    let table = ErrorTable(Self.epochs, figures: Self.figures)
    #expect(table.text.hasPrefix("epoch  training RMSE  training R²  validation RMSE"), "\(table.text)")
    #expect(table.best?.epoch == 2)
    #expect(ErrorTable(Self.epochs, figures: [.r2]).best?.epoch == 1)
    #expect(table.json.hasPrefix(#"{"best_epoch":2,"epochs":[{"epoch":1,"step":10,"training_rmse":3"#))
    #expect(table.json.contains(#""test_rmse":1.75,"test_r2":0.75"#))
  }

  @Test("Metrics of any figure are read from their lines, and others are no number")
  func lines() throws {
    let line =
      #"{"event":"epoch","epoch":1,"step":10,"training_rmse":3.0,"training_r2":0.5,"#
      + #""validation_rmse":2.5,"validation_r2":0.6,"test_rmse":2.75,"test_r2":0.55,"cost":0.25}"#
    #expect(try MetricsFile.parse(Array((line + "\n").utf8), file: "m").epochs == [Self.epochs[0]])
    let spoilt = line.replacing("2.75", with: #""x""#)
    #expect(throws: MetricsFileError.self) { try MetricsFile.parse(Array((spoilt + "\n").utf8), file: "m") }
    let infinite = line.replacing("2.75", with: "null")
    #expect(
      try MetricsFile.parse(Array((infinite + "\n").utf8), file: "m").epochs[0].test == ["r2": 0.55])
  }

  @Test("CSV and TensorBoard name the figures as the metrics do")
  func exports() throws {
    let line = #"{"event":"epoch","epoch":1,"step":10,"training_rmse":3.5,"test_r2":0.5}"# + "\n"
    let csv = try MetricsFile.parse(Array(line.utf8), file: "m").csv(figures: Self.figures)
    #expect(
      csv.hasPrefix(
        "epoch,step,training_rmse,training_r2,validation_rmse,validation_r2,test_rmse,test_r2,cost,energy"))
    #expect(csv.contains("\n1,10,3.5,,,,,0.5,,"))
    let events = TensorBoardEvents.epoch(Self.epochs[0], figures: Self.figures, time: 0)
    let text = String(decoding: events, as: UTF8.self)
    #expect(text.contains("rmse/training") && text.contains("r2/test") && !text.contains("error/"))
  }

  @Test("The progress line names a figure that has no unit")
  func progress() {
    var line = ""
    var progress = ProgressLine(mode: .plain) { line += $0 }
    progress.endEpoch(
      RunProgress(epoch: 1, epochs: 2, step: 10, steps: 20, figure: .rmse, training: 1.5, validation: 1.25),
      at: 0)
    #expect(line == "epoch 1/2 step 10/20 · RMSE training 1.50000 validation 1.25000\n")
  }

  @Test("A page charts every figure and shows targets with outputs, or pictures in and out")
  func page() {
    var run = SomeRun.record
    (run.figures, run.metrics) = (Self.figures, .found(Self.epochs))
    run.answers = .numbers(
      .found(
        FittedSplit(
          split: "test", pairs: [(0..<40).map { .init(target: Double($0), output: Double($0) + 0.5) }])))
    let page = ReportPage(run)
    #expect(page.html.contains("RMSE training\u{A0}1.50000, validation\u{A0}1.25000"))
    let names = page.figures.map(\.name)
    #expect(names.contains("rmse") && names.contains("r") && names.contains("target-and-output-test-split"))
    #expect(!page.html.contains("wrong examples") && !page.html.contains("Mistakes"))
    // A marker for every example, and no line between them.
    let fit = page.figures.first { $0.name == "target-and-output-test-split" }?.svg ?? ""
    #expect(fit.components(separatedBy: "examples: ").count == 41)

    let pictures = (0..<3).map { _ in (0..<10).map { _ in SomeRun.picture } }
    run.answers = .pictures(
      .found(
        RebuiltExamples(split: "test", rows: ["inputs", "damaged inputs", "outputs"], pictures: pictures)))
    #expect(
      ReportPage(run).figures.map(\.title).contains("From above: inputs, damaged inputs, outputs, test split")
    )
    run.answers = .pictures(.absent("the input is not an image"))
    #expect(ReportPage(run).html.contains("No pictures: the input is not an image."))
  }

  @Test("Runs of several tasks are compared by a table and curves for each figure")
  func comparison() {
    var other = SomeRun.record
    (other.figures, other.metrics, other.folder) = (Self.figures, .found(Self.epochs), "other")
    let page = ComparisonPage([SomeRun.record, other]).html
    for title in [
      "Training error", "Test RMSE", "Validation R²", "Figures at the last and at the best epoch",
    ] {
      #expect(page.contains(title), "\(title)")
    }
    #expect(ComparisonPage([SomeRun.record]).html.contains("Errors at the last and at the best epoch"))
  }

  @Test("An evaluation's figures are told in words and by their keys")
  func scores() {
    let table = ScoreTable([Score(.rmse, 1.25), Score(.r2, nil)], examples: 1000)
    #expect(table.text == "RMSE 1.25000, R² – of 1,000 examples")
    #expect(table.json == #"{"examples":1000,"rmse":1.25,"r2":null}"#)
  }
}
