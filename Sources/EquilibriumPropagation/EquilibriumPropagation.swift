import EnergyModels
import Tensors

/// Equilibrium propagation on one portion of a network and the rows of a batch.
///
///     F(s) = E(s) + β C(y)
///     free phase:    relax with β = 0 to s⁰
///     nudged phase:  from s⁰, relax with β ≠ 0 to s^β
///     ΔW_k ∝ (1/β) · mean over the batch of [ ρ(s_{k−1}^β) ρ(s_k^β)ᵀ − ρ(s_{k−1}⁰) ρ(s_k⁰)ᵀ ]
///
/// which tends to −dC/dW_k, measured at s⁰, as β → 0; with phases at ±β and 2β below, the error falls from O(β) to O(β²),
/// and with N phases at the N-th roots β e^{2πin/N}, on complex states, to O(β^N).
///
/// Source: Scellier & Bengio 2017, doi:10.3389/fncom.2017.00024; centered: Laborieux et al. 2021,
/// doi:10.3389/fnins.2021.633674; N points: Laborieux & Zenke 2022, arXiv:2209.00530.
public struct EquilibriumPropagation: LearningRule {
  public let nudging: Nudging
  /// The phases on real states.
  public let phases: Phases
  /// Where complex states settle.
  let complexRelaxer: Relaxer?

  init(phases: Phases, nudging: Nudging) {
    self.phases = phases
    self.nudging = nudging
    let relaxer = phases.relaxer
    complexRelaxer =
      nudging.isComplex
      ? Relaxer(
        portion: relaxer.portion, relaxation: relaxer.relaxation, rows: 2 * relaxer.capacity,
        precision: relaxer.precision, neighbours: relaxer.neighbours) : nil
  }

  /// Phases for batches of at most `rows` rows.
  public init(
    portion: Portion, relaxation: Relaxation, nudging: Nudging, rows: Int, precision: Precision,
    neighbours: any Neighbours
  ) {
    let phases = Phases(
      portion: portion, relaxation: relaxation, rows: rows, precision: precision, neighbours: neighbours)
    self.init(phases: phases, nudging: nudging)
  }

  /// s⁰: relaxes with β = 0. `start` gives the portion's own units; neighbours' are exchanged first.
  public func freePhase(
    from start: State, clamped: Clamped, parameters: Parameters
  ) throws -> Settled {
    try phases.free(from: start, clamped: clamped, parameters: parameters)
  }

  /// s^β: relaxes from s⁰ with the output pulled towards the targets (β > 0) or pushed away (β < 0).
  public func nudgedPhase(
    from free: State, beta: Double, clamped: Clamped, parameters: Parameters
  ) throws -> Settled {
    try phases.nudged(from: free, beta: beta, clamped: clamped, parameters: parameters)
  }

  public func infer(from start: State, clamped: Clamped, parameters: Parameters) throws -> Settled {
    try freePhase(from: start, clamped: clamped, parameters: parameters)
  }

  /// The nudged phase or phases from s⁰, and the contrast they give.
  ///
  /// - Parameter sign: +1 or −1, drawn once a step; only random-sign nudging looks at it.
  public func contrast(
    free: State, sign: Double, clamped: Clamped, parameters: Parameters
  ) throws -> (contrast: Contrast, phases: [(beta: Double, settled: Settled)]) {
    func nudged(_ beta: Double) throws -> (beta: Double, settled: Settled) {
      (beta, try nudgedPhase(from: free, beta: beta, clamped: clamped, parameters: parameters))
    }
    let beta = nudging.beta
    switch nudging.kind {
    case .oneSided, .randomSign:
      let phase = try nudged(nudging.kind == .oneSided ? beta : sign * beta)
      return (Contrast(phase.settled.state, minus: free, over: phase.beta, clamped: clamped), [phase])
    case .centered:
      let (plus, minus) = (try nudged(beta), try nudged(-beta))
      let contrast = Contrast(
        plus.settled.state, minus: minus.settled.state, over: 2 * beta, clamped: clamped)
      return (contrast, [plus, minus])
    case .points:
      return try pointContrast(free: free, clamped: clamped, parameters: parameters)
    }
  }

  /// One update after all nudged phases, which are the lesson's. Violations are those of the proposition at real β
  /// alone; with `nudging.reject` their rows are left out of the contrast, which takes one maximum over the portions.
  public func learn(
    from free: State, sign: Double, clamped: Clamped, parameters: inout Parameters,
    update: (inout Parameters, Contrast) throws -> Void
  ) throws -> Lesson {
    var (contrast, phases) = try contrast(
      free: free, sign: sign, clamped: clamped, parameters: parameters)
    let violations = self.phases.propositionViolations(
      free: free, nudged: phases.filter { $0.beta != 0 }.map { ($0.beta, $0.settled.state) }, clamped: clamped
    )
    if nudging.reject { try self.phases.reject(violations, from: &contrast, clamped: clamped) }
    try update(&parameters, contrast)
    return Lesson(phases: phases.map(\.settled), violations: violations)
  }
}
