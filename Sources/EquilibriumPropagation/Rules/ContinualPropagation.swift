/// Equilibrium propagation with continual updates, the form of spike timing: weights change at every step of the nudged
/// phase, each by what its two ends did in that step.
///
///     ΔW_k at step t ∝ (1/β) · mean of [ ½(ρ_{k−1}^t + ρ_{k−1}^{t+1}) (ρ_k^{t+1} − ρ_k^t)ᵀ
///                                      + (ρ_{k−1}^{t+1} − ρ_{k−1}^t) ½(ρ_k^t + ρ_k^{t+1})ᵀ ]
///
/// With weights that wait, the steps add up to the contrast of the whole phase, term by term. Violations are told, and never
/// left out.
///
/// Source: Ernoult et al. 2020, arXiv:2005.04168; Bengio et al. 2017, doi:10.1162/NECO_a_00934.
public struct ContinualPropagation: Rule {
  public static let name = "continual"
  public static let summary = "Weights change in every iteration of the nudged phase."
  public init() {}

  public var kinds: (kinds: [NudgingKind], reason: String)? {
    ([.oneSided, .randomSign], "learns along a single nudged phase")
  }

  public func phases(_ scheme: Scheme, sign: Double) -> [Phase] {
    [.free(scheme), .nudged(scheme, beta: beta(scheme, sign))]
  }

  public func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
    ContrastForm(
      [.difference(1, minus: 0)], over: beta(scheme, sign), learns: .everyIteration, promise: .cost)
  }

  private func beta(_ scheme: Scheme, _ sign: Double) -> Double {
    scheme.nudging.kind == .randomSign ? sign * scheme.nudging.beta : scheme.nudging.beta
  }
}

extension LearningRule {
  public static let continual = LearningRule(ContinualPropagation())
}
