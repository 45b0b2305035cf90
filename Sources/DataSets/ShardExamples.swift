/// The examples of one shard, in the split's order: row j is example shard + j·shardCount of the split.
public struct ShardExamples: Equatable, Sendable {
  /// The shard's number, from 0.
  public let shard: Int
  /// The number of examples.
  public let count: Int
  /// The stored bytes of the inputs, count × inputs × bytes of a number, row-major with channels last; empty when they were
  /// not asked for.
  public let inputs: [UInt8]
  /// The labels, one an example; empty when they were not asked for.
  public let labels: [UInt8]
  /// The targets, count × targets of an example, row-major; empty when they were not asked for.
  public let targets: [Double]

  public init(shard: Int, count: Int, inputs: [UInt8], labels: [UInt8], targets: [Double] = []) {
    self.shard = shard
    self.count = count
    self.inputs = inputs
    self.labels = labels
    self.targets = targets
  }

  /// Bytes of all that is held.
  public var byteCount: Int { inputs.count + labels.count + 8 * targets.count }

  /// The number of examples that shard `shard` of `shardCount` has of a split of `examples`.
  public static func count(ofShard shard: Int, of shardCount: Int, examples: Int) -> Int {
    shard < examples ? (examples - shard + shardCount - 1) / shardCount : 0
  }
}
