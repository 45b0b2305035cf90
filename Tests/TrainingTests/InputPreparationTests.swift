import DataSets
import EnergyModels
import Foundation
import Tasks
import Tensors
import TestSupport
import Testing
import Training

@Suite("Batches' inputs", .serialized) struct InputPreparationTests {
  static let training = 101

  /// The inputs of the digits on some ranks' shards, and who stands in the batches.
  struct Feed {
    let inputs: BatchInputs
    let batches: Batches
    let shards: Range<Int>

    init(
      shards: Range<Int>, of count: Int, perShard: Int, augment: Augmentation?,
      task: any Tasks.Task = Classification(), trains: Bool = true, seed: UInt64 = 1
    ) throws {
      let set = try DataSet.open(DataSource(format: .digits, training: training))
      let examples = try set.load(.training, shards: shards, of: count, inputs: true)
      inputs = BatchInputs(
        examples: examples, shardCount: count, values: set.values(.float32),
        mostRows: shards.count * perShard, augment: augment,
        task: task.prepared(
          for: set, values: set.values(.float32), input: InputLayer(), seed: seed),
        needs: BatchNeeds(inputs: true, outputs: nil), trains: trains, seed: seed)
      batches = Batches(examples: training, shards: count, perShard: perShard, seed: 9)
      self.shards = shards
    }

    func members(epoch: Int, step: Int) -> BatchMembers {
      var (rows, bounds): ([(shard: Int, row: Int)], [Int]) = ([], [0])
      for (place, shard) in shards.enumerated() {
        let order = batches.order(epoch: epoch, shard: shard)
        rows += batches.indices(step: step, shard: shard).map { (place, order[$0]) }
        bounds.append(rows.count)
      }
      return BatchMembers(epoch: epoch, step: step, bounds: bounds, rows: rows)
    }

    /// The input of every example of these shards in an epoch, by its number in the split.
    func inputs(epoch: Int) -> [Int: [Double]] {
      var found: [Int: [Double]] = [:]
      for step in 0..<batches.steps {
        let members = members(epoch: epoch, step: step)
        let matrix = inputs.make(members).inputs!
        for (row, member) in members.rows.enumerated() {
          found[shards.lowerBound + member.shard + member.row * batches.shards] = matrix.row(row)
        }
      }
      return found
    }
  }

  static let augment = Augmentation(flip: true, crop: 2)

  @Test("what is trained on is damaged, and what is evaluated never is")
  func damaged() throws {
    func inputs(_ task: any Tasks.Task, trains: Bool) throws -> [Int: [Double]] {
      try Feed(shards: 0..<2, of: 2, perShard: 4, augment: nil, task: task, trains: trains).inputs(epoch: 0)
    }
    let plain = try inputs(Classification(), trains: true)
    var masked = Autoencoder()
    masked.corrupt = .mask(0.3)
    #expect(try inputs(masked, trains: false) == plain)
    let met = try inputs(masked, trains: true)
    #expect(met.allSatisfy { $1 != plain[$0] })
    #expect(met.allSatisfy { zip($1, plain[$0] ?? []).allSatisfy { $0 == 0 || $0 == $1 } })
  }

  @Test("an example is changed alike in an epoch whatever shards, ranks and batches there are")
  func alike() throws {
    for epoch in [0, 5] {
      let whole = try Feed(shards: 0..<1, of: 1, perShard: 7, augment: Self.augment).inputs(epoch: epoch)
      #expect(whole.count == Self.training)
      #expect(
        try Feed(shards: 0..<4, of: 4, perShard: 3, augment: Self.augment).inputs(epoch: epoch) == whole)
      var parts: [Int: [Double]] = [:]
      for part in [0..<2, 2..<4] {
        parts.merge(try Feed(shards: part, of: 4, perShard: 5, augment: Self.augment).inputs(epoch: epoch)) {
          _, _ in
          Issue.record("an example stands on two ranks")
          return []
        }
      }
      #expect(parts == whole)
    }
  }

  @Test("another epoch or seed changes most examples otherwise; without augmentation none")
  func unlike() throws {
    func inputs(_ augment: Augmentation?, epoch: Int, seed: UInt64 = 1) throws -> [Int: [Double]] {
      try Feed(shards: 0..<2, of: 2, perShard: 4, augment: augment, seed: seed).inputs(epoch: epoch)
    }
    let (first, plain) = (try inputs(Self.augment, epoch: 0), try inputs(nil, epoch: 0))
    #expect(try inputs(nil, epoch: 3) == plain)
    for other in [try inputs(Self.augment, epoch: 1), try inputs(Self.augment, epoch: 0, seed: 2), plain] {
      // A change is one of 50.
      #expect(first.count { $0.value == other[$0.key] } < 15)
    }
  }

  @Test("a thread makes the same matrices, in any order of asking")
  func prepared() throws {
    let feed = try Feed(shards: 0..<2, of: 2, perShard: 4, augment: Self.augment)
    let preparation = InputPreparation(feed.inputs)
    func rows(_ batch: BatchData?) -> [[Double]]? {
      batch?.inputs.map { matrix in (0..<8).map(matrix.row) }
    }
    #expect(preparation.take(feed.members(epoch: 0, step: 0)) == nil, "nothing is ordered yet")
    for epoch in 0..<20 {
      for step in 0..<feed.batches.steps {
        let members = feed.members(epoch: epoch, step: step)
        preparation.begin(members)
        if step % 3 == 1 { #expect(preparation.take(feed.members(epoch: epoch, step: step + 1)) == nil) }
        // An order that is not taken is dropped.
        if step % 4 == 2 { continue }
        #expect(rows(preparation.take(members)) == rows(feed.inputs.make(members)))
        #expect(preparation.take(members) == nil, "taken once")
      }
    }
  }

  @Test("threads end with their owners, at work or not")
  func ends() throws {
    let feed = try Feed(shards: 0..<2, of: 2, perShard: 4, augment: Self.augment)
    let before = try threads()
    var preparations = (0..<200).map { _ in InputPreparation(feed.inputs) }
    for (index, preparation) in preparations.enumerated() where index.isMultiple(of: 2) {
      preparation.begin(feed.members(epoch: 0, step: index % 10))
    }
    #expect(try threads() > before + 100)
    preparations = []
    // Other tests have threads of their own.
    for _ in 0..<500 where try threads() > before + 50 { usleep(10_000) }
    #expect(try threads() <= before + 50)
  }

  /// The threads of this process.
  private func threads() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
  }

  @Test("only large batches are made by a thread")
  func costly() throws {
    #expect(try !Feed(shards: 0..<2, of: 2, perShard: 4, augment: Self.augment).inputs.areCostly)
    #expect(try !Feed(shards: 0..<2, of: 2, perShard: 8191, augment: nil).inputs.areCostly)
    #expect(try Feed(shards: 0..<2, of: 2, perShard: 8192, augment: nil).inputs.areCostly)
  }
}
