/// How far a run is.
public struct RunProgress: Equatable, Sendable {
  /// The epoch being made, from 1.
  public var epoch: Int
  /// Epochs of the whole run.
  public var epochs: Int
  /// Steps made since the run began.
  public var step: Int
  /// Steps of the whole run.
  public var steps: Int
  /// Percent, when last measured; nil before that.
  public var trainingError: Double?
  /// Percent, when last measured; nil before that or without such a split.
  public var validationError: Double?
  /// Percent, when last measured; nil before that or without such a split.
  public var testError: Double?
  /// Training examples a second.
  public var examplesPerSecond: Double?
  /// Time to the run's end, as far as it can be told.
  public var secondsLeft: Double?

  public init(
    epoch: Int, epochs: Int, step: Int, steps: Int, trainingError: Double? = nil,
    validationError: Double? = nil, testError: Double? = nil, examplesPerSecond: Double? = nil,
    secondsLeft: Double? = nil
  ) {
    self.epoch = epoch
    self.epochs = epochs
    self.step = step
    self.steps = steps
    self.trainingError = trainingError
    self.validationError = validationError
    self.testError = testError
    self.examplesPerSecond = examplesPerSecond
    self.secondsLeft = secondsLeft
  }

  /// `epoch 3/25 step 7500/62500 · training 1.35 % validation 2.71 % · 38,211 examples/s · 12 s left`.
  public var line: String {
    let splits = [("training", trainingError), ("validation", validationError), ("test", testError)]
    let errors = splits.compactMap { name, error in error.map { "\(name) \(Figures.percent($0)) %" } }
    let parts: [String?] = [
      "epoch \(epoch)/\(epochs) step \(step)/\(steps)",
      errors.isEmpty ? nil : errors.joined(separator: " "),
      examplesPerSecond.map { "\(Figures.rate($0)) examples/s" },
      secondsLeft.flatMap(Figures.time).map { "\($0) left" },
    ]
    return parts.compactMap { $0 }.joined(separator: " · ")
  }
}
