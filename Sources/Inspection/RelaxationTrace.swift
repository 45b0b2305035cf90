import EquilibriumPropagation

/// How the states of one example moved, iteration by iteration, in a free phase and those that follow it.
public struct RelaxationTrace: Equatable, Sendable {
  /// The network after an iteration.
  public struct Frame: Equatable, Sendable {
    /// From 0, where the phase starts.
    public var iteration: Int
    /// E(s).
    public var energy: Double
    /// C(y).
    public var cost: Double
    /// The largest |Δs| / ε of this iteration; nil at the start.
    public var residual: Double?
    /// s, of every unit, layer 1 first; position after position.
    public var states: [[Double]]
  }

  /// One phase from its start on.
  public struct Phase: Equatable, Sendable {
    /// `free phase`, `nudged phase, β = −0.5`.
    public var name: String
    /// The start, then one after each iteration that was made.
    public var frames: [Frame]
    /// Whether the tolerance, the last iteration or a state that is not finite ended it.
    public var outcome: Outcome
  }

  /// The free phase, then those that start where it ends.
  public var phases: [Phase]
}
