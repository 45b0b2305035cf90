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
  /// Training examples a second, over `seconds`.
  public var examplesPerSecond: Double?
  /// Seconds of the epoch, its evaluation left out; of an epoch taken up again those since then.
  public var seconds: Double?
  /// How many ranks trained it; nil of lines that do not tell.
  public var ranks: Int?
  /// Mean iterations of a shard's free phase.
  public var freeIterations: Double?
  /// Mean iterations of a shard's nudged phase.
  public var nudgedIterations: Double?
  /// The largest residual of the free phases.
  public var freeResidual: Double?
  /// The largest residual of the nudged phases.
  public var nudgedResidual: Double?
  /// The share of each layer's units at the lower bound of ρ's range, 0…1; NaN where it was not finite.
  public var atLower: [Double]?
  /// The share of each layer's units at the upper bound of ρ's range, 0…1; NaN where it was not finite.
  public var atUpper: [Double]?
  /// Mean ‖ΔW_k‖/‖W_k‖ of each layer's steps; NaN where it was not finite.
  public var weightChange: [Double]?
  /// The learning rates of the layers at the epoch's end, before the schedule's factor.
  public var rates: [Double]?
  /// The share of examples, in percent, that violate the rule's promise: for equilibrium propagation
  /// C(s^{+β}) ≤ C(s⁰) ≤ C(s^{−β}).
  public var violations: Double?
  /// Examples left out of the contrast for that.
  public var rejected: Int?

  public init(
    epoch: Int, step: Int, trainingError: Double? = nil, validationError: Double? = nil,
    testError: Double? = nil, cost: Double? = nil, energy: Double? = nil, examplesPerSecond: Double? = nil,
    seconds: Double? = nil, freeIterations: Double? = nil, nudgedIterations: Double? = nil,
    freeResidual: Double? = nil, nudgedResidual: Double? = nil, atLower: [Double]? = nil,
    atUpper: [Double]? = nil, weightChange: [Double]? = nil, rates: [Double]? = nil,
    violations: Double? = nil, rejected: Int? = nil, ranks: Int? = nil
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
    self.freeIterations = freeIterations
    self.nudgedIterations = nudgedIterations
    self.freeResidual = freeResidual
    self.nudgedResidual = nudgedResidual
    self.atLower = atLower
    self.atUpper = atUpper
    self.weightChange = weightChange
    self.rates = rates
    self.violations = violations
    self.rejected = rejected
    self.ranks = ranks
  }

  /// The error that judges an epoch: of the validation split, or of the training split where there is none.
  public var judgingError: Double? { validationError ?? trainingError }
}
