import EnergyModels

/// What one iteration did to a unit: how its next state s′ follows from its state s and its drive D.
enum UnitMove {
  /// An Euler step ε: s′ = s + ε (ρ′(s) D − s), clipped where states are.
  case euler(Double)
  /// On the way to the minimiser given the neighbours by a factor ω, s′ = s + ω (ρ′ D − s), clipped; an Euler step ε
  /// where ρ bends and it has no closed form.
  case minimize(Double, factor: Double)

  /// ∂s′/∂s, the drive held, and ∂s′/∂D.
  ///
  /// A clip passes nothing on unless s′ was strictly within the range, where it can only be unclipped.
  func slopes(_ unit: MovedUnit) -> (own: Double, drive: Double) {
    let activation = unit.activation
    let open: Double =
      activation.range.map { $0.lowerBound < unit.next && unit.next < $0.upperBound } ?? true ? 1 : 0
    let (first, second) = activation.derivatives(unit.state, activity: unit.activity)
    switch self {
    case .minimize(_, let factor) where activation.isStraight:
      return (open * (1 - factor), open * factor * first / (1 + unit.stiffness))
    case .euler(let step), .minimize(let step, _):
      return (
        open * (1 - step * (1 + unit.stiffness) + step * second * unit.drive), open * step * first
      )
    }
  }
}

/// A unit about to be moved, and where to.
struct MovedUnit {
  let activation: Activation
  /// s.
  let state: Double
  /// ρ(s).
  let activity: Double
  /// D; of no consequence where ρ is straight.
  let drive: Double
  /// s′.
  let next: Double
  /// λ of the spring that ties it; 0 without.
  let stiffness: Double
}
