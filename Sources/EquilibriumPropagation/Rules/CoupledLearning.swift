/// Coupled learning: the second phase holds the output at y⁰ − β ∂C/∂y = y⁰ + β (d − y⁰), and the contrast is taken over
/// that displacement.
///
///     ΔW_k ∝ (1/β) · mean over the batch of [ ρ(s_{k−1}^β) ρ(s_k^β)ᵀ − ρ(s_{k−1}⁰) ρ(s_k⁰)ᵀ ]
///
/// One-sided nudging with β > 0 is its positive form, with β < 0 its negative one; centered nudging contrasts the two.
/// At β = 1 it is contrastive learning. It descends (E(s^β) − E(s⁰)) / β, not C; rows where E(s^β) < E(s⁰) are violations.
///
/// Source: Stern et al. 2021, doi:10.1103/PhysRevX.11.021045; centered: Scellier et al. 2023, arXiv:2312.15103.
public struct CoupledLearning: Rule {
  public static let name = "coupled"
  public static let summary = "The contrast of a phase with the output held a little nearer to the targets."
  public init() {}

  public var kinds: (kinds: [NudgingKind], reason: String)? {
    ([.oneSided, .randomSign, .centered], "clamps the output at real values")
  }

  public func phases(_ scheme: Scheme, sign: Double) -> [Phase] {
    [.free(scheme)] + shares(scheme, sign: sign).map { .held(scheme, at: $0) }
  }

  public func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
    let shares = shares(scheme, sign: sign)
    let isCentered = shares.count == 2
    return ContrastForm(
      [scheme.difference(1, minus: isCentered ? 2 : 0)], over: isCentered ? 2 * shares[0] : shares[0],
      promise: scheme.promise(.energy))
  }

  private func shares(_ scheme: Scheme, sign: Double) -> [Double] {
    let beta = scheme.nudging.beta
    return switch scheme.nudging.kind {
    case .centered: [beta, -beta]
    case .randomSign: [sign * beta]
    case .oneSided, .points: [beta]
    }
  }
}

extension LearningRule {
  public static let coupled = LearningRule(CoupledLearning())
}
