import EnergyModels
import Tensors

/// Equilibrium propagation on one portion of a network and the rows of a batch.
///
///     F(s) = E(s) + β C(y)
///     free phase:    relax with β = 0 to s⁰
///     nudged phase:  from s⁰, relax with β ≠ 0 to s^β
///     ΔW_k ∝ (1/β) · mean over the batch of [ ρ(s_{k−1}^β) ρ(s_k^β)ᵀ − ρ(s_{k−1}⁰) ρ(s_k⁰)ᵀ ]
///
/// which tends to −dC/dW_k, measured at s⁰, as β → 0; with phases at ±β and 2β below, the error falls from O(β) to O(β²).
///
/// Source: Scellier & Bengio 2017, doi:10.3389/fncom.2017.00024; centered: Laborieux et al. 2021,
/// doi:10.3389/fnins.2021.633674.
public struct EquilibriumPropagation {
  public let nudging: Nudging
  public let relaxation: Relaxation
  let relaxer: Relaxer

  /// Phases for batches of at most `rows` rows.
  public init(
    portion: Portion, relaxation: Relaxation, nudging: Nudging, rows: Int, precision: Precision,
    neighbours: any Neighbours
  ) {
    self.nudging = nudging
    self.relaxation = relaxation
    relaxer = Relaxer(
      portion: portion, relaxation: relaxation, rows: rows, precision: precision, neighbours: neighbours)
  }

  /// s⁰: relaxes with β = 0. `start` gives the portion's own units; neighbours' are exchanged first.
  public func freePhase(
    from start: State, clamped: Clamped, parameters: Parameters
  ) throws -> Settled {
    let start = try relaxer.begin(start, clamped: clamped, parameters: parameters)
    return try relaxer.relax(start, beta: 0, for: relaxation.free, clamped: clamped, parameters: parameters)
  }

  /// s^β: relaxes from s⁰ with the output pulled towards the targets (β > 0) or pushed away (β < 0).
  public func nudgedPhase(
    from free: State, beta: Double, clamped: Clamped, parameters: Parameters
  ) throws -> Settled {
    try relaxer.relax(free, beta: beta, for: relaxation.nudged, clamped: clamped, parameters: parameters)
  }

  /// The nudged phase or phases from s⁰, and the contrast they give.
  ///
  /// - Parameter sign: +1 or −1, drawn once a step; only random-sign nudging looks at it.
  public func contrast(
    free: State, sign: Double, clamped: Clamped, parameters: Parameters
  ) throws -> (contrast: Contrast, phases: [Settled]) {
    func nudged(_ beta: Double) throws -> Settled {
      try nudgedPhase(from: free, beta: beta, clamped: clamped, parameters: parameters)
    }
    let beta = nudging.beta
    switch nudging.kind {
    case .oneSided:
      let plus = try nudged(beta)
      return (Contrast(plus.state, minus: free, over: beta, clamped: clamped), [plus])
    case .randomSign:
      let plus = try nudged(sign * beta)
      return (Contrast(plus.state, minus: free, over: sign * beta, clamped: clamped), [plus])
    case .centered:
      let (plus, minus) = (try nudged(beta), try nudged(-beta))
      return (Contrast(plus.state, minus: minus.state, over: 2 * beta, clamped: clamped), [plus, minus])
    case .points: preconditionFailure("complex phases")
    }
  }
}
