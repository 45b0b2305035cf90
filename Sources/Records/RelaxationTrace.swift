/// How the states of one example moved, iteration by iteration, in a free phase and those that follow it.
public struct RelaxationTrace: Codable, Equatable, Sendable {
  /// The network after an iteration.
  public struct Frame: Codable, Equatable, Sendable {
    /// E(s).
    public var energy: Double
    /// C(y).
    public var cost: Double
    /// The largest |Δs| / ε of this iteration; nil where the phase starts.
    public var residual: Double?
    /// s of every unit of each of the trace's layers, position after position.
    public var states: [[Double]]

    public init(energy: Double, cost: Double, residual: Double?, states: [[Double]]) {
      (self.energy, self.cost, self.residual, self.states) = (energy, cost, residual, states)
    }
  }

  /// One phase from its start on.
  public struct Phase: Codable, Equatable, Sendable {
    /// `free phase`, `nudged phase, β = −0.5`.
    public var name: String
    /// The start, then one after each iteration that was made.
    public var frames: [Frame]

    public init(name: String, frames: [Frame]) { (self.name, self.frames) = (name, frames) }
  }

  /// The free phase, then those that start where it ends.
  public var phases: [Phase]

  /// The layers of states, from the input's side: 0 is an input that is one.
  public var layers: [Int]
  /// Which of them is the output: its place among them.
  public var output: Int

  public init(phases: [Phase], layers: [Int], output: Int) {
    (self.phases, self.layers, self.output) = (phases, layers, output)
  }
}
