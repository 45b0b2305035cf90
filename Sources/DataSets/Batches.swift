import Tensors

/// Which examples every step takes: the same number from each shard, in an order keyed by (seed, epoch, shard).
///
/// Example i of a split belongs to shard i mod `shards`, so without shuffling a batch is the next `batch` examples of
/// the file. An epoch's last batch takes what is left: a shard gives the examples it still has, perhaps none,
/// and the mean is over the examples that are really there.
public struct Batches: Equatable, Sendable {
  /// Examples of the split.
  public let examples: Int
  /// Shards of the whole split, whichever ranks hold them.
  public let shards: Int
  /// Examples that a full batch takes from each shard.
  public let perShard: Int
  /// Nil keeps the file's order.
  public let seed: UInt64?

  /// Shards and `perShard` are at least 1; a split without examples has no steps.
  public init(examples: Int, shards: Int, perShard: Int, seed: UInt64?) {
    precondition(examples >= 0 && shards > 0 && perShard > 0, "a batch takes examples from shards")
    self.examples = examples
    self.shards = shards
    self.perShard = perShard
    self.seed = seed
  }

  /// Examples of a shard.
  public func count(shard: Int) -> Int { (examples - shard + shards - 1) / shards }

  /// Steps of an epoch.
  public var steps: Int { (count(shard: 0) + perShard - 1) / perShard }

  /// The indices, within the order of a shard, that a step of an epoch takes.
  public func indices(step: Int, shard: Int) -> Range<Int> {
    let count = count(shard: shard)
    return min(step * perShard, count)..<min((step + 1) * perShard, count)
  }

  /// Examples in the batch of a step, over all shards.
  public func size(step: Int) -> Int {
    (0..<shards).reduce(0) { $0 + indices(step: step, shard: $1).count }
  }

  /// The rows of a shard in the order an epoch takes them: a Fisher-Yates shuffle by counters.
  public func order(epoch: Int, shard: Int) -> [Int] {
    var order = Array(0..<count(shard: shard))
    guard let seed, order.count > 1 else { return order }
    let random = CounterRandom(seed: seed, purpose: .order)
    for i in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(i, random.below(i + 1, epoch, shard, i))
    }
    return order
  }
}
