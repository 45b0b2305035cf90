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
    self.weights = weights
    self.moments = moments
    self.relaxation = relaxation
    self.persistentStates = persistentStates
    self.messages = messages
    self.data = data
  }

  public var total: Int { weights + moments + relaxation + persistentStates + messages + data }
}

/// The bytes of a relaxation's room.
public struct RelaxationRoom: Hashable, Sendable {
  /// Of the states that an iteration writes while the present ones are still read.
  public var states = 0
  /// Of the drives of the layers held, and of what pooled connections compute before and after pooling.
  public var drives = 0
  /// Of what sliced layers and the stages above send into these layers, and of what is handed down to stages below.
  public var partialDrives = 0
  public var total: Int { states + drives + partialDrives }

  package init() {}
}
