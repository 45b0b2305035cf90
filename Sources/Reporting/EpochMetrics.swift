import Records

/// The figures of one epoch, as `metrics.jsonl` holds them.
public struct EpochMetrics: Equatable, Sendable {
  /// Counted from 1.
  public var epoch: Int
  /// Weight updates made since the run began.
  public var step: Int
  /// Of the training split, the task's figures by their keys.
  public var training: [String: Double]
  /// Of the validation split; none where the data have none.
  public var validation: [String: Double]
  /// Of the test split; none where the data have none.
  public var test: [String: Double]
  /// Mean cost of the training examples at their free states.
  public var cost: Double?
  /// Mean energy of the evaluated free states: the validation set's, else the test set's.
  public var energy: Double?
  /// Of a model of inputs the mean free energy of the validation examples, else of the test examples, and how far that of as
  /// many training examples lies above it.
  public var freeEnergy: Double?
  public var freeEnergyGap: Double?
  /// The exact mean of ln p of the same examples, where it is counted.
  public var logLikelihood: Double?
  /// Of each hidden layer that learns by itself: mean goodness of training examples with their label and with another, how
  /// many are told apart, in percent, how many the layer alone answers wrongly, and how many of its units are dead.
  public var goodnessPositive: [Double]?
  public var goodnessNegative: [Double]?
  public var separated: [Double]?
  public var layerErrors: [Double]?
  public var deadUnits: [Double]?
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
  /// The share of proposed steps, in percent, that examples accepted where states are drawn by `mala`.
  public var acceptance: Double?

  public init(
    epoch: Int, step: Int, training: [String: Double] = [:], validation: [String: Double] = [:],
    test: [String: Double] = [:], cost: Double? = nil, energy: Double? = nil,
    freeEnergy: Double? = nil, freeEnergyGap: Double? = nil, logLikelihood: Double? = nil,
    examplesPerSecond: Double? = nil,
    seconds: Double? = nil, freeIterations: Double? = nil, nudgedIterations: Double? = nil,
    freeResidual: Double? = nil, nudgedResidual: Double? = nil, atLower: [Double]? = nil,
    atUpper: [Double]? = nil, weightChange: [Double]? = nil, rates: [Double]? = nil,
    violations: Double? = nil, rejected: Int? = nil, acceptance: Double? = nil, ranks: Int? = nil
  ) {
    self.epoch = epoch
    self.step = step
    self.training = training
    self.validation = validation
    self.test = test
    self.cost = cost
    self.energy = energy
    (self.freeEnergy, self.freeEnergyGap, self.logLikelihood) = (freeEnergy, freeEnergyGap, logLikelihood)
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
    self.acceptance = acceptance
    self.ranks = ranks
  }

  /// What judges an epoch: a figure of the validation split, or of the training split where there is none.
  public func judging(_ figure: Figure) -> Double? { validation[figure.key] ?? training[figure.key] }

  /// The splits that figures are told of, in their order.
  static var splits: [(name: String, scores: KeyPath<EpochMetrics, [String: Double]>)] {
    [("training", \.training), ("validation", \.validation), ("test", \.test)]
  }

  /// The figures of every split, as metrics name them: `test_rmse`.
  static func scores(_ figures: [Figure]) -> [(key: String, value: (EpochMetrics) -> Double?)] {
    splits.flatMap { split, scores in
      figures.map { figure in ("\(split)_\(figure.key)", { $0[keyPath: scores][figure.key] }) }
    }
  }
}

extension [EpochMetrics] {
  /// The index of the epoch that a figure judges best, of equals the first; nil where none has the figure. Where ln p is
  /// counted, that judges.
  func best(by figure: Figure?) -> Int? {
    let likelihoods = enumerated().filter { $0.element.logLikelihood?.isFinite ?? false }
    if let most = likelihoods.map({ $0.element.logLikelihood ?? 0 }).max() {
      return likelihoods.first { $0.element.logLikelihood == most }?.offset
    }
    guard let figure else { return nil }
    var best: (index: Int, value: Double)?
    for (index, epoch) in enumerated() {
      guard let value = epoch.judging(figure), value.isFinite,
        figure.isBetter(value, than: best?.value ?? figure.worst)
      else { continue }
      best = (index, value)
    }
    return best?.index
  }
}
