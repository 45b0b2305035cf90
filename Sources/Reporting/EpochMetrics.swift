/// The figures of one epoch, as `metrics.jsonl` holds them; errors are in percent.
public struct EpochMetrics: Equatable, Sendable {
  /// Counted from 1.
  public var epoch: Int
  /// Weight updates made since the run began.
  public var step: Int
  /// Of the training split.
  public var trainingError: Double?
  /// Of the validation split; nil where the data have none.
  public var validationError: Double?
  /// Of the test split; nil where the data have none.
  public var testError: Double?
  /// Mean cost of the training examples at their free states.
  public var cost: Double?
  /// Mean energy of the evaluated free states: the validation set's, else the test set's.
  public var energy: Double?
  /// Training examples a second.
  public var examplesPerSecond: Double?
  /// Time of the epoch.
  public var seconds: Double?

  public init(
    epoch: Int, step: Int, trainingError: Double? = nil, validationError: Double? = nil,
    testError: Double? = nil, cost: Double? = nil, energy: Double? = nil, examplesPerSecond: Double? = nil,
    seconds: Double? = nil
  ) {
    self.epoch = epoch
    self.step = step
    self.trainingError = trainingError
    self.validationError = validationError
    self.testError = testError
    self.cost = cost
    self.energy = energy
    self.examplesPerSecond = examplesPerSecond
    self.seconds = seconds
  }

  /// The error that judges an epoch: of the validation split, or of the test split where there is none.
  public var judgingError: Double? { validationError ?? trainingError }
}
