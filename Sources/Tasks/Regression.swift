import DataSets
import EnergyModels
import Records
import Schema
import Tensors

/// Tells numbers: the target is the example's own, of which each may be brought to a mean of 0 and a deviation of 1,
///
///     RMSE = √(Σ (y − d)² / nm),  MAE = Σ |y − d| / nm,  R² = mean over the m targets of 1 − Σ (y − d)² / Σ (d − d̄)²
///
/// over n examples, all in the units of the data, whatever the network's targets are.
public struct Regression: Task {
  public static let name = "regression"
  public static let summary = "Each example's numbers, of any unit."
  /// Whether targets are brought to the mean 0 and the deviation 1 that they have among the training examples.
  public var standardize = true
  public init() {}

  public static let keys: [Key<Regression>] = [
    .init(
      "standardize", \.standardize, .flag,
      meaning:
        "Of `regression`: whether targets are brought to a mean of 0 and a deviation of 1 for the network.")
  ]

  public var supervision: Supervision { .targets }
  public var figures: [Figure] { [.rmse, .mae, .r2] }

  public var costs: (costs: [Cost], reason: String)? {
    ([.squaredError], "is for classes, and a regression has numbers for targets")
  }

  public func targetReach(_ data: DataSet, inputs extent: ClosedRange<Double>) -> Double {
    standardize
      ? 1 : zip(data.targetMoments.mean, data.targetMoments.deviation).map { abs($0) + $1 }.max() ?? 1
  }

  public func reasonAgainstClipping(_ source: DataSource) -> String? {
    standardize ? "standardised targets lie around 0" : nil
  }

  public func sums(outputs: Int) -> [ScoreSum] {
    [
      ScoreSum("squared_errors", columns: outputs), ScoreSum("absolute_errors"),
      ScoreSum("targets", columns: outputs), ScoreSum("squared_targets", columns: outputs),
    ]
  }

  public func values(of totals: [[Double]], examples: Int) -> [Double?] {
    let (errors, targets, squares) = (totals[0], totals[2], totals[3])
    let numbers = Double(examples * errors.count)
    // Targets are told from their mean among the training examples, so that little is lost in the difference.
    let variances = zip(squares, targets).map { $0 - $1 * $1 / Double(examples) }
    let explained = zip(errors, variances).map { 1 - $0 / $1 }
    return [
      (errors.reduce(0, +) / numbers).squareRoot(), totals[1][0] / numbers,
      // Of a target that is the same everywhere rounding alone is left.
      examples > 1 && zip(variances, squares).allSatisfy { $0 > 1e-12 * $1 }
        ? explained.reduce(0, +) / Double(errors.count) : nil,
    ]
  }

  public func outputs(for data: DataSet) -> (units: Int, reason: String) {
    (data.targets, "the data \(data.targets) \(data.targets == 1 ? "target" : "targets") an example")
  }

  public func prepared(
    for data: DataSet, values: InputValues, input: InputLayer, seed: UInt64
  ) -> any PreparedTask {
    let moments = data.targetMoments
    return Prepared(
      center: moments.mean, offset: standardize ? moments.mean : Array(repeating: 0, count: data.targets),
      scale: standardize ? moments.deviation : Array(repeating: 1, count: data.targets))
  }

  /// The network's target is t = (d − offset) / scale.
  private struct Prepared: PreparedTask {
    let center: [Double]
    let offset: [Double]
    let scale: [Double]

    func setTarget(_ targets: inout Matrix, row: Int, to example: Example) {
      let first = example.row * scale.count
      for column in scale.indices {
        targets[row, column] = (example.stored.targets[first + column] - offset[column]) / scale[column]
      }
    }

    func judge(_ answers: AnsweredBatch, into sums: inout [[[Double]]]) {
      let (outputs, targets) = (answers.outputs, answers.targets)
      for (shard, rows) in answers.rows.shards.enumerated() {
        for row in rows { judge(outputs, targets, row: row, into: &sums[shard]) }
      }
    }

    private func judge(_ outputs: Matrix, _ targets: Matrix, row: Int, into sums: inout [[Double]]) {
      for column in scale.indices {
        let target = targets[row, column]
        let error = scale[column] * (outputs[row, column] - target)
        let distance = scale[column] * target + (offset[column] - center[column])
        sums[0][column] += error * error
        sums[1][0] += abs(error)
        sums[2][column] += distance
        sums[3][column] += distance * distance
      }
    }

    func told(_ output: [Double]) -> [Double] {
      output.indices.map { scale[$0] * output[$0] + offset[$0] }
    }
  }
}
