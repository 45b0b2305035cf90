/// What the ranks held and moved while they made so many steps.
public struct RunCounts: Codable, Equatable, Sendable {
  /// Steps that this process made: those before a resume are not among them.
  public var steps: Int
  /// In their order; messages of evaluations, checkpoints and comparisons of weights are not counted.
  public var ranks: [RankCounts]

  public init(steps: Int, ranks: [RankCounts]) { (self.steps, self.ranks) = (steps, ranks) }
}

/// What one rank holds and moves.
public struct RankCounts: Codable, Equatable, Sendable {
  public var rank: Int
  /// As it is before the first step.
  public var memory: MemoryCount
  /// Of a single step in a `PlanRecord`, of all `steps` in `RunCounts`.
  public var traffic: Traffic

  public init(rank: Int, memory: MemoryCount, traffic: Traffic) {
    (self.rank, self.memory, self.traffic) = (rank, memory, traffic)
  }
}

/// The bytes that a rank holds while it trains; what a step makes and frees again is not among them.
public struct MemoryCount: Codable, Hashable, Sendable {
  /// Weights and biases, once for each direction that is held.
  public var weights: Int
  /// What the optimizer keeps beside weights and biases: momentum's velocities, or Adam's means and squares.
  public var moments: Int
  /// The room that relaxations work in, of training and of evaluation: states, drives and partial drives.
  public var relaxation: Int
  /// Each example's last free state, where the run starts from it.
  public var persistentStates: Int
  /// Messages between stages, slices and replicas.
  public var messages: Int
  /// Pixels and labels.
  public var data: Int

  public init(
    weights: Int, moments: Int, relaxation: Int, persistentStates: Int, messages: Int, data: Int
  ) {
    (self.weights, self.moments, self.relaxation) = (weights, moments, relaxation)
    (self.persistentStates, self.messages, self.data) = (persistentStates, messages, data)
  }

  public var total: Int { weights + moments + relaxation + persistentStates + messages + data }
}
