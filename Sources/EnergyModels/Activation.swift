import Foundation
import Tensors

/// The activation ρ that turns a unit's state into what its neighbours see.
///
/// Where states are clipped ρ′ keeps its value on the closed interval, or a saturated unit would never move again.
///
/// Source: Scellier & Bengio 2017, doi:10.3389/fncom.2017.00024 (hard sigmoid);
/// Ernoult et al. 2019, arXiv:1905.13633 (sigmoid, tanh); Laborieux et al. 2021, doi:10.3389/fnins.2021.633674 (half hard
/// sigmoid); Elfwing et al. 2018, doi:10.1016/j.neunet.2017.12.012 (silu).
public enum Activation: String, CaseIterable, Sendable {
  /// ρ(s) = clip(s, 0, 1) with the states themselves clipped to [0, 1]; ρ′ = 1 on the closed interval.
  case hardSigmoid = "hard-sigmoid"
  /// ρ(s) = 1 / (1 + e^{−(4s − 2)}); ρ′ = 4ρ(1 − ρ).
  case sigmoid
  /// ρ(s) = tanh s; ρ′ = 1 − ρ².
  case tanh
  /// ρ(s) = s.
  case linear
  /// ρ(s) = clip(s, 0, 6) with the states themselves clipped to [0, 6]; ρ′ = 1 on the closed interval.
  case relu6
  /// ρ(s) = clip(s/√2, 0, 1) with the states clipped to [0, √2]; ρ′ = 1/√2 on the closed interval.
  ///
  /// The activity at rest is clip(D/2, 0, 1) of the drive D, the activation of discrete-time networks s ← clip(D/2, 0, 1):
  /// E is least where s = ρ′ D = D/√2, and there ρ(s) = s/√2 = D/2. Without the square roots, with ρ(s) = clip(s/2, 0, 1),
  /// it would be D/4.
  case halfHardSigmoid = "half-hard-sigmoid"
  /// ρ(s) = s σ(s), σ(s) = 1 / (1 + e^{−s}); ρ′ = σ + ρ (1 − σ). States are not clipped.
  case silu
  /// Of a read-out alone, which is no state: p_i = e^{D_i} / Σ_j e^{D_j} of its drive D. Nothing is seen of it in a free
  /// phase, and β (d − p), the force of the cross-entropy, in a nudged one.
  case softmax
}

extension Activation {
  /// ρ(s).
  public func value(_ s: Double) -> Double {
    switch self {
    case .hardSigmoid: min(max(s, 0), 1)
    case .sigmoid: 1 / (1 + exp(2 - 4 * s))
    case .tanh: Foundation.tanh(s)
    case .linear: s
    case .relu6: min(max(s, 0), 6)
    case .halfHardSigmoid: min(max(s / 2.0.squareRoot(), 0), 1)
    case .silu: s / (1 + exp(-s))
    case .softmax: 0
    }
  }

  /// Whether a layer's units are no states: see `softmax`.
  public var isReadOut: Bool { self == .softmax }

  /// Those of layers of states.
  public static var ofStates: [Activation] { allCases.filter { !$0.isReadOut } }

  /// ρ′(s) and ρ″(s), given ρ(s) too; where states are clipped those of the closed interval.
  public func derivatives(_ s: Double, activity rho: Double) -> (first: Double, second: Double) {
    switch self {
    case .hardSigmoid, .linear, .relu6, .softmax: return (1, 0)
    case .halfHardSigmoid: return (1 / 2.0.squareRoot(), 0)
    case .sigmoid:
      let first = 4 * rho * (1 - rho)
      return (first, 4 * first * (1 - 2 * rho))
    case .tanh:
      let first = 1 - rho * rho
      return (first, -2 * rho * first)
    case .silu:
      let sigma = 1 / (1 + exp(-s))
      return (sigma + rho * (1 - sigma), sigma * (1 - sigma) * (2 + s * (1 - 2 * sigma)))
    }
  }

  /// The range that states are clipped to; nil where they are not.
  public var range: ClosedRange<Double>? {
    switch self {
    case .hardSigmoid: 0...1
    case .relu6: 0...6
    case .halfHardSigmoid: 0...2.0.squareRoot()
    case .sigmoid, .tanh, .linear, .silu, .softmax: nil
    }
  }

  /// Whether ρ(s) = s for every value a state can take.
  public var isIdentityOnStates: Bool { self == .hardSigmoid || self == .linear || self == .relu6 }

  /// Whether ρ is linear on the states' range, so that F has a minimiser in a layer, its neighbours held, in closed form.
  public var isStraight: Bool { isIdentityOnStates || self == .halfHardSigmoid }

  /// Whether ρ′ follows from ρ alone: not where ρ falls and rises again.
  public var showsSlope: Bool { self != .silu }

  /// Whether ρ has a derivative everywhere, in the complex plane too (but for poles): not where states are clipped.
  public var isHolomorphic: Bool { range == nil && !isReadOut }

  /// The same curve as the kernels name it.
  public var curve: Curve {
    switch self {
    case .hardSigmoid: .hardSigmoid
    case .sigmoid: .sigmoid
    case .tanh: .tanh
    case .linear: .linear
    case .relu6: .relu6
    case .halfHardSigmoid: .halfHardSigmoid
    case .silu: .silu
    // What is linear of it: how its force passes.
    case .softmax: .linear
    }
  }
}
