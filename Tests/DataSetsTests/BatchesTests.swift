import DataSets
import Testing

@Suite("Batches") struct BatchesTests {
  /// (examples, shards, examples of each shard in a batch): even, with a tail, uneven shards, fewer examples than shards.
  static let cases: [(examples: Int, shards: Int, perShard: Int)] = [
    (40, 4, 5), (50, 4, 5), (47, 4, 5), (1437, 4, 5), (3, 4, 2), (1, 1, 20), (7, 1, 3), (10, 3, 100),
  ]

  /// The example's number in the split: row j of a shard is example shard + j · shards.
  private func examples(_ batches: Batches, epoch: Int, step: Int) -> [Int] {
    (0..<batches.shards).flatMap { shard in
      let order = batches.order(epoch: epoch, shard: shard)
      return batches.indices(step: step, shard: shard).map { shard + order[$0] * batches.shards }
    }
  }

  @Test("take every example once an epoch", arguments: 0..<cases.count, [nil, 1, 7] as [UInt64?])
  func coverage(index: Int, seed: UInt64?) {
    let (count, shards, perShard) = Self.cases[index]
    let batches = Batches(examples: count, shards: shards, perShard: perShard, seed: seed)
    for epoch in 0..<3 {
      let taken = (0..<batches.steps).flatMap { examples(batches, epoch: epoch, step: $0) }
      #expect(taken.sorted() == Array(0..<count))
    }
  }

  @Test("sizes add up; only the last batch is smaller; shards are balanced", arguments: 0..<cases.count)
  func sizes(index: Int) {
    let (count, shards, perShard) = Self.cases[index]
    let batches = Batches(examples: count, shards: shards, perShard: perShard, seed: 1)
    let counts = (0..<shards).map { batches.count(shard: $0) }
    #expect(counts.reduce(0, +) == count && (counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    let sizes = (0..<batches.steps).map { batches.size(step: $0) }
    #expect(sizes.reduce(0, +) == count && sizes.allSatisfy { $0 > 0 })
    for step in 0..<batches.steps {
      let parts = (0..<shards).map { batches.indices(step: step, shard: $0).count }
      #expect(parts.reduce(0, +) == sizes[step])
      // Uneven shards may leave one example to the last batch: all batches before it are full, bar that example.
      if counts.allSatisfy({ $0 >= (step + 1) * perShard }) {
        #expect(parts.allSatisfy { $0 == perShard })
      } else {
        #expect(step >= batches.steps - 2 && (parts.max() ?? 0) - (parts.min() ?? 0) <= 1)
      }
    }
    // Past the end there is nothing.
    #expect(batches.size(step: batches.steps) == 0)
  }

  @Test("without a seed, a batch is the next examples of the file")
  func fileOrder() {
    let batches = Batches(examples: 43, shards: 4, perShard: 3, seed: nil)
    for epoch in 0..<2 {
      for step in 0..<batches.steps {
        let next = step * 12..<min((step + 1) * 12, 43)
        #expect(examples(batches, epoch: epoch, step: step).sorted() == Array(next))
      }
    }
  }

  /// So a shard's order is the same wherever it is computed, and whatever the batch.
  @Test("the order depends on seed, epoch and shard, and on nothing else")
  func keys() {
    let batches = Batches(examples: 400, shards: 4, perShard: 5, seed: 1)
    let order = batches.order(epoch: 2, shard: 1)
    #expect(order.sorted() == Array(0..<100) && order != Array(0..<100))
    #expect(batches.order(epoch: 2, shard: 1) == order)
    #expect(Batches(examples: 400, shards: 4, perShard: 20, seed: 1).order(epoch: 2, shard: 1) == order)
    #expect(Batches(examples: 200, shards: 2, perShard: 5, seed: 1).order(epoch: 2, shard: 1) == order)
    #expect(batches.order(epoch: 3, shard: 1) != order)
    #expect(batches.order(epoch: 2, shard: 2) != order)
    #expect(Batches(examples: 400, shards: 4, perShard: 5, seed: 2).order(epoch: 2, shard: 1) != order)
  }

  @Test("a shuffle takes each example to each place about equally often")
  func fairness() {
    let epochs = 6000
    var counts = Array(repeating: Array(repeating: 0, count: 6), count: 6)
    let batches = Batches(examples: 6, shards: 1, perShard: 2, seed: 9)
    for epoch in 0..<epochs {
      for (place, row) in batches.order(epoch: epoch, shard: 0).enumerated() { counts[row][place] += 1 }
    }
    let expected = Double(epochs) / 6
    let error = (expected * 5 / 6).squareRoot()
    #expect(counts.joined().allSatisfy { abs(Double($0) - expected) < 5 * error })
  }
}
