import RunFiles

/// How the phases of an epoch's training examples went: the part of a metrics line that tells of relaxation.
public struct RelaxationFigures: Equatable, Sendable {
  /// Mean iterations of a shard's free and nudged phases.
  public var freeIterations: Double?
  /// Mean iterations of a shard's phases after the free one: nudged, held, or the response of
  /// `recurrent-backpropagation`; like `freeIterations` nil where nothing relaxes.
  public var nudgedIterations: Double?
  /// The largest |Δs| / ε of a last iteration.
  public var freeResidual: Double?
  /// The largest |Δs| / ε of a last iteration of the phases after the free one, over the epoch.
  public var nudgedResidual: Double?
  /// For each layer the share of units of free states at the lower and at the upper bound of ρ's range, and within 1 %
  /// of it where ρ is smooth.
  public var atLower: [Double] = []
  /// The same at the upper bound; both are shares in 0…1, and 0 where ρ has no upper bound.
  public var atUpper: [Double] = []
  /// For each layer the mean over measured steps of ‖ΔW_k‖/‖W_k‖.
  public var weightChange: [Double] = []
  /// For each layer the rate at the epoch's end, before the schedule's factor.
  public var rates: [Double] = []
  /// Examples in percent that broke the rule's promise: C(s^{+β}) ≤ C(s⁰) ≤ C(s^{−β}) of equilibrium propagation, an
  /// objective E(s^β) − E(s⁰) ≥ 0 of the rules that clamp the output.
  public var violations: Double?
  /// Examples left out of the mean for that.
  public var rejected: Int?
  /// Steps in percent that examples accepted of those that `mala` proposed to them, over all phases.
  public var acceptance: Double?

  /// No figures: nil and empty.
  public init() {}

  package init(_ tally: RelaxationTally, run: RunFile, rates: [Double]) {
    let relaxes = run.procedure.relaxes
    if relaxes {
      freeIterations = tally.free.mean
      nudgedIterations = tally.nudged.mean
      freeResidual = tally.free.residual
      nudgedResidual = tally.nudged.residual
    }
    func shares(_ counts: [Int]) -> [Double] {
      zip(counts, tally.units).map { $1 == 0 ? 0 : Double($0) / Double($1) }
    }
    atLower = shares(tally.low)
    atUpper = shares(tally.high)
    weightChange = tally.measurements == 0 ? [] : tally.changes.map { $0 / Double(tally.measurements) }
    self.rates = rates
    violations = tally.judged == 0 ? nil : 100 * Double(tally.violations) / Double(tally.judged)
    rejected = run.nudging.reject ? tally.rejected : nil
    acceptance = tally.acceptance?.share.map { 100 * $0 }
  }

  /// The figures that are there, as fields of a JSON object, in a fixed order.
  var fields: [String] {
    let numbers = [
      ("free_iterations", freeIterations), ("nudged_iterations", nudgedIterations),
      ("free_residual", freeResidual), ("nudged_residual", nudgedResidual),
    ].compactMap { key, value in value.map { "\"\(key)\":\($0.json)" } }
    let lists = [
      ("at_lower", atLower), ("at_upper", atUpper), ("weight_change", weightChange), ("rates", rates),
    ].compactMap { key, values in
      values.isEmpty ? nil : "\"\(key)\":[" + values.map(\.json).joined(separator: ",") + "]"
    }
    return numbers + lists + (violations.map { ["\"violations\":\($0.json)"] } ?? [])
      + (rejected.map { ["\"rejected\":\($0)"] } ?? [])
      + (acceptance.map { ["\"acceptance\":\($0.json)"] } ?? [])
  }
}
