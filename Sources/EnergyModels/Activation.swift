import Foundation
import Tensors

/// The activation ρ that turns a unit's state into what its neighbours see.
///
/// Source: Scellier & Bengio 2017, doi:10.3389/fncom.2017.00024 (hard sigmoid);
/// Ernoult et al. 2019, arXiv:1905.13633 (sigmoid, tanh).
public enum Activation: String, CaseIterable, Sendable {
  /// ρ(s) = clip(s, 0, 1) with the states themselves clipped to [0, 1]; ρ′ = 1 on the closed interval.
  case hardSigmoid = "hard-sigmoid"
  /// ρ(s) = 1 / (1 + e^{−(4s − 2)}); ρ′ = 4ρ(1 − ρ).
  case sigmoid
  /// ρ(s) = tanh s; ρ′ = 1 − ρ².
  case tanh
  /// ρ(s) = s.
  case linear
}

extension Activation {
  /// ρ(s).
  public func value(_ s: Double) -> Double {
    switch self {
    case .hardSigmoid: min(max(s, 0), 1)
    case .sigmoid: 1 / (1 + exp(2 - 4 * s))
    case .tanh: Foundation.tanh(s)
    case .linear: s
    }
  }

  /// Whether ρ(s) = s for every value a state can take.
  public var isIdentityOnStates: Bool { self == .hardSigmoid || self == .linear }

  /// Whether ρ has a derivative everywhere, in the complex plane too.
  public var isHolomorphic: Bool { self != .hardSigmoid }

  /// The same curve as the kernels name it.
  public var curve: Curve {
    switch self {
    case .hardSigmoid: .hardSigmoid
    case .sigmoid: .sigmoid
    case .tanh: .tanh
    case .linear: .linear
    }
  }
}
