import DataSets
import EnergyModels
import MessagePassing
import Planning
import Records
import RunFiles
import TestSupport
import Testing
import Training

@Suite struct DryRunTests {
  /// 20-64-10 in two slices, eight examples of four shards: 15 free iterations and 15 at either sign of β.
  static let tiny = tiling(units: [64, 10], shards: 4, slices: 2)
  static let iterations = 45

  private func dry(_ grid: String, rank: Int = 0, _ tiling: Tiling = tiny, _ settings: String...) throws
    -> DryRun
  {
    let run = try RunFile.parse(
      smallestRunFile, file: "m.yaml", settings: ["training.momentum=0"] + settings)
    let deal = try deal(tiling, grid)
    return DryRun(run, deal: deal, place: deal.grid.place(ofRank: rank))
  }

  private func both(_ messages: Int, _ bytes: Int) -> MessageFlow {
    let count = MessageCount(messages: messages, bytes: bytes)
    return MessageFlow(sent: count, received: count)
  }

  @Test("A rank alone sends nothing")
  func alone() throws {
    #expect(try dry("1x1x1").step == .zero)
    #expect(try dry("1x1x1").measurement == .zero)
  }

  @Test(
    "Two slices exchange the partial drives of the whole output, 8 rows of 16 scalars, at every iteration")
  func slices() throws {
    for rank in 0..<2 {
      let step = try dry("1x1x2", rank: rank).step
      #expect(step.partialDrives == both(Self.iterations, Self.iterations * 8 * 16 * 4))
      #expect(step.activity == .zero && step.replicaSums == .zero)
      #expect(step.reductions == MessageCount(messages: 1, bytes: 24))
    }
  }

  @Test("The lower stage sends 64 units up, the upper one their drives down")
  func stages() throws {
    let one = MessageCount(messages: Self.iterations, bytes: Self.iterations * 8 * 64 * 4)
    let (lower, upper) = (try dry("1x2x1", rank: 0).step, try dry("1x2x1", rank: 1).step)
    #expect(lower.activity == MessageFlow(sent: one) && lower.partialDrives == MessageFlow(received: one))
    #expect(upper.activity == MessageFlow(received: one) && upper.partialDrives == MessageFlow(sent: one))
  }

