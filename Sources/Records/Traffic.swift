/// What a rank hands out and takes in, by kind.
public struct Traffic: Codable, Hashable, Sendable, AdditiveArithmetic {
  /// ρ(s) between stages and slices.
  public var activity = MessageFlow()
  /// Partial drives between slices.
  public var partialDrives = MessageFlow()
  /// Sums of contrasts over replicas, in the fixed tree.
  public var replicaSums = MessageFlow()
  /// Reductions by MPI or through shared memory (maxima, stop flags, `training.reduction: mpi`): how many, and the bytes of the
  /// values that the rank gives to them.
  public var reductions = MessageCount()

  public init() {}

  public static let zero = Traffic()

  /// All messages but those inside MPI's reductions.
  public var flow: MessageFlow { activity + partialDrives + replicaSums }

  public static func + (a: Self, b: Self) -> Self { combine(a, b, +, +) }
  public static func - (a: Self, b: Self) -> Self { combine(a, b, -, -) }

  public static func * (a: Self, times: Int) -> Self {
    combine(a, a, { a, _ in a * times }, { a, _ in a * times })
  }

  private static func combine(
    _ a: Self, _ b: Self, _ flow: (MessageFlow, MessageFlow) -> MessageFlow,
    _ count: (MessageCount, MessageCount) -> MessageCount
  ) -> Self {
    var result = Traffic()
    result.activity = flow(a.activity, b.activity)
    result.partialDrives = flow(a.partialDrives, b.partialDrives)
    result.replicaSums = flow(a.replicaSums, b.replicaSums)
    result.reductions = count(a.reductions, b.reductions)
    return result
  }
}
