import DataSets
import EnergyModels
import Records
import Schema
import Tensors

/// How likely inputs are: a model p(x) ∝ e^{−F(x)/T} of the inputs alone, which asks for no answers.
///
///     F(v) = −T ln Σ_h e^{−E(v, h)/T}
///
/// Told are F of validation examples and how far that of training examples lies below, ln p where it can be counted, and the
/// root of the mean square of x − ⟨v | ⟨h | x⟩⟩.
public struct Density: Task {
  public static let name = "density"
  public static let summary = "How likely each input is, by a model of inputs alone."
  public init() {}

  public var supervision: Supervision { .inputs }
  public var figures: [Figure] { [.reconstruction] }
  public var isOfInputs: Bool { true }
  public var costs: (costs: [Cost], reason: String)? {
    ([.squaredError], "is for classes, and a density has none")
  }

  public func targetReach(_ data: DataSet, inputs extent: ClosedRange<Double>) -> Double {
    max(abs(extent.lowerBound), abs(extent.upperBound))
  }

  public func sums(outputs: Int) -> [ScoreSum] {
    [ScoreSum("squared_errors"), ScoreSum("numbers", isCount: true)]
  }

  public func values(of totals: [[Double]], examples: Int) -> [Double?] {
    [(totals[0][0] / totals[1][0]).squareRoot()]
  }

  public func outputs(for data: DataSet) -> (units: Int, reason: String) {
    (data.inputs, "an input \(data.inputs) numbers")
  }

  public func prepared(
    for data: DataSet, values: InputValues, input: InputLayer, seed: UInt64
  ) -> any PreparedTask {
    Prepared(values: values)
  }

  private struct Prepared: PreparedTask {
    let values: InputValues
    var targetsAreInputs: Bool { true }

    func setTarget(_ targets: inout Matrix, row: Int, to example: Example) {
      values.set(&targets, row: row, to: example.row, of: example.stored, change: example.change)
    }

    func judge(_ answers: AnsweredBatch, into sums: inout [[[Double]]]) {
      let (outputs, targets) = (answers.outputs, answers.targets)
      for (shard, rows) in answers.rows.shards.enumerated() {
        sums[shard][0][0] += 2 * outputs.squaredError(targets, rows: rows)
        sums[shard][1][0] += Double(rows.count * targets.columns)
      }
    }
  }
}
