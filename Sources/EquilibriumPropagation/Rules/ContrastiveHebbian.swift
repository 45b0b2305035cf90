/// Contrastive Hebbian learning: the second phase holds the output at the targets, and the contrast is not divided.
///
///     ΔW_k ∝ mean over the batch of [ ρ(s_{k−1}^∞) ρ(s_k^∞)ᵀ − ρ(s_{k−1}⁰) ρ(s_k⁰)ᵀ ] = −d(E(s^∞) − E(s⁰))/dW_k
///
/// The objective E(s^∞) − E(s⁰) is never negative where s⁰ is the lowest minimum; rows where it is, are violations.
///
/// Source: Movellan 1991; Xie & Seung 2003, doi:10.1162/089976603762552988.
public struct ContrastiveHebbian: Rule {
  public static let name = "contrastive-hebbian"
  public static let summary = "The contrast of a phase with the output held at the targets and the free one."
  public init() {}

  public func phases(_ scheme: Scheme, sign: Double) -> [Phase] { [.free(scheme), .held(scheme, at: 1)] }

  public func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
    ContrastForm([scheme.difference(1, minus: 0)], over: 1, promise: scheme.promise(.energy))
  }
}

extension LearningRule {
  public static let contrastiveHebbian = LearningRule(ContrastiveHebbian())
}
