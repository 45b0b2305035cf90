import Foundation
import Reporting

/// A run made up for tests, with all that a report can show.
enum SomeRun {
  static let epochs = (1...12).map { epoch in
    let share = Double(epoch)
    return EpochMetrics(
      epoch: epoch, step: 60 * epoch, training: ["error": 30 / share],
      validation: ["error": 8 + abs(share - 9)],
      test: ["error": 12 + abs(share - 8) / 4], cost: 0.3 / share, energy: -20 - share,
      examplesPerSecond: 40_000,
      seconds: 0.5, freeIterations: 14 + share, nudgedIterations: 5, freeResidual: 0.1 / share,
      nudgedResidual: 0.2, atLower: [0.3, 0.5, 0.8], atUpper: [0.1, 0.1, 0.05],
      weightChange: [1e-3 / share, 2e-3, 4e-3], rates: [0.2, 0.1, 0.05], ranks: 4)
  }

  static let picture = Picture(width: 4, height: 3, pixels: (0..<12).map { UInt8($0 + 5) }, most: 16)

  /// Fields whose norms grow with the unit.
  static let fields = ReceptiveFields(
    width: 4, height: 3,
    fields: (0..<80).map { unit in
      .init(unit: unit, weights: (0..<12).map { sin(Double(unit * 12 + $0)) * Double(unit + 1) / 100 })
    })

  static var confusion: ConfusionTable {
    ConfusionTable(counts: (0..<10).map { row in (0..<10).map { $0 == row ? 980 : ($0 * row) % 4 } })
  }

  static let relaxed = [7, 2, 1].map { label in
    RelaxedExample(
      name: "test example \(label)", line: "label \(label)",
      caption: "label \(label)" + (label == 2 ? ", taken for 3" : ""), picture: picture,
      phases: [
        .init(
          name: "free phase", energies: (0...20).map { -10 * (1 - exp(-Double($0) / 3)) },
          costs: (0...20).map { 0.5 * exp(-Double($0) / 8) }),
        .init(
          name: "nudged phase, β = 0.5", energies: (0...4).map { -9.9 + 0.01 * Double($0) },
          costs: (0...4).map { 0.1 / Double($0 + 1) }),
      ])
  }

  static let times = TimesFile(
    grid: "2x2x1", epochs: 1...12,
    parts: ["data", "free", "nudged", "contrast", "tree sum", "waiting", "evaluation", "rest"],
    ranks: (0..<4).map {
      .init(
        host: "h\($0 / 2)",
        seconds: [0.1, 2.5 - 0.25 * Double($0), 1, 0.5, 0.25, 0.25 * Double($0), 0.5, 0.01])
    })

  static let record = RunRecord(
    facts: .init(
      name: "some run", network: "12-80-10",
      data: "digits (embedded): 1200 training, 200 validation, 397 test, 8×8",
      method: "equilibrium-propagation, even-odd updates, one-sided nudging, β = 0.5"),
    folder: "some-run", metrics: .found(epochs), times: .found(times),
    checkpoint: .found(.init(name: "step-000000720", epoch: 12, step: 720)), relaxations: .found(relaxed),
    fields: .found(fields),
    answers: .classes(
      .found(
        ClassifiedSplit(
          split: "test", confusion: confusion,
          worst: (0..<12).map {
            .init(
              example: 31 * $0, label: $0 % 10, predicted: 3, cost: 1.2 - 0.05 * Double($0), picture: picture)
          }))), runFile: "name: some run\nseed: 1\n",
    settings: [.init("name", "some run"), .init("seed", "1"), .init("training.batch", "20")])

  /// The same run before anything was done.
  static var empty: RunRecord {
    var run = record
    run.times = .absent("times.json: there is no such file")
    run.metrics = .absent("no epoch has ended yet")
    run.checkpoint = .absent("holds no checkpoint yet")
    run.relaxations = .absent("the rule does not relax")
    run.fields = .absent("the input is not an image")
    run.answers = .classes(.absent("the data have no test examples"))
    return run
  }
}
