/// How the output is nudged, and so how the contrast estimates the gradient.
public enum NudgingKind: String, CaseIterable, Sendable {
  /// One nudged phase at +β; error O(β).
  case oneSided = "one-sided"
  /// One nudged phase at +β or −β, drawn once a step; error O(β) that cancels in the mean.
  case randomSign = "random-sign"
  /// Two nudged phases from s⁰, at +β and −β; error O(β²).
  case centered
}

/// The nudging of a run: its kind and its strength β in C = ½‖y − d‖².
public struct Nudging: Equatable, Sendable {
  public var kind: NudgingKind
  public var beta: Double

  public init(kind: NudgingKind, beta: Double) {
    self.kind = kind
    self.beta = beta
  }
}
