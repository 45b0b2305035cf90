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
  /// The share of rank 0's time that went to other ranks, 0…1; nil on one rank, and before it is measured.
  public var waiting: Double?
  /// Seconds to the run's end, as far as it can be told; nil before that, and at the end.
  public var secondsLeft: Double?

  public init(
    epoch: Int, epochs: Int, step: Int, steps: Int, trainingError: Double? = nil,
    validationError: Double? = nil, testError: Double? = nil, examplesPerSecond: Double? = nil,
    waiting: Double? = nil, secondsLeft: Double? = nil
  ) {
    self.epoch = epoch
    self.epochs = epochs
    self.step = step
    self.steps = steps
    self.trainingError = trainingError
    self.validationError = validationError
    self.testError = testError
    self.examplesPerSecond = examplesPerSecond
    self.waiting = waiting
    self.secondsLeft = secondsLeft
  }

  /// `epoch 3/25 step 7500/62500 · training 1.35 % validation 2.71 % · 38,211 examples/s · waiting 9 % · 12 s left`.
  public var line: String { lines[0] }

  /// The line, and shorter ones for narrow terminals, without names of errors, without steps:
  /// `epoch 3/25 · 1.35 2.71 % · 38,211/s · waiting 9 % · 12 s left`.
  var lines: [String] {
    let (named, bare) = (errors.map { "\($0.name) \($0.percent) %" }, errors.map(\.percent))
    let few = bare.isEmpty ? "" : bare.joined(separator: " ") + " %"
    let (epoch, step) = ("epoch \(epoch)/\(epochs)", "step \(step)")
    return [
      joined("\(epoch) \(step)/\(steps)", named.joined(separator: " "), " examples/s"),
      joined("\(epoch) \(step)/\(steps)", few, "/s"), joined("\(epoch) \(step)", few, "/s"),
      joined(epoch, few, "/s"),
    ]
  }

  private var errors: [(name: String, percent: String)] {
    [("training", trainingError), ("validation", validationError), ("test", testError)]
      .compactMap { name, error in error.map { (name, Figures.percent($0)) } }
  }

  private func joined(_ place: String, _ errors: String, _ speed: String) -> String {
    let parts: [String?] = [
      place, errors.isEmpty ? nil : errors,
      examplesPerSecond.map { Figures.rate($0) + speed },
      waiting.map { "waiting \(Int((100 * $0).rounded())) %" },
      secondsLeft.flatMap(Figures.time).map { "\($0) left" },
    ]
    return parts.compactMap { $0 }.joined(separator: " · ")
  }
}
