import Records

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
  /// The figure that is told of each split.
  public var figure: Figure
  /// When last measured; nil before that.
  public var training: Double?
  /// When last measured; nil before that or without such a split.
  public var validation: Double?
  /// When last measured; nil before that or without such a split.
  public var test: Double?
  /// The share of proposed steps, in percent, that were accepted in the last epoch, where any were proposed.
  public var acceptance: Double?
  /// Training examples a second.
  public var examplesPerSecond: Double?
  /// The share of rank 0's time that went to other ranks, 0…1; nil on one rank, and before it is measured.
  public var waiting: Double?
  /// Seconds to the run's end, as far as it can be told; nil before that, and at the end.
  public var secondsLeft: Double?

  public init(
    epoch: Int, epochs: Int, step: Int, steps: Int, figure: Figure = .error, training: Double? = nil,
    validation: Double? = nil, test: Double? = nil, acceptance: Double? = nil,
    examplesPerSecond: Double? = nil,
    waiting: Double? = nil, secondsLeft: Double? = nil
  ) {
    self.epoch = epoch
    self.epochs = epochs
    self.step = step
    self.steps = steps
    self.figure = figure
    self.training = training
    self.validation = validation
    self.test = test
    self.acceptance = acceptance
    self.examplesPerSecond = examplesPerSecond
    self.waiting = waiting
    self.secondsLeft = secondsLeft
  }

  /// `epoch 3/25 step 7500/62500 · training 1.35 % validation 2.71 % · 38,211 examples/s · waiting 9 % · 12 s left`; a
  /// figure without a unit begins with its name: `RMSE training 1.20341`.
  public var line: String { lines[0] }

  /// The line, and shorter ones for narrow terminals, without names of splits, without steps:
  /// `epoch 3/25 · 1.35 2.71 % · 38,211/s · waiting 9 % · 12 s left`.
  var lines: [String] {
    let name = figure.unit == nil ? figure.name + " " : ""
    let named = scores.map { "\($0.split) " + Figures.scoreWithUnit($0.value, figure) }.joined(separator: " ")
    let bare = scores.map { Figures.score($0.value, figure) }.joined(separator: " ")
    let whole = named.isEmpty ? "" : name + named
    let few = bare.isEmpty ? "" : name + bare + (figure.unit.map { " \($0)" } ?? "")
    let (epoch, step) = ("epoch \(epoch)/\(epochs)", "step \(step)")
    return [
      joined("\(epoch) \(step)/\(steps)", whole, " examples/s"),
      joined("\(epoch) \(step)/\(steps)", few, "/s"), joined("\(epoch) \(step)", few, "/s"),
      joined(epoch, few, "/s"),
    ]
  }

  private var scores: [(split: String, value: Double)] {
    [("training", training), ("validation", validation), ("test", test)]
      .compactMap { split, value in value.map { (split, $0) } }
  }

  private func joined(_ epoch: String, _ scores: String, _ speed: String) -> String {
    let parts: [String?] = [
      epoch, scores.isEmpty ? nil : scores,
      acceptance.map { "accepted \(Int($0.rounded())) %" },
      examplesPerSecond.map { Figures.rate($0) + speed },
      waiting.map { "waiting \(Int((100 * $0).rounded())) %" },
      secondsLeft.flatMap(Figures.time).map { "\($0) left" },
    ]
    return parts.compactMap { $0 }.joined(separator: " · ")
  }
}
