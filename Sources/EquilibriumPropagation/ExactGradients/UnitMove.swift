import EnergyModels

/// What one iteration did to a unit: how its next state s′ follows from its state s and its drive D.
enum UnitMove {
  /// An Euler step ε: s′ = s + ε (ρ′(s) D − s), clipped to [0, 1] for the hard sigmoid.
  case euler(Double)
  /// On the way to the minimiser given the neighbours by a factor ω, s′ = s + ω (D − s), clipped; an Euler step ε where
  /// it has no closed form.
  case minimize(Double, factor: Double)

  /// ∂s′/∂s, the drive held, and ∂s′/∂D.
  ///
  /// A clip passes nothing on unless s′ was strictly between 0 and 1, where it can only be unclipped.
  func slopes(
    _ activation: Activation, from s: Double, to moved: Double, activity: Double
  ) -> (own: Double, drive: Double) {
    let open: Double = activation == .hardSigmoid && !(moved > 0 && moved < 1) ? 0 : 1
    switch self {
    case .minimize(_, let factor) where activation.isIdentityOnStates:
      return (open * (1 - factor), open * factor)
    case .euler(let step), .minimize(let step, _):
      let (first, ratio) = activation.derivatives(activity: activity)
      // ρ″(s) D from the step itself: ρ′(s) D = s + (s′ − s)/ε.
      let bend = ratio == 0 ? 0 : ratio * (s + (moved - s) / step)
      return (open * (1 - step + step * bend), open * step * first)
    }
  }
}

extension Activation {
  /// ρ′(s) and ρ″(s)/ρ′(s) of a state, given ρ(s).
  func derivatives(activity rho: Double) -> (first: Double, ratio: Double) {
    switch self {
    case .hardSigmoid, .linear: (1, 0)
    case .sigmoid: (4 * rho * (1 - rho), 4 - 8 * rho)
    case .tanh: (1 - rho * rho, -2 * rho)
    }
  }
}
