import EnergyModels
import Foundation
import MessagePassing
import Records
import Tasks
import Tensors

/// What has been counted over examples, kept apart by shard (and energies by layer and slice), so that totals are
/// added in one order on every grid.
public struct Tally: Equatable, Sendable {
  /// By shard, the examples counted: until tallies are joined, 0 but on the rank that counts their outputs.
  public var examples: [Int]
  /// What the task adds up, by the sums' keys: shards × columns.
  public package(set) var sums: [String: [Double]]
  /// By shard, the sum of C(y) over its examples.
  public var costs: [Double]
  /// For each layer of states, how often a phase ended with a state that is not finite.
  public var diverged: [Int]
  /// shards × layers × slices.
  public var energies: [Double]
  /// How the phases went.
  package var relaxation: RelaxationTally
  /// What layers that learn by themselves came to; nil where none do.
  package var layered: LayeredTally?
  /// Layers of states.
  let layers: Int
  let slices: Int

  /// The lowest of them: 0 where the input is not clamped.
  private var first: Int { relaxation.layers - layers + 1 }

  /// Zeros, in the shape of a tiling and of what a task adds up.
  public init(_ tiling: Tiling, of task: LearningTask = .classification) {
    examples = Array(repeating: 0, count: tiling.shards)
    let sums = task.task.sums(outputs: tiling.network.units(tiling.network.output))
    precondition(
      sums.allSatisfy { !Tally.isReserved($0.key) }, "a sum called as something that every tally holds")
    self.sums = Dictionary(
      uniqueKeysWithValues: sums.map { ($0.key, Array(repeating: 0, count: tiling.shards * $0.columns)) })
    costs = Array(repeating: 0, count: tiling.shards)
    layers = tiling.network.states.count
    diverged = Array(repeating: 0, count: layers)
    slices = tiling.slicing.slices
    energies = Array(repeating: 0, count: tiling.shards * layers * slices)
    relaxation = RelaxationTally(layers: tiling.network.depth)
    layered =
      tiling.network.isLayerwise ? LayeredTally(shards: tiling.shards, layers: tiling.network.depth) : nil
  }

  /// Adds one tile's part of the energy of a shard of the evaluated examples where it belongs: by shard, layer and slice.
  ///
  /// - Parameter share: of the term.
  public mutating func add(_ term: EnergyTerm, shard: Int, share: Double = 1) {
    energies[(shard * layers + term.layer - first) * slices + term.slice] += share * term.value
  }

  /// Adds what the outputs of some shards' rows show to the task's sums.
  ///
  /// - Parameter first: the first of the batch's shards.
  mutating func judge(
    _ answers: AnsweredBatch, first: Int, by task: any PreparedTask, of kept: [ScoreSum]
  ) {
    let rows = answers.rows.shards
    func range(_ sum: ScoreSum, _ shard: Int) -> Range<Int> {
      (first + shard) * sum.columns..<(first + shard + 1) * sum.columns
    }
    let before = kept.map { sums[$0.key]! }
    var added = rows.indices.map { shard in zip(kept, before).map { Array($1[range($0, shard)]) } }
    task.judge(answers, into: &added)
    for (index, sum) in kept.enumerated() {
      sums[sum.key]!.replaceSubrange(
        range(sum, 0).lowerBound..<range(sum, rows.count).lowerBound, with: added.flatMap { $0[index] })
    }
  }

  /// Forgets what was counted of other shards, and of relaxations unless this rank is to keep that.
  ///
  /// - Parameters:
  ///   - goodness: the shards and layers whose goodness this rank goes on with; none where it is no first slice.
  public mutating func keep(
    shards: Range<Int>, relaxation keepsRelaxation: Bool,
    goodness: (shards: Range<Int>, layers: ClosedRange<Int>)? = nil
  ) {
    layered?.keep(shards: goodness?.shards ?? 0..<0, layers: goodness?.layers, counts: keepsRelaxation)
    if !keepsRelaxation { relaxation = RelaxationTally(layers: relaxation.layers) }
    let perShard = layers * slices
    for shard in examples.indices where !shards.contains(shard) {
      for (key, values) in sums {
        let columns = values.count / examples.count
        for i in shard * columns..<(shard + 1) * columns { sums[key]![i] = 0 }
      }
      (examples[shard], costs[shard]) = (0, 0)
      for i in shard * perShard..<(shard + 1) * perShard { energies[i] = 0 }
    }
  }

