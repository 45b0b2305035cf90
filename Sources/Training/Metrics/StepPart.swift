/// A part of a training step, by which its time is measured and its work is counted.
public enum StepPart: String, CaseIterable, Codable, Sendable {
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
  /// The sum of contrasts over replicas: this rank's own additions; waiting for the others is `waiting`.
  case sum
  /// The descent, and bringing transposed copies of weights up to date.
  case optimizer
  /// For neighbours' states, for other replicas' sums, and in the step's small exchange.
  case waiting
  /// Gathering a checkpoint and making it whole.
  case checkpoint
  /// What is none of these: counting errors and residuals, measuring how much weights change.
  case rest
}
