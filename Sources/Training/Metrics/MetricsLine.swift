import Foundation
import Records

/// One line of `metrics.jsonl`: an epoch's figures.
public struct MetricsLine: Equatable, Sendable {
  /// Epochs completed, this one included.
  public var epoch: Int
  /// Steps of the run made by its end, those before a resume included.
  public var step: Int
  /// The task's figures of training examples as they were met, before the step that learns from them.
  public var training: [Score]
  /// With the weights of the epoch's end; none where the run has no validation examples.
  public var validation: [Score]
  /// The same of the test examples.
  public var test: [Score]
  /// Mean cost of the training examples' free states.
  public var cost: Double?
  /// Mean energy of the evaluated free states: the validation set's, else the test set's.
  public var energy: Double?
  /// What is told of a model of inputs.
  public var density: DensityFigures?
  /// What is told of layers that learn by themselves.
  public var layered: LayeredFigures?
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
    epoch: Int, step: Int, training: [Score], validation: [Score] = [], test: [Score] = [],
    cost: Double?, energy: Double?, density: DensityFigures? = nil, layered: LayeredFigures? = nil,
    relaxation: RelaxationFigures = RelaxationFigures(),
    examplesPerSecond: Double, seconds: Double, ranks: Int? = nil
  ) {
    self.epoch = epoch
    self.step = step
    self.training = training
    self.validation = validation
    self.test = test
    self.cost = cost
    self.energy = energy
    self.density = density
    self.layered = layered
    self.relaxation = relaxation
    self.examplesPerSecond = examplesPerSecond
    self.seconds = seconds
    self.ranks = ranks
  }

  /// What judges the epoch: the first figure of the validation examples, else of the training examples.
  public var judging: Score? {
    if let likelihood = density?.logLikelihood { return Score(.logLikelihood, likelihood) }
    if let score = validation.first, score.value != nil { return score }
    return training.first
  }

  /// A figure by the name that the line's JSON has for it, and which way it is better; of nil what judges the epoch. Nil where
  /// it has none.
  func value(of name: String?) -> (Double, Figure)? {
    guard let name else { return judging.flatMap { score in score.value.map { ($0, score.figure) } } }
    if name == "cost" { return cost.map { ($0, Figure("cost", name: "cost", axis: "cost")) } }
    for (key, value, figure) in density?.figures ?? [] where key == name { return (value, figure) }
    for (split, scores) in [("training", training), ("validation", validation), ("test", test)] {
      for score in scores where "\(split)_\(score.figure.key)" == name {
        return score.value.map { ($0, score.figure) }
      }
    }
    return nil
  }

  /// The line as JSON, keys in a fixed order; times and ranks, which grids do not share, last.
  public var json: String {
    var fields = ["\"event\":\"epoch\"", "\"epoch\":\(epoch)", "\"step\":\(step)"]
    let scores = [("training", training), ("validation", validation), ("test", test)].flatMap {
      split, scores in
      scores.map { ("\(split)_\($0.figure.key)", $0.value) }
    }
    for (key, value) in scores + [("cost", cost), ("energy", energy)] {
      if let value { fields.append("\"\(key)\":\(value.json)") }
    }
    fields += (density?.fields ?? []) + (layered?.fields ?? []) + relaxation.fields
    fields.append("\"examples_per_second\":\((examplesPerSecond * 10).rounded() / 10)")
    fields.append("\"seconds\":\((seconds * 1000).rounded() / 1000)")
    if let ranks { fields.append("\"ranks\":\(ranks)") }
    return "{" + fields.joined(separator: ",") + "}"
  }

  /// Whether a line, of an epoch or of steps within one, was written before a run stood at a step of an epoch, so many being
  /// complete; nil when the line is torn.
  package static func isPast(_ line: String, epoch: Int, step: Int) -> Bool? {
    guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
      return nil
    }
    if object["event"] as? String == "steps" { return (object["step"] as? Int).map { $0 <= step } }
    return (object["epoch"] as? Int).map { $0 <= epoch }
  }
}

/// What is told of a model of inputs, with the weights of an epoch's end.
public struct DensityFigures: Equatable, Sendable {
  /// The mean of F(v) = −T ln Σ_h e^{−E(v, h)/T} of the validation examples, else of the test examples.
  public var freeEnergy: Double?
  /// That of as many training examples.
  public var training: Double?
  /// Exact, of the same examples, in nats an example, where few enough units are hidden.
  public var logLikelihood: Double?

  /// Training − validation: 0 as long as nothing is learnt by heart.
  public var gap: Double? {
    guard let freeEnergy, let training else { return nil }
    return training - freeEnergy
  }

  /// With their names in a line.
  var figures: [(key: String, value: Double, figure: Figure)] {
    [
      ("free_energy", freeEnergy, Figure("free_energy", name: "free energy", axis: "free energy")),
      (
        "free_energy_gap", gap,
        Figure("free_energy_gap", name: "free-energy gap", axis: "free energy, training − validation")
      ), ("log_likelihood", logLikelihood, .logLikelihood),
    ].compactMap { key, value, figure in value.map { (key, $0, figure) } }
  }

  var fields: [String] { figures.map { "\"\($0.key)\":\($0.value.json)" } }
}

extension Double {
  /// The number as JSON, which knows neither infinities nor NaN.
  var json: String { isFinite ? "\(self)" : "null" }
}
