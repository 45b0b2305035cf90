import Foundation
import Synchronization
import Tensors

/// The activation ρ that turns a unit's state into what its neighbours see: a curve, and what follows from its form.
///
/// Where states are clipped ρ′ keeps its value on the closed interval, or a saturated unit would never move again.
///
/// Source: Scellier & Bengio 2017, doi:10.3389/fncom.2017.00024 (hard sigmoid);
/// Ernoult et al. 2019, arXiv:1905.13633 (sigmoid, tanh); Laborieux et al. 2021, doi:10.3389/fnins.2021.633674 (half hard
/// sigmoid); Elfwing et al. 2018, doi:10.1016/j.neunet.2017.12.012 (silu); FlowEqProp, arXiv:2604.08150 (capped silu); Hendrycks & Gimpel 2016,
/// arXiv:1606.08415 (gelu, by tanh).
public struct Activation: RawRepresentable, CaseIterable, Hashable, Sendable {
  /// As a run file calls it.
  public let rawValue: String
  /// The same curve as the kernels name it.
  public let curve: Curve
  /// The range that states are clipped to; nil where they are not.
  public let range: ClosedRange<Double>?
  /// ρ′ where it is the same on the whole range.
  private let slope: Double?
  /// Whether ρ′ follows from ρ alone: not where ρ falls and rises again.
  public let showsSlope: Bool
  /// Whether ρ has a derivative everywhere in the complex plane, but for poles, and kernels for it there.
  public let isHolomorphic: Bool
  /// Whether a layer's units are no states: see `softmax`.
  public let isReadOut: Bool
  /// Whether it is of feed-forward layers alone.
  public let isOfPasses: Bool
  private let function: @Sendable (Double) -> Double
  private let derivative: @Sendable (Double, Double) -> (first: Double, second: Double)

  private init(
    _ name: String, _ curve: Curve, clippedTo range: ClosedRange<Double>? = nil, slope: Double? = nil,
    showsSlope: Bool = true, isHolomorphic: Bool = false, isReadOut: Bool = false, isOfPasses: Bool = false,
    _ function: @escaping @Sendable (Double) -> Double,
    derivatives: (@Sendable (_ s: Double, _ rho: Double) -> (first: Double, second: Double))? = nil
  ) {
    rawValue = name
    (self.curve, self.range, self.slope) = (curve, range, slope)
    (self.showsSlope, self.isHolomorphic, self.isReadOut) = (showsSlope, isHolomorphic, isReadOut)
    self.isOfPasses = isOfPasses
    self.function = function
    derivative = derivatives ?? { _, _ in (slope ?? 1, 0) }
  }

  /// A smooth activation of one's own, whose states are not clipped: ρ, ρ′ and ρ″ of a state.
  ///
  /// Layers of such units move by Euler steps, in plain Swift. `add` makes it known to run files.
  public init(
    _ name: String, _ value: @escaping @Sendable (Double) -> Double,
    slope: @escaping @Sendable (Double) -> Double, bend: @escaping @Sendable (Double) -> Double
  ) {
    self.init(
      name, .own(OwnCurve(name: name, value: value, slope: slope, bend: bend)), showsSlope: false, value,
      derivatives: { s, _ in (slope(s), bend(s)) })
  }

  public init?(rawValue: String) {
    guard let known = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = known
  }

  public static func == (a: Self, b: Self) -> Bool { a.rawValue == b.rawValue }
  public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

extension Activation {
  /// ρ(s) = clip(s, 0, 1) with the states themselves clipped to [0, 1]; ρ′ = 1 on the closed interval.
  public static let hardSigmoid = Activation("hard-sigmoid", .hardSigmoid, clippedTo: 0...1, slope: 1) {
    min(max($0, 0), 1)
  }

  /// ρ(s) = 1 / (1 + e^{−(4s − 2)}); ρ′ = 4ρ(1 − ρ).
  public static let sigmoid = Activation("sigmoid", .sigmoid, isHolomorphic: true) {
    1 / (1 + exp(2 - 4 * $0))
  } derivatives: { _, rho in
    let first = 4 * rho * (1 - rho)
    return (first, 4 * first * (1 - 2 * rho))
  }

  /// ρ(s) = tanh s; ρ′ = 1 − ρ².
  public static let tanh = Activation("tanh", .tanh, isHolomorphic: true) {
    Foundation.tanh($0)
  } derivatives: { _, rho in
    let first = 1 - rho * rho
    return (first, -2 * rho * first)
  }

  /// ρ(s) = s.
  public static let linear = Activation("linear", .linear, slope: 1, isHolomorphic: true) { $0 }

  /// ρ(s) = clip(s, 0, 6) with the states themselves clipped to [0, 6]; ρ′ = 1 on the closed interval.
  public static let relu6 = Activation("relu6", .relu6, clippedTo: 0...6, slope: 1) { min(max($0, 0), 6) }

  /// ρ(s) = clip(s/√2, 0, 1) with the states clipped to [0, √2]; ρ′ = 1/√2 on the closed interval.
  ///
  /// The activity at rest is clip(D/2, 0, 1) of the drive D, the activation of discrete-time networks s ← clip(D/2, 0, 1):
  /// E is least where s = ρ′ D = D/√2, and there ρ(s) = s/√2 = D/2. Without the square roots, with ρ(s) = clip(s/2, 0, 1),
  /// it would be D/4.
  public static let halfHardSigmoid = Activation(
    "half-hard-sigmoid", .halfHardSigmoid, clippedTo: 0...2.0.squareRoot(), slope: 1 / 2.0.squareRoot()
  ) { min(max($0 / 2.0.squareRoot(), 0), 1) }

