/// Deals the rows of a split to the shards that are wanted, and drops the others.
struct ShardRows<Element> {
  let shards: Range<Int>
  let shardCount: Int
  /// The kept rows of each wanted shard, one after the other.
  private(set) var elements: [[Element]]

  init(shards: Range<Int>, of shardCount: Int, examples: Int, rowSize: Int) {
    precondition(shardCount > 0, "a split has at least one shard")
    precondition(shards.lowerBound >= 0 && shards.upperBound <= shardCount, "shards below their number")
    self.shards = shards
    self.shardCount = shardCount
    self.elements = shards.map { shard in
      var rows: [Element] = []
      let count = ShardExamples.count(ofShard: shard, of: shardCount, examples: examples)
      rows.reserveCapacity(count * rowSize)
      return rows
    }
  }

  /// Whether the shard of an example of the split is wanted.
  func wants(_ example: Int) -> Bool { shards.contains(example % shardCount) }

  /// Takes the row of an example of the split if its shard is wanted.
  mutating func take(_ row: some Collection<Element>, example: Int) {
    let shard = example % shardCount
    if shards.contains(shard) { elements[shard - shards.lowerBound].append(contentsOf: row) }
  }

  /// Takes the one element of an example of the split if its shard is wanted.
  mutating func take(_ element: Element, example: Int) {
    let shard = example % shardCount
    if shards.contains(shard) { elements[shard - shards.lowerBound].append(element) }
  }
}
