import DataSets
import EnergyModels
import Records
import Schema
import Tensors

/// Tells each example's class: the target is 1 at its label's output and 0 elsewhere, the answer the largest output.
public struct Classification: Task {
  public static let name = "classification"
  public static let summary = "Each example's class, by the largest output."
  /// What tables, pages and predictions call the classes; their numbers where there are none.
  public var names: [String]?
  /// How much an example of each class counts in what is learnt; all alike where there are none.
  public var weights: [Double]?
  public init() {}

  public static let keys: [Key<Classification>] = [
    .init(
      "names", \.names,
      .optional(
        .list(of: .text("a name", example: "cat") { !$0.isEmpty }, atMost: 100_000, example: "[cat, dog]")),
      meaning: "Of `classification`: what tables and pages call the classes; their numbers without."),
    .init(
      "weights", \.weights,
      .optional(
        .list(
          of: .number("a number above 0", example: "2") { $0 > 0 }, atMost: 100_000, example: "[1, 2]")),
      meaning:
        "Of `classification`: how much an example of each class counts in what is learnt; all alike without."),
  ]

  public var classNames: [String] { names ?? [] }
  public var weighs: Bool { weights != nil }

  public func mismatch(with data: DataSet) -> String? {
    for (key, count) in [("names", names?.count), ("weights", weights?.count)] {
      guard let count, count < data.classes else { continue }
      return "task.\(key): there are \(count) for the data's \(data.classes) classes"
    }
    return nil
  }

  public var supervision: Supervision { .labels }
  public var figures: [Figure] { [.error] }

  public func sums(outputs: Int) -> [ScoreSum] { [ScoreSum("wrong", isCount: true)] }

  public func values(of totals: [[Double]], examples: Int) -> [Double?] {
    [100 * totals[0][0] / Double(examples)]
  }

  public func outputs(for data: DataSet) -> (units: Int, reason: String) {
    (
      data.classes,
      "the data \(data.classes) \(data.classes == 1 ? "class" : "classes")"
        + (data.leastLabel == 0
          ? "" : "; no label is below \(data.leastLabel): save them with \(data.leastLabel) taken off")
    )
  }

  public func prepared(
    for data: DataSet, values: InputValues, input: InputLayer, seed: UInt64
  ) -> any PreparedTask {
    Prepared(weights: weights)
  }

  private struct Prepared: PreparedTask {
    let weights: [Double]?

    func weight(of example: Example) -> Double? { weights?[Int(example.stored.labels[example.row])] }

    func setTarget(_ targets: inout Matrix, row: Int, to example: Example) {
      targets[row, Int(example.stored.labels[example.row])] = 1
    }

    func judge(_ batch: AnsweredBatch, into sums: inout [[[Double]]]) {
      let shards = batch.rows.shards
      let count = shards.last?.upperBound ?? 0
      let answers = batch.outputs.largestColumns(rows: count)
      let labels = batch.targets.largestColumns(rows: count)
      for (shard, rows) in shards.enumerated() {
        for row in rows where answers[row] != labels[row] { sums[shard][0][0] += 1 }
      }
    }
  }
}

extension LearningTask {
  public static let classification = LearningTask(Classification())
}
