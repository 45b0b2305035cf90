import EnergyModels

/// Equilibrium propagation with continual updates, the form of spike timing: weights change at every step of the nudged
/// phase, each by what its two ends did in that step.
///
///     ΔW_k at step t ∝ (1/β) · mean of [ ½(ρ_{k−1}^t + ρ_{k−1}^{t+1}) (ρ_k^{t+1} − ρ_k^t)ᵀ
///                                      + (ρ_{k−1}^{t+1} − ρ_{k−1}^t) ½(ρ_k^t + ρ_k^{t+1})ᵀ ]
///
/// With weights that wait, the steps add up to the contrast of the whole phase, term by term.
///
/// Source: Ernoult et al. 2020, arXiv:2005.04168; Bengio et al. 2017, doi:10.1162/NECO_a_00934.
public struct ContinualPropagation: LearningRule {
  let phases: Phases
  let nudging: Nudging

  public func infer(from start: State, clamped: Clamped, parameters: Parameters) throws -> Settled {
    try phases.free(from: start, clamped: clamped, parameters: parameters)
  }

  /// One update after each of the `nudged.atMost` iterations, by the contrast of that iteration, of strength β or,
  /// where the sign is random, ±β; the input drives anew with the changed weights. The lesson has the end of the
  /// phase alone, which counts all its iterations. Violations are told, and never left out.
  public func learn(
    from free: State, sign: Double, clamped: Clamped, parameters: inout Parameters,
    update: (inout Parameters, Contrast) throws -> Void
  ) throws -> Lesson {
    let beta = nudging.kind == .randomSign ? sign * nudging.beta : nudging.beta
    let duration = phases.relaxation.nudged
    var (clamped, state) = (clamped, free)
    var last: Settled?
    for step in 0..<duration.atMost {
      if step > 0 { clamped.setInputDrives(parameters) }
      var settled = try phases.nudged(
        from: state, beta: beta, for: Duration(atMost: 1), clamped: clamped, parameters: parameters)
      try update(&parameters, Contrast(settled.state, minus: state, over: beta, clamped: clamped))
      state = settled.state
      settled.iterations = settled.iterations.map { _ in step + 1 }
      last = settled
    }
    let violations = phases.propositionViolations(
      free: free, nudged: [(beta, state)], clamped: clamped)
    return Lesson(phases: last.map { [$0] } ?? [], violations: violations)
  }
}
