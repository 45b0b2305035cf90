import DataSets
import EnergyModels
import Records
import Schema
import Tensors

/// Tells each input again, also where some of it was lost or disturbed on the way into the network (Vincent et al. 2008,
/// doi:10.1145/1390156.1390294): the target is the input as it was, after division and normalisation.
///
///     RMSE = √(Σ (y − x)² / nm),  MAE = Σ |y − x| / nm
///
/// over n examples of m numbers.
public struct Autoencoder: Task {
  public static let name = "autoencoder"
  public static let summary = "Each input again, whole where it is met damaged."
  /// What happens to inputs that are trained on; nil for nothing.
  public var corrupt: Corruption?
  public init() {}

  public static let keys: [Key<Autoencoder>] = [
    .init(
      "corrupt", \.corrupt, .optional(.corruption),
      meaning: "Of `autoencoder`: how inputs are damaged in training, anew in each epoch; not at all without."
    )
  ]

  public var supervision: Supervision { .inputs }
  public var figures: [Figure] { [.rmse, .mae] }

  public var costs: (costs: [Cost], reason: String)? {
    ([.squaredError], "is for classes, and an autoencoder has numbers for targets")
  }

  public func targetReach(_ data: DataSet, inputs extent: ClosedRange<Double>) -> Double {
    max(abs(extent.lowerBound), abs(extent.upperBound))
  }

  public func reasonAgainstClipping(_ source: DataSource) -> String? {
    source.normalize == nil && !source.standardizes ? nil : "normalised inputs lie around 0"
  }

  public func sums(outputs: Int) -> [ScoreSum] {
    [ScoreSum("squared_errors"), ScoreSum("absolute_errors"), ScoreSum("numbers", isCount: true)]
  }

  public func values(of totals: [[Double]], examples: Int) -> [Double?] {
    let numbers = totals[2][0]
    return [(totals[0][0] / numbers).squareRoot(), totals[1][0] / numbers]
  }

  public func outputs(for data: DataSet) -> (units: Int, reason: String) {
    (data.inputs, "an input \(data.inputs) numbers")
  }

  public func prepared(
    for data: DataSet, values: InputValues, input: InputLayer, seed: UInt64
  ) -> any PreparedTask {
    Prepared(values: values, corruption: corrupt, random: CounterRandom(seed: seed, purpose: .corruption))
  }

  private struct Prepared: PreparedTask {
    let values: InputValues
    let corruption: Corruption?
    let random: CounterRandom
    var targetsAreInputs: Bool { true }

    func setTarget(_ targets: inout Matrix, row: Int, to example: Example) {
      values.set(&targets, row: row, to: example.row, of: example.stored, change: example.change)
    }

    func corrupt(_ input: inout Matrix, row: Int, of example: Example) {
      switch corruption {
      case .mask(let share):
        for unit in 0..<input.columns where random.unit(example.epoch, example.number, unit) < share {
          input[row, unit] = 0
        }
      case .noise(let deviation):
        for unit in 0..<input.columns {
          input[row, unit] += deviation * random.normal(example.epoch, example.number, unit)
        }
      case nil: break
      }
    }

    func judge(_ answers: AnsweredBatch, into sums: inout [[[Double]]]) {
      let (outputs, targets) = (answers.outputs, answers.targets)
      for (shard, rows) in answers.rows.shards.enumerated() {
        var (squares, absolutes) = (sums[shard][0][0], sums[shard][1][0])
        for row in rows {
          for column in 0..<targets.columns {
            let error = outputs[row, column] - targets[row, column]
            squares += error * error
            absolutes += abs(error)
          }
        }
        (sums[shard][0][0], sums[shard][1][0]) = (squares, absolutes)
        sums[shard][2][0] += Double(rows.count * targets.columns)
      }
    }
  }
}

/// How an input is damaged: by counters of (seed, epoch, example, number), so the same way on every grid.
public enum Corruption: Equatable, Sendable {
  /// Each number becomes 0 with this probability.
  case mask(Double)
  /// Each number gets normal noise of this deviation.
  case noise(Double)
}

extension Codec where Value == Corruption {
  /// `{mask: 0.3}` or `{noise: 0.1}`.
  static let corruption = Self(
    takes: corruptionTakes, keys: Codec<Damage>.damage.keys,
    read: { tree, path throws(SchemaError) in
      guard case .map = tree.content else { throw .unfit(tree, path, takes: corruptionTakes) }
      let damage = try Codec<Damage>.damage.read(tree, path)
      switch (damage.mask, damage.noise) {
      case (let share?, nil): return .mask(share)
      case (nil, let deviation?): return .noise(deviation)
      default:
        throw SchemaError(
          tree.position, "'\(path)' needs one of mask and noise", hint: "write {mask: 0.3}")
      }
    },
    write: { corruption in
      switch corruption {
      case .mask(let share): .value("{mask: \(share)}")
      case .noise(let deviation): .value("{noise: \(deviation)}")
      }
    })
}

private let corruptionTakes = "{mask: 0.3} or {noise: 0.1}"

private struct Damage: Sendable {
  var mask: Double?
  var noise: Double?
}

extension Codec where Value == Damage {
  fileprivate static let damage = section(
    Damage(),
    [
      .init(
        "mask", \.mask,
        .optional(.number("a number above 0 and below 1", example: "0.3") { $0 > 0 && $0 < 1 }),
        meaning: "The share of an input's numbers that become 0."),
      .init(
        "noise", \.noise, .optional(.number("a number above 0", example: "0.1") { $0 > 0 }),
        meaning: "The deviation of the normal noise that is added to each number of an input."),
    ])
}