  /// Joins what other ranks counted: of each sum all but one rank hold 0, so nothing is rounded.
  public mutating func join(_ other: Tally) {
    for i in examples.indices {
      examples[i] += other.examples[i]
      costs[i] += other.costs[i]
    }
    for (key, values) in other.sums {
      for i in values.indices { sums[key]![i] += values[i] }
    }
    for i in energies.indices { energies[i] += other.energies[i] }
    for i in diverged.indices { diverged[i] += other.diverged[i] }
    relaxation.join(other.relaxation)
    if let theirs = other.layered { layered?.join(theirs) }
  }

  /// Whether it is in the shape of a tiling and of a task, every count of it a whole number, of a network with so many layers
  /// above its input and so many of states.
  ///
  /// - Parameter outputs: units of the output; nil where only the data tell.
  func fits(
    _ task: LearningTask, shards: Int, layers depth: Int, states layers: Int, slices: Int, outputs: Int?
  ) -> Bool {
    let kept = task.task.sums(outputs: outputs ?? 1)
    return self.layers == layers && self.slices == slices && relaxation.fits(layers: depth)
      && layered?.fits(shards: shards, layers: depth) ?? true
      && [examples.count, costs.count].allSatisfy { $0 == shards }
      && energies.count == shards * layers * slices && diverged.count == layers
      && sums.count == kept.count
      && kept.allSatisfy { sum in
        guard let values = sums[sum.key], outputs == nil || values.count == shards * sum.columns,
          values.count.isMultiple(of: shards)
        else { return false }
        return !sum.isCount || values.allSatisfy { 0...0x1p48 ~= $0 && $0 == $0.rounded() }
      }
  }

  /// Every whole number counted, the task's left out.
  var counts: [Int] { examples + diverged + relaxation.counts + (layered?.counts ?? []) }

  /// Counts a layer whose states are not finite.
  mutating func addDiverged(_ k: Int) { diverged[k - first] += 1 }

  var divergedLayers: Set<Int> { Set(diverged.indices.filter { diverged[$0] > 0 }.map { $0 + first }) }

  public var totalExamples: Int { examples.reduce(0, +) }

  /// The task's figures, in their order; of no example they have no value.
  public func scores(_ task: LearningTask) -> [Score] {
    let task = task.task
    guard totalExamples > 0 else { return task.figures.map { Score($0, nil) } }
    let totals = task.sums(outputs: 1).map { sum in
      let values = sums[sum.key] ?? []
      let columns = values.count / examples.count
      return (0..<columns).map { column in
        stride(from: column, to: values.count, by: columns).reduce(0) { $0 + values[$1] }
      }
    }
    return zip(task.figures, task.values(of: totals, examples: totalExamples)).map { Score($0, $1) }
  }

  /// Mean cost of an example.
  public var cost: Double? { totalExamples == 0 ? nil : costs.reduce(0, +) / Double(totalExamples) }

  /// Mean energy of an example.
  public var energy: Double? { totalExamples == 0 ? nil : energies.reduce(0, +) / Double(totalExamples) }
}

extension Tally {
  /// The tallies of all ranks joined, on rank 0; elsewhere this rank's own.
  func joined(over grid: Grid) throws -> Tally {
    grid.clock?.enter(.waiting)
    defer { grid.clock?.leave() }
    let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
    // A diverged cost is told, not an error of the encoder.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let all = try grid.world.gather(Array(encoder.encode(self)), at: 0) else { return self }
    var total: Tally?
    for bytes in all {
      let tally = try decoder.decode(Tally.self, from: Data(bytes))
      if total == nil { total = tally } else { total?.join(tally) }
    }
    return total ?? self
  }
}
