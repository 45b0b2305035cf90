import Foundation
import Records

/// The report on one run: an HTML page that holds all it shows.
public struct ReportPage: Equatable, Sendable {
  public var run: RunRecord
  /// What its figures are drawn for.
  var form = Chart.Form.figure

  public init(_ run: RunRecord) { self.run = run }

  /// The page: equal bytes for equal records.
  public var html: String {
    PageFrame.page(
      title: run.facts.name, head: head,
      sections: [
        learning, layers, relaxation, settling, weights, drawnChains, drawnFlow, answers, time, runFile,
      ])
  }

  var curves: Curves { Curves(form: form) }

  /// What was trained, and how far it came.
  private var head: String {
    let facts =
      [
        ("network", run.facts.network), ("data", run.facts.data), ("method", run.facts.method),
        ("last epoch", scores(run.epochs.last)), ("best epoch", scores(run.best)),
        ("checkpoint", checkpoint),
      ]
    let list = facts.map { "<div><dt>\($0.0)</dt><dd>\(HTML.escaped($0.1))</dd></div>\n" }
    return "<dl class=\"facts\">\n\(list.joined())</dl>\n"
  }

  private var checkpoint: String {
    switch run.checkpoint {
    case .found(let found): "\(found.name), epoch \(found.epoch)"
    case .absent(let reason): "none: \(reason)"
    }
  }

  private func scores(_ epoch: EpochMetrics?) -> String {
    guard let epoch else { return "none yet" }
    let scores = run.figures.filter { !$0.isDetail }.map { figure in
      let values = EpochMetrics.splits.compactMap { split, scores in
        epoch[keyPath: scores][figure.key].map {
          ([split, Figures.score($0, figure)] + (figure.unit.map { [$0] } ?? [])).joined(separator: "\u{A0}")
        }
      }
      return (figure.unit == nil ? figure.name + " " : "") + values.joined(separator: ", ")
    }
    return "\(epoch.epoch): " + scores.joined(separator: "; ")
  }

  private var learning: String {
    HTML.section(
      "Learning",
      HTML.recorded(run.metrics, or: "No learning curves") { epochs in
        let scores = run.figures.filter { !$0.isDetail }.map { figure in
          curves.figure(
            figure.title, figure.axis,
            EpochMetrics.splits.map { split, scores in
              Curves.series(split, epochs) { $0[keyPath: scores][figure.key] }
            }, including: [0])
        }
        return PageFrame.figures(
          scores.joined(),
          curves.figure(
            "Cost of the training examples", "mean cost C(s⁰)",
            [Curves.series("training", epochs, \.cost)], including: [0]),
          curves.figure(
            "Energy of the evaluated examples", "mean energy E(s⁰)",
            [Curves.series("evaluated", epochs, \.energy)], scale: .linear),
          curves.figure(
            "Free energy of the evaluated examples", "mean free energy F(v)",
            [Curves.series("evaluated", epochs, \.freeEnergy)], scale: .linear),
          curves.figure(
            "Free energy of training examples above that", "training − evaluated",
            [Curves.series("gap", epochs, \.freeEnergyGap)], including: [0], scale: .linear),
          curves.figure(
            "Log-likelihood of the evaluated examples", "ln p, nats an example",
            [Curves.series("evaluated", epochs, \.logLikelihood)], scale: .linear))
      })
  }

  private var settling: String {
    guard case .found(let epochs) = run.metrics else { return "" }
    let percent = { (values: [Double]?) in values?.map { 100 * $0 } }
    // Written where it is not the last layer.
    let output = run.settings.first { $0.key == "network.output" }.flatMap { Int($0.value) }
    let figures = [
      curves.figure(
        "Iterations to settle", "mean iterations of a phase",
        [
          Curves.series("free", epochs, \.freeIterations),
          Curves.series("nudged", epochs, \.nudgedIterations),
        ], including: [0], scale: .linear),
      curves.figure(
        "Residual when a phase ends", "largest |Δs| / ε",
        [
          Curves.series("free", epochs, \.freeResidual),
          Curves.series("nudged", epochs, \.nudgedResidual),
        ]),
      curves.figure(
        "Units at the lower bound", "share of units, %",
        Curves.layers(epochs, output: output) { percent($0.atLower) },
        including: [0, 1], scale: .linear),
      curves.figure(
        "Units at the upper bound", "share of units, %",
        Curves.layers(epochs, output: output) { percent($0.atUpper) },
        including: [0, 1], scale: .linear),
      curves.figure(
        "Change of the weights a step", "‖ΔW‖ / ‖W‖", Curves.layers(epochs, output: output, \.weightChange)),
      epochs.contains { $0.violations ?? 0 > 0 }
        ? curves.figure(
          "Examples that break the rule’s promise", "share of examples, %",
          [Curves.series("training", epochs, \.violations)], including: [0]) : "",
      curves.figure(
        "Proposed steps that are accepted", "share of proposals, %",
        [Curves.series("training", epochs, \.acceptance)], including: [0, 100], scale: .linear),
    ]
    guard figures.contains(where: { !$0.isEmpty }) else { return "" }
    return HTML.section("Settling, saturation and change", PageFrame.figures(figures.joined()))
  }

  private var runFile: String {
    HTML.section(
      "The same again", HTML.paragraph("With this run file as run.yaml, on any number of ranks:"),
      "<pre>\(HTML.escaped(run.command))</pre>\n<pre>\(HTML.escaped(run.runFile))</pre>\n")
  }
}
