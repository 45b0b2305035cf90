import EnergyModels

/// Contrastive Hebbian learning: the second phase holds the output at the targets, and the contrast is not divided.
///
///     ΔW_k ∝ mean over the batch of [ ρ(s_{k−1}^∞) ρ(s_k^∞)ᵀ − ρ(s_{k−1}⁰) ρ(s_k⁰)ᵀ ] = −d(E(s^∞) − E(s⁰))/dW_k
///
/// The objective E(s^∞) − E(s⁰) is never negative where s⁰ is the lowest minimum; rows where it is, are violations.
///
/// Source: Movellan 1991; Xie & Seung 2003, doi:10.1162/089976603762552988.
public struct ContrastiveHebbian: LearningRule {
  let phases: Phases
  /// Whether rows whose objective is negative are left out of the mean.
  let rejects: Bool

  public func infer(from start: State, clamped: Clamped, parameters: Parameters) throws -> Settled {
    try phases.free(from: start, clamped: clamped, parameters: parameters)
  }

  /// One update, of strength 1. The lesson's one phase is that with the output held; energies are compared, over all
  /// portions, whether or not violations are left out. `sign` is not looked at.
  public func learn(
    from free: State, sign: Double, clamped: Clamped, parameters: inout Parameters,
    update: (inout Parameters, Contrast) throws -> Void
  ) throws -> Lesson {
    let held = try phases.clampedOutput(from: free, share: 1, clamped: clamped, parameters: parameters)
    let violations = try phases.energyViolations(
      free: free, others: [held.state], clamped: clamped, parameters: parameters)
    var contrast = Contrast(held.state, minus: free, over: 1, clamped: clamped)
    if rejects { try phases.reject(violations, from: &contrast, clamped: clamped) }
    try update(&parameters, contrast)
    return Lesson(phases: [held], violations: violations)
  }
}
