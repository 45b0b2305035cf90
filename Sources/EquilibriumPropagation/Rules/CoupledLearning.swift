import EnergyModels

/// Coupled learning: the second phase holds the output at y⁰ − β ∂C/∂y = y⁰ + β (d − y⁰), and the contrast is taken over
/// that displacement.
///
///     ΔW_k ∝ (1/β) · mean over the batch of [ ρ(s_{k−1}^β) ρ(s_k^β)ᵀ − ρ(s_{k−1}⁰) ρ(s_k⁰)ᵀ ]
///
/// One-sided nudging with β > 0 is its positive form, with β < 0 its negative one; centered nudging contrasts the two.
/// At β = 1 it is contrastive learning. It descends (E(s^β) − E(s⁰)) / β, not C; rows where E(s^β) < E(s⁰) are violations.
///
/// Source: Stern et al. 2021, doi:10.1103/PhysRevX.11.021045; centered: Scellier et al. 2023, arXiv:2312.15103.
public struct CoupledLearning: LearningRule {
  let phases: Phases
  let nudging: Nudging

  public func infer(from start: State, clamped: Clamped, parameters: Parameters) throws -> Settled {
    try phases.free(from: start, clamped: clamped, parameters: parameters)
  }

  /// One update, of strength ±β, or 2β where two phases are contrasted: the lesson has one, or both, that at +β first.
  /// Energies are compared, over all portions, whether or not violations are left out.
  public func learn(
    from free: State, sign: Double, clamped: Clamped, parameters: inout Parameters,
    update: (inout Parameters, Contrast) throws -> Void
  ) throws -> Lesson {
    func held(at share: Double) throws -> Settled {
      try phases.clampedOutput(from: free, share: share, clamped: clamped, parameters: parameters)
    }
    let isCentered = nudging.kind == .centered
    let share = nudging.kind == .randomSign ? sign * nudging.beta : nudging.beta
    let plus = try held(at: share)
    let minus = isCentered ? try held(at: -share) : nil
    let settled = [plus] + (minus.map { [$0] } ?? [])
    let violations = try phases.energyViolations(
      free: free, others: settled.map(\.state), clamped: clamped, parameters: parameters)
    var contrast = Contrast(
      plus.state, minus: minus?.state ?? free, over: isCentered ? 2 * share : share, clamped: clamped)
    if nudging.reject { try phases.reject(violations, from: &contrast, clamped: clamped) }
    try update(&parameters, contrast)
    return Lesson(phases: settled, violations: violations)
  }
}
