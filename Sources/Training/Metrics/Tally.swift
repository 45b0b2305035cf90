import EnergyModels
import Foundation
import MessagePassing

/// What has been counted over examples, kept apart by shard (and energies by layer and slice), so that totals are
/// added in one order on every grid.
public struct Tally: Codable, Equatable, Sendable {
  /// By shard, the examples counted: until tallies are joined, 0 but on the rank that counts their outputs.
  public var examples: [Int]
  /// By shard, how many examples had another largest output than their label's.
  public var wrong: [Int]
  /// By shard, the sum of C(y) over its examples.
  public var costs: [Double]
  /// For each layer of states, how often a phase ended with a state that is not finite.
  public var diverged: [Int]
  /// shards × layers × slices.
  public var energies: [Double]
  /// How the phases went.
  package var relaxation: RelaxationTally
  /// Layers of states.
  private let layers: Int
  private let slices: Int

  /// The lowest of them: 0 where the input is not clamped.
  private var first: Int { relaxation.layers - layers + 1 }

  /// Zeros, in the shape of a tiling.
  public init(_ tiling: Tiling) {
    examples = Array(repeating: 0, count: tiling.shards)
    wrong = examples
    costs = Array(repeating: 0, count: tiling.shards)
    layers = tiling.network.states.count
    diverged = Array(repeating: 0, count: layers)
    slices = tiling.slicing.slices
    energies = Array(repeating: 0, count: tiling.shards * layers * slices)
    relaxation = RelaxationTally(layers: tiling.network.depth)
  }

  /// Adds one tile's part of the energy of a shard of the evaluated examples to its place: by shard, layer and slice.
  public mutating func add(_ term: EnergyTerm, shard: Int) {
    energies[(shard * layers + term.layer - first) * slices + term.slice] += term.value
  }

  /// Forgets what was counted of other shards, and of relaxations unless this rank is to keep that.
  public mutating func keep(shards: Range<Int>, relaxation keepsRelaxation: Bool) {
    if !keepsRelaxation { relaxation = RelaxationTally(layers: relaxation.layers) }
    let perShard = layers * slices
    for shard in examples.indices where !shards.contains(shard) {
      (examples[shard], wrong[shard], costs[shard]) = (0, 0, 0)
      for i in shard * perShard..<(shard + 1) * perShard { energies[i] = 0 }
    }
  }

  /// Joins what other ranks counted: of each sum all but one rank hold 0, so nothing is rounded.
  public mutating func join(_ other: Tally) {
    for i in examples.indices {
      examples[i] += other.examples[i]
      wrong[i] += other.wrong[i]
      costs[i] += other.costs[i]
    }
    for i in energies.indices { energies[i] += other.energies[i] }
    for i in diverged.indices { diverged[i] += other.diverged[i] }
    relaxation.join(other.relaxation)
  }

  /// Whether every list is as long as a tiling asks for, of a network with so many layers above its input and so many of
  /// states.
  func fits(shards: Int, layers depth: Int, states layers: Int, slices: Int) -> Bool {
    self.layers == layers && self.slices == slices && relaxation.fits(layers: depth)
      && [examples.count, wrong.count, costs.count].allSatisfy { $0 == shards }
      && energies.count == shards * layers * slices && diverged.count == layers
  }

  /// Every whole number counted.
  var counts: [Int] { examples + wrong + diverged + relaxation.counts }

  /// Counts a layer whose states are not finite.
  mutating func addDiverged(_ k: Int) { diverged[k - first] += 1 }

  var divergedLayers: Set<Int> { Set(diverged.indices.filter { diverged[$0] > 0 }.map { $0 + first }) }

  public var totalExamples: Int { examples.reduce(0, +) }
  public var totalWrong: Int { wrong.reduce(0, +) }

  /// Share of wrong examples in percent, nil without examples.
  public var error: Double? {
    totalExamples == 0 ? nil : 100 * Double(totalWrong) / Double(totalExamples)
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
