/// A part of a training step, by which its time is measured and its work is counted.
public enum StepPart: Int, CaseIterable, Sendable {
  /// Which examples stand in the batch, their pixels, and the states they start from.
  case data
  /// What the clamped input sends to the first layer, once a batch.
  case drive
  /// The free phase.
  case free
  /// The nudged phase or phases, or whatever else a rule does after the free phase.
  case nudged
  /// What the connections learn from, summed over this rank's shards.
  case contrast
  /// The sum of contrasts over replicas in its fixed tree, and waiting for the other replicas in it.
  case sum
  /// The descent, and bringing transposed copies of weights up to date.
  case optimizer
  /// For what neighbours compute of the same replica, and in the step's small exchange.
  case waiting
  /// Gathering a checkpoint and making it whole.
  case checkpoint
  /// Relaxing the validation and test examples after an epoch.
  case evaluation
  /// What is none of these: counting errors and residuals, measuring how much weights change.
  case rest

  /// The parts of a step alone.
  public static let ofStep = allCases.filter { $0 != .evaluation }

  /// As tables and JSON name it.
  public var name: String {
    switch self {
    case .data: "data"
    case .drive: "drive"
    case .free: "free"
    case .nudged: "nudged"
    case .contrast: "contrast"
    case .sum: "tree sum"
    case .optimizer: "optimizer"
    case .waiting: "waiting"
    case .checkpoint: "checkpoint"
    case .evaluation: "evaluation"
    case .rest: "rest"
    }
  }
}