  @Test("Two replicas exchange each weight and bias once, in the precision of the run")
  func replicas() throws {
    let scalars = 20 * 64 + 64 * 16 + 64 + 16
    #expect(try dry("2x1x1").step.replicaSums == both(4, scalars * 4))
    #expect(
      try dry("2x1x1", Self.tiny, "training.precision=float64").step.replicaSums == both(4, scalars * 8))
    // Four of them exchange all with all while that is little: three messages a sum.
    #expect(try dry("4x1x1").step.replicaSums == both(4 * 3, 3 * scalars * 4))
    // MPI sums what is held once: both weights, not the biases.
    let byMPI = try dry("2x1x1", Self.tiny, "training.reduction=mpi").step
    #expect(byMPI.replicaSums == both(2, (64 + 16) * 4))
    #expect(byMPI.reductions == MessageCount(messages: 3, bytes: 24 + (20 * 64 + 64 * 16) * 4))
  }

  @Test("Large sums move by slices: a part of all there, the sums of one part back")
  func slicedSums() throws {
    let wide = tiling(inputs: 784, units: [512, 10])
    let scalars = [784 * 512, 512 * 16]
    // 8,192 scalars × 4 B to 3 others are 98 kB, more than what is exchanged whole; the biases are less.
    let sliced = scalars.map { 2 * ($0 - $0 / 4) * 4 }.reduce(0, +)
    #expect(try dry("4x1x1", wide).step.replicaSums == both(2 * 6 + 2 * 3, sliced + 3 * (512 + 16) * 4))
  }

  @Test("Memory holds weights for both directions, moments once, and the pixels of the rank's shards")
  func memory() throws {
    let examples = [.training: 10] as [Split: Int]
    let alone = try dry("1x1x1", Self.tiny, "training.momentum=0.5").memory(examples: examples)
    let learning = 20 * 64 + 64 * 16 + 64 + 16
    #expect(alone.weights == 4 * (learning + 10 * 64))
    #expect(alone.moments == 4 * learning)
    for (optimizer, moments) in [("sgd", 0), ("adam", 2)] {
      let other = try dry("1x1x1", Self.tiny, "training.optimizer=\(optimizer)").memory(examples: examples)
      #expect(other.moments == moments * 4 * learning && other.weights == alone.weights)
    }
    #expect(alone.messages == 0 && alone.persistentStates == 0)
    // The table of what 256 bytes mean, then pixels and labels.
    let table = InputValues.byteCount(channels: 1, precision: .float32)
    #expect(alone.data == table + 10 * 21)
    // Shards 0 and 1 of 4 have three examples each of ten.
    let first = try dry("2x1x1").memory(examples: examples)
    #expect(first.moments == 0 && first.data == table + 6 * 21)
    let upper = try dry("1x2x1", rank: 1).memory(examples: examples)
    #expect(upper.weights == 4 * (64 * 16 + 10 * 64 + 16) && upper.data == table + 10)
    let kept = try dry("1x2x1", rank: 1, Self.tiny, "relaxation.start=persistent")
    #expect(kept.memory(examples: examples).persistentStates == 10 * 16 * 4)
  }

  @Test("A step takes the states of its phases and their contrast, and a copy of the weights")
  func step() throws {
    let examples = [.training: 80, .test: 7] as [Split: Int]
    let memory = try dry("1x1x1").memory(examples: examples)
    let (rows, size) = (8, 4)
    let states = rows * (64 + 16) * size
    // Inputs, targets, the input's drive; the free end and those at ±β; means and changes; the 1 of a bias.
    let learning = rows * (32 + 16 + 64) * size + 3 * states + 2 * states + 16 * size
    #expect(memory.step == learning + memory.weights)
    // Two of the four shards have two examples of the seven: 128 rows all the same, whose drives are computed for 7.
    #expect(
      memory.evaluation
        == (128 * (32 + 16 + 64) + 128 * (64 + 16) + 7 * max(64, 16)) * size)
    // A file for each layer, of which the weights are packed by themselves.
    let files = (20 * 64 + 64 + 64 * 10 + 10) * size
    #expect(memory.files == files && memory.checkpoint == files + 20 * 64 * size)
    #expect(memory.peak == memory.held + max(memory.step, memory.evaluation) + files)
    #expect(try dry("1x1x1", Self.tiny, "checkpoint={wait: true}").memory(examples: examples).files == 0)
  }

  @Test("A tolerance asks the slices for a maximum at every iteration")
  func maxima() throws {
    let step = try dry("1x1x2", Self.tiny, "relaxation.free={tolerance: 1e-3, at-most: 7}").step
    #expect(step.reductions == MessageCount(messages: 1 + 7, bytes: 24 + 7 * 4 * 8))
  }

  @Test(
    "The places that are played hold and send as much as the largest of all",
    arguments: ["8x1x1", "2x2x1", "1x1x4", "2x3x2", "8x2x4", "4x5x4"])
  func extremes(grid: String) throws {
    let deal = try deal(tiling(units: [100, 144, 40, 70, 10], shards: 8, slices: 4), grid)
    var run = try runFile("relaxation.start=persistent")
    run.network.layers = Array(repeating: run.network.layers[0], count: 5)
    let examples = [.training: 101, .test: 30] as [Split: Int]
    func most(_ places: [Place]) -> [Int] {
      let ranks = places.map { DryRun(run, deal: deal, place: $0) }
      let sent = ranks.map { $0.step.flow.sent }
      return [
        ranks.map { $0.memory(examples: examples).peak }.max() ?? 0, sent.map(\.messages).max() ?? 0,
        sent.map(\.bytes).max() ?? 0,
      ]
    }
    #expect(most(deal.extremePlaces) == most(places(deal.grid)))
  }
}
