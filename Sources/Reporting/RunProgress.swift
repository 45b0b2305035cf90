/// How far a run is.
public struct RunProgress: Equatable, Sendable {
  /// The epoch being made, from 1, and how many there will be.
  public var epoch: Int
  public var epochs: Int
  /// Steps made and steps in all.
  public var step: Int
  public var steps: Int
  /// Percent, of the last epoch measured; nil where there is none.
  public var trainingError: Double?
  public var validationError: Double?
  public var testError: Double?
  public var examplesPerSecond: Double?
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
