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
  /// A step and an evaluation as they come in a `PlanRecord`, as they came in `RunCounts`: 0 where there was none.
  public var memory: MemoryCount
  /// Of a single step in a `PlanRecord`, of all `steps` in `RunCounts`.
  public var traffic: Traffic

  public init(rank: Int, memory: MemoryCount, traffic: Traffic) {
    (self.rank, self.memory, self.traffic) = (rank, memory, traffic)
  }
}

/// The bytes that a rank takes to train.
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
  /// Pixels and labels, and what looks them up.
  public var data: Int
  /// The most that a step takes besides: inputs, their drives, the states that phases begin and end with, contrast, room
  /// for its sums, a copy of the weights where their change is measured.
  public var step: Int
  /// The most that an evaluation takes besides.
  public var evaluation: Int
  /// The most that a checkpoint takes besides while its files are brought together, of the rank that saves most.
  public var checkpoint: Int
  /// The files that this rank writes while training goes on; 0 where that waits.
  public var files: Int

  public init(
    weights: Int, moments: Int, relaxation: Int, persistentStates: Int, messages: Int, data: Int,
    step: Int = 0,
    evaluation: Int = 0, checkpoint: Int = 0, files: Int = 0
  ) {
    (self.weights, self.moments, self.relaxation) = (weights, moments, relaxation)
    (self.persistentStates, self.messages, self.data) = (persistentStates, messages, data)
    (self.step, self.evaluation, self.checkpoint, self.files) = (step, evaluation, checkpoint, files)
  }

  /// What it holds all the time.
  public var held: Int { weights + moments + relaxation + persistentStates + messages + data }

  /// The most it takes at a time.
  public var peak: Int { held + max(max(step, evaluation) + files, checkpoint) }
}
