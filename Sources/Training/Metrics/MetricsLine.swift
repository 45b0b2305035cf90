import Foundation

/// One line of `metrics.jsonl`: an epoch's figures.
public struct MetricsLine: Equatable, Sendable {
  /// Epochs completed, this one included.
  public var epoch: Int
  /// Steps of the run made by its end, those before a resume included.
  public var step: Int
  /// In percent: training examples that were wrong when they were met, before the step that learns from them.
  public var trainingError: Double?
  /// In percent, with the weights of the epoch's end; nil where the run has no validation examples.
  public var validationError: Double?
  /// The same of the test examples.
  public var testError: Double?
  /// Mean cost of the training examples' free states.
  public var cost: Double?
  /// Mean energy of the evaluated free states: the validation set's, else the test set's.
  public var energy: Double?
  /// How the training examples' phases went.
  public var relaxation: RelaxationFigures
  /// Training examples of all ranks over `seconds`.
  public var examplesPerSecond: Double
  /// Seconds of the epoch's steps, with the checkpoints between them and without the evaluation after them; of an
  /// epoch that was taken up only those of its steps since then, as in `examplesPerSecond`.
  public var seconds: Double
  /// How many ranks trained the epoch.
  public var ranks: Int?

  public init(
    epoch: Int, step: Int, trainingError: Double?, validationError: Double?, testError: Double?,
    cost: Double?, energy: Double?, relaxation: RelaxationFigures = RelaxationFigures(),
    examplesPerSecond: Double, seconds: Double, ranks: Int? = nil
  ) {
    self.epoch = epoch
    self.step = step
    self.trainingError = trainingError
    self.validationError = validationError
    self.testError = testError
    self.cost = cost
    self.energy = energy
    self.relaxation = relaxation
    self.examplesPerSecond = examplesPerSecond
    self.seconds = seconds
    self.ranks = ranks
  }

  /// The line as JSON, keys in a fixed order; times and ranks, which grids do not share, last.
  public var json: String {
    var fields = ["\"event\":\"epoch\"", "\"epoch\":\(epoch)", "\"step\":\(step)"]
    for (key, value) in [
      ("training_error", trainingError), ("validation_error", validationError), ("test_error", testError),
      ("cost", cost), ("energy", energy),
    ] {
      if let value { fields.append("\"\(key)\":\(value.json)") }
    }
    fields += relaxation.fields
    fields.append("\"examples_per_second\":\((examplesPerSecond * 10).rounded() / 10)")
    fields.append("\"seconds\":\((seconds * 1000).rounded() / 1000)")
    if let ranks { fields.append("\"ranks\":\(ranks)") }
    return "{" + fields.joined(separator: ",") + "}"
  }

  /// The epoch of a line; nil when the line is torn.
  package static func epoch(of line: String) -> Int? {
    guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
      return nil
    }
    return object["epoch"] as? Int
  }
}

extension Double {
  /// The number as JSON, which knows neither infinities nor NaN.
  var json: String { isFinite ? "\(self)" : "null" }
}
