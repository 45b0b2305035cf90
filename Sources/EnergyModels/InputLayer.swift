/// What ties a layer's states to a vector of each example.
public enum Anchor: Equatable, Sendable {
  /// They are that vector, and no states.
  case clamped
  /// Nothing: they begin there, and go where E takes them.
  case free
  /// A spring of stiffness λ > 0: E has (λ/2) ‖s − x‖² more.
  case spring(Double)
}

/// s₀, and what ties it to an example's input x.
///
/// Where it is not clamped it is a layer like any other: it has an activation, may have a bias, and moves.
public struct InputLayer: Equatable, Sendable {
  public var anchor: Anchor
  /// ρ of its states; a clamped input is seen as it is.
  public var activation: Activation
  /// Whether it has a bias b₀ that learns; a clamped input has none.
  public var hasBias: Bool

  public init(_ anchor: Anchor = .clamped, activation: Activation = .linear, hasBias: Bool = true) {
    self.anchor = anchor
    self.activation = anchor == .clamped ? .linear : activation
    self.hasBias = hasBias && anchor != .clamped
  }

  /// λ; 0 without a spring.
  public var stiffness: Double { if case .spring(let stiffness) = anchor { stiffness } else { 0 } }
}
