import Commands
import EnergyModels
import EquilibriumPropagation
import Foundation
import Schema

/// Equilibrium propagation between averages: two nudged phases, and the contrast of the mean products of their last
/// iterations in place of their ends, as a device measures whose units never stand still.
///
///     ΔW_jk ∝ (1/2β) [ ⟨ρ_j ρ_k⟩⁺ − ⟨ρ_j ρ_k⟩⁻ ]
struct AveragedPropagation: Rule {
  static let name = "averaged"
  static let summary = "The contrast of averages over the last iterations of phases at ±β."

  /// Iterations that are averaged.
  var last = 3

  static var keys: [Key<Self>] {
    [Key("last", \.last, .whole(1...1000, example: 3), meaning: "Iterations that are averaged.")]
  }

  func phases(_ scheme: Scheme, sign: Double) -> [Phase] {
    [.free(scheme)]
      + [scheme.nudging.beta, -scheme.nudging.beta].map { beta in
        var phase = Phase.nudged(scheme, beta: beta)
        phase.keeps = .averages(last: last)
        return phase
      }
  }

  func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
    ContrastForm([.averages(1, minus: 2)], over: 2 * scheme.nudging.beta, promise: .cost)
  }
}

/// ρ(s) = arctan s, ρ′ = 1 / (1 + s²).
let arctan = Activation("arctan") {
  atan($0)
} slope: {
  1 / (1 + $0 * $0)
} bend: {
  -2 * $0 / ((1 + $0 * $0) * (1 + $0 * $0))
}

Eqprop.main(rules: [AveragedPropagation.self], activations: [arctan])
