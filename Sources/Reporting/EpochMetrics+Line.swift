import Foundation

/// What is wrong with a line of metrics.
struct MetricsLineDamage: Error {
  let problem: String
}

extension EpochMetrics {
  /// The epoch of a line of `metrics.jsonl`; nil for a line of another event.
  init?(line: [UInt8]) throws(MetricsLineDamage) {
    guard let object = try? JSONDecoder().decode(Line.self, from: Data(line)) else {
      throw MetricsLineDamage(problem: "this line is not a JSON object of metrics")
    }
    let fixed = object.fixed
    guard fixed.event == "epoch" else { return nil }
    guard let epoch = fixed.epoch, let step = fixed.step else {
      throw MetricsLineDamage(problem: "this epoch's line lacks 'epoch' or 'step'")
    }
    self.init(
      epoch: epoch, step: step, training: object.scores("training"), validation: object.scores("validation"),
      test: object.scores("test"), cost: fixed.cost, energy: fixed.energy,
      freeEnergy: fixed.freeEnergy, freeEnergyGap: fixed.freeEnergyGap, logLikelihood: fixed.logLikelihood,
      examplesPerSecond: fixed.examplesPerSecond, seconds: fixed.seconds,
      freeIterations: fixed.freeIterations, nudgedIterations: fixed.nudgedIterations,
      freeResidual: fixed.freeResidual, nudgedResidual: fixed.nudgedResidual,
      atLower: Self.numbers(fixed.atLower), atUpper: Self.numbers(fixed.atUpper),
      weightChange: Self.numbers(fixed.weightChange), rates: Self.numbers(fixed.rates),
      violations: fixed.violations, rejected: fixed.rejected, acceptance: fixed.acceptance, ranks: fixed.ranks
    )
    goodnessPositive = Self.numbers(fixed.goodnessPositive)
    goodnessNegative = Self.numbers(fixed.goodnessNegative)
    (separated, layerErrors) = (Self.numbers(fixed.separated), Self.numbers(fixed.layerErrors))
    deadUnits = Self.numbers(fixed.deadUnits)
  }

  /// JSON has no NaN: what was not finite was written as `null`.
  private static func numbers(_ values: [Double?]?) -> [Double]? { values?.map { $0 ?? .nan } }

  /// A line as it is written: figures by their names, whatever the task's are, and the rest.
  private struct Line: Decodable {
    let fixed: Fixed
    private var figures: [String: Double] = [:]

    private struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init?(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      fixed = try Fixed(from: decoder)
      let container = try decoder.container(keyedBy: Name.self)
      let splits = EpochMetrics.splits.map { $0.name + "_" }
      for name in container.allKeys where splits.contains(where: name.stringValue.hasPrefix) {
        figures[name.stringValue] = try container.decodeIfPresent(Double.self, forKey: name)
      }
    }

    /// By the figures' keys.
    func scores(_ split: String) -> [String: Double] {
      figures.reduce(into: [:]) { scores, figure in
        guard figure.key.hasPrefix(split + "_") else { return }
        scores[String(figure.key.dropFirst(split.count + 1))] = figure.value
      }
    }
  }

  private struct Fixed: Decodable {
    let event: String?
    let epoch: Int?
    let step: Int?
    let cost: Double?
    let energy: Double?
    let freeEnergy: Double?
    let freeEnergyGap: Double?
    let logLikelihood: Double?
    let examplesPerSecond: Double?
    let seconds: Double?
    let freeIterations: Double?
    let nudgedIterations: Double?
    let freeResidual: Double?
    let nudgedResidual: Double?
    let atLower: [Double?]?
    let atUpper: [Double?]?
    let weightChange: [Double?]?
    let rates: [Double?]?
    let violations: Double?
    let rejected: Int?
    let acceptance: Double?
    let ranks: Int?
    let goodnessPositive: [Double?]?
    let goodnessNegative: [Double?]?
    let separated: [Double?]?
    let layerErrors: [Double?]?
    let deadUnits: [Double?]?

    private enum CodingKeys: String, CodingKey {
      case event, epoch, step, cost, energy, seconds, rates, violations, rejected, acceptance, ranks,
        separated
      case goodnessPositive = "goodness_positive"
      case goodnessNegative = "goodness_negative"
      case layerErrors = "layer_errors"
      case deadUnits = "dead_units"
      case freeEnergy = "free_energy"
      case freeEnergyGap = "free_energy_gap"
      case logLikelihood = "log_likelihood"
      case examplesPerSecond = "examples_per_second"
      case freeIterations = "free_iterations"
      case nudgedIterations = "nudged_iterations"
      case freeResidual = "free_residual"
      case nudgedResidual = "nudged_residual"
      case atLower = "at_lower"
      case atUpper = "at_upper"
      case weightChange = "weight_change"
    }
  }
}
