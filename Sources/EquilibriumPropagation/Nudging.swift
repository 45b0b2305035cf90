/// How the output is nudged, and so how the contrast estimates the gradient.
public enum NudgingKind: String, CaseIterable, Sendable {
  /// One nudged phase at +β; error O(β).
  case oneSided = "one-sided"
  /// One nudged phase at +β or −β, drawn once a step; error O(β) that cancels in the mean.
  case randomSign = "random-sign"
  /// Two nudged phases from s⁰, at +β and −β; error O(β²).
  case centered
  /// N nudged phases from s⁰ on complex states, at β e^{2πin/N}; error O(β^N). Needs holomorphic activations.
  case points = "n-point"
}

/// The nudging of a run: its kind and its strength, the β of F = E + βC.
public struct Nudging: Equatable, Sendable {
  public var kind: NudgingKind
  /// Not 0; below 0 a one-sided phase pushes the output away from the targets.
  /// In coupled learning the share of the way to them at which the output is held.
  public var beta: Double
  /// N of n-point nudging; nil for the other kinds.
  public var points: Int?
  /// Whether examples that violate the proposition, C(s^{+β}) ≤ C(s⁰) ≤ C(s^{−β}), are left out of the mean; where the
  /// output is held, those with E(s) < E(s⁰).
  public var reject: Bool

  public init(kind: NudgingKind, beta: Double, points: Int? = nil, reject: Bool = false) {
    self.kind = kind
    self.beta = beta
    self.points = points
    self.reject = reject
  }
}