  /// ρ(s) = s σ(s), σ(s) = 1 / (1 + e^{−s}); ρ′ = σ + ρ (1 − σ). States are not clipped.
  public static let silu = Activation("silu", .silu, showsSlope: false, isHolomorphic: true) {
    $0 / (1 + exp(-$0))
  } derivatives: { s, rho in
    let sigma = 1 / (1 + exp(-s))
    return (sigma + rho * (1 - sigma), sigma * (1 - sigma) * (2 + s * (1 - 2 * sigma)))
  }

  /// ρ(s) = 10 tanh(x / 10) of x = s σ(s): as silu, softly capped at 10. States are not clipped.
  public static let cappedSilu = Activation("capped-silu", .cappedSilu, showsSlope: false) {
    10 * Foundation.tanh($0 / (1 + exp(-$0)) / 10)
  } derivatives: { s, rho in
    let (sigma, tau) = (1 / (1 + exp(-s)), rho / 10)
    let inner = sigma + s * sigma * (1 - sigma)
    let bend = sigma * (1 - sigma) * (2 + s * (1 - 2 * sigma))
    return ((1 - tau * tau) * inner, (1 - tau * tau) * (bend - 0.2 * tau * inner * inner))
  }

  /// ρ(s) = max(s, 0) of feed-forward layers, whose states a bound below alone would not hold at rest; ρ′ = 0 at 0.
  public static let relu = Activation("relu", .relu, isOfPasses: true) {
    max($0, 0)
  } derivatives: { _, rho in
    (rho > 0 ? 1 : 0, 0)
  }

  /// ρ(s) = ½ s (1 + tanh(√(2/π) (s + 0.044715 s³))) of feed-forward layers.
  public static let gelu = Activation("gelu", .gelu, showsSlope: false, isOfPasses: true) {
    0.5 * $0 * (1 + Foundation.tanh(0.7978845608028654 * ($0 + 0.044715 * $0 * $0 * $0)))
  } derivatives: { s, _ in
    let tau = Foundation.tanh(0.7978845608028654 * (s + 0.044715 * s * s * s))
    let (inner, bend) = (0.7978845608028654 * (1 + 0.134145 * s * s), 0.7978845608028654 * 0.26829 * s)
    let first = 0.5 * (1 + tau + s * (1 - tau * tau) * inner)
    return (first, (1 - tau * tau) * (inner + 0.5 * s * (bend - 2 * tau * inner * inner)))
  }

  /// ρ(s) = s of states that are 0 or 1: P(1) = 1 / (1 + e^{−(D − ½)/T}) of the drive D, drawn by Gibbs sweeps; at T = 0 a
  /// threshold at ½, where ½s² is outweighed.
  public static let binary = Activation("binary", .binary, clippedTo: 0...1, slope: 1) { $0 }

  /// ρ(s) = s of a layer of which one unit is 1 and the others 0: P(c) = e^{D_c/T} / Σ e^{D/T} of its drive D, drawn by Gibbs
  /// sweeps; a class that belongs to the states, as `softmax` does not.
  public static let categorical = Activation("categorical", .binary, clippedTo: 0...1, slope: 1) { $0 }

  /// Of a read-out alone, which is no state: p_i = e^{D_i} / Σ_j e^{D_j} of its drive D. Nothing is seen of it in a free
  /// phase, and β (d − p), the force of the cross-entropy, in a nudged one. As a curve it is linear: how its force passes.
  public static let softmax = Activation("softmax", .linear, isReadOut: true) { _ in 0 }

  private static let added = Mutex<[Activation]>([])

  /// Those of this package, then those that a program adds before it reads its first run file.
  public static var allCases: [Activation] {
    [
      hardSigmoid, sigmoid, tanh, linear, relu6, halfHardSigmoid, silu, cappedSilu, relu, gelu, binary,
      categorical, softmax,
    ]
      + added.withLock { $0 }
  }

  /// Makes an activation known to run files; one of the same name must not be known yet.
  public static func add(_ activation: Activation) {
    precondition(!allCases.contains(activation), "two activations called \(activation.rawValue)")
    added.withLock { $0.append(activation) }
  }
}

extension Activation {
  /// ρ(s).
  public func value(_ s: Double) -> Double { function(s) }

  /// ρ′(s) and ρ″(s), given ρ(s) too; where states are clipped those of the closed interval.
  public func derivatives(_ s: Double, activity rho: Double) -> (first: Double, second: Double) {
    derivative(s, rho)
  }

  /// Those of layers whose states are numbers of a range, and move by steps or to a minimum.
  public static var ofStates: [Activation] {
    allCases.filter { !$0.isReadOut && $0.curve != .binary && !$0.isOfPasses }
  }

  /// Whether ρ(s) = s for every value a state can take.
  public var isIdentityOnStates: Bool { slope == 1 }

  /// Whether ρ is linear on the states' range, so that F has a minimiser in a layer, its neighbours held, in closed form.
  public var isStraight: Bool { slope != nil }

  /// Whether no kernel knows it.
  public var isOwn: Bool { if case .own = curve { true } else { false } }

  /// Whether states are 0 or 1.
  public var isBinary: Bool { self == .binary }

  /// Whether one unit of a layer is 1, the others 0.
  public var isCategorical: Bool { self == .categorical }

  /// Whether ρ has no kinks: not where states are clipped, or cut off at 0.
  public var isSmooth: Bool { range == nil && !isReadOut && self != .relu }
}
