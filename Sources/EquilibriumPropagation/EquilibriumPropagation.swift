import EnergyModels

/// Equilibrium propagation.
///
///     F(s) = E(s) + β C(y)
///     free phase:    relax with β = 0 to s⁰
///     nudged phase:  from s⁰, relax with β ≠ 0 to s^β
///     ΔW_k ∝ (1/β) · mean over the batch of [ ρ(s_{k−1}^β) ρ(s_k^β)ᵀ − ρ(s_{k−1}⁰) ρ(s_k⁰)ᵀ ]
///
/// which tends to −dC/dW_k, measured at s⁰, as β → 0; with phases at ±β and 2β below, the error falls from O(β) to O(β²),
/// and with N phases at the N-th roots β e^{2πin/N}, on complex states, to O(β^N).
///
/// Where states are drawn, averages over e^{−F/T} stand in place of the two states, and what is descended is ⟨C⟩:
///
///     d⟨C⟩/dθ = lim (1/β) ( ⟨∂E/∂θ⟩^β − ⟨∂E/∂θ⟩⁰ ) = −Cov⁰(∂E/∂θ, C) / T
///
/// Source: Scellier & Bengio 2017, doi:10.3389/fncom.2017.00024; centered: Laborieux et al. 2021,
/// doi:10.3389/fnins.2021.633674; N points: Laborieux & Zenke 2022, arXiv:2209.00530.
public struct EquilibriumPropagation: Rule {
  public static let name = "equilibrium-propagation"
  public static let summary = "The contrast of nudged phases and the free phase, over β."
  public init() {}

  public func phases(_ scheme: Scheme, sign: Double) -> [Phase] {
    let beta = scheme.nudging.beta
    if scheme.usesCovariance {
      var free = Phase.free(scheme)
      free.keeps = .averages(last: scheme.relaxation.sampling.average, withCosts: true)
      return [free]
    }
    let nudged: [Phase] =
      switch scheme.nudging.kind {
      case .oneSided: [.nudged(scheme, beta: beta)]
      case .randomSign: [.nudged(scheme, beta: sign * beta)]
      case .centered: [.nudged(scheme, beta: beta), .nudged(scheme, beta: -beta)]
      case .points: Points(scheme).phases
      }
    return [.free(scheme)] + nudged
  }

  public func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
    let beta = scheme.nudging.beta
    if scheme.usesCovariance {
      return ContrastForm([.covariance(0)], over: scheme.relaxation.sampling.temperature)
    }
    let promise = scheme.promise(.cost)
    return switch scheme.nudging.kind {
    case .oneSided: ContrastForm([scheme.difference(1, minus: 0)], over: beta, promise: promise)
    case .randomSign: ContrastForm([scheme.difference(1, minus: 0)], over: sign * beta, promise: promise)
    case .centered: ContrastForm([scheme.difference(1, minus: 2)], over: 2 * beta, promise: promise)
    case .points: Points(scheme).contrast
    }
  }
}

extension LearningRule {
  public static let equilibriumPropagation = LearningRule(EquilibriumPropagation())
}
