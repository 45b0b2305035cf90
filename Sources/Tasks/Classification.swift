import DataSets
import Records
import Tensors

/// Tells each example's class: the target is 1 at its label's output and 0 elsewhere, the answer the largest output.
public struct Classification: Task {
  public static let name = "classification"
  public static let summary = "Each example's class, by the largest output."
  public init() {}

  public var supervision: Supervision { .labels }
  public var figures: [Figure] { [.error] }

  public func sums(outputs: Int) -> [ScoreSum] { [ScoreSum("wrong", isCount: true)] }

  public func values(of totals: [[Double]], examples: Int) -> [Double?] {
    [100 * totals[0][0] / Double(examples)]
  }

  public func outputs(for data: DataSet) -> (units: Int, reason: String) {
    (data.classes, "the data \(data.classes) classes")
  }

  public func prepared(for data: DataSet, values: InputValues, seed: UInt64) -> any PreparedTask {
    Prepared()
  }

  private struct Prepared: PreparedTask {
    func setTarget(_ targets: inout Matrix, row: Int, to example: Example) {
      targets[row, Int(example.stored.labels[example.row])] = 1
    }

    func judge(outputs: Matrix, targets: Matrix, shards: [Range<Int>], into sums: inout [[[Double]]]) {
      let count = shards.last?.upperBound ?? 0
      let (answers, labels) = (outputs.largestColumns(rows: count), targets.largestColumns(rows: count))
      for (shard, rows) in shards.enumerated() {
        for row in rows where answers[row] != labels[row] { sums[shard][0][0] += 1 }
      }
    }
  }
}

extension LearningTask {
  public static let classification = LearningTask(Classification())
}
