import DataSets
import EnergyModels
import EquilibriumPropagation
import Foundation
import MessagePassing
import Tensors

/// What an evaluation of a split found.
public struct EvaluationResult: Equatable, Sendable {
  public var tally: Tally
  /// confusion[label][prediction].
  public var confusion: [[Int]]
}

/// Lets every example of a split settle in a free phase and compares the largest output with its label.
///
/// Batches take `rowsPerShard` examples of each shard; with a fixed number of iterations the result does not depend on it.
struct Evaluation {
  /// Examples of a shard that relax together, at least.
  static var rowsPerShard: Int { 32 }

  let grid: Grid
  let deal: Deal
  let rule: any LearningRule

  init(run: RunFile, relaxation: Relaxation, grid: Grid, deal: Deal, perShard: Int) {
    self.grid = grid
    self.deal = deal
    let rows = deal.shards(replica: grid.place.replica).count * perShard
    rule = run.makeRule(relaxation: relaxation, grid: grid, deal: deal, rows: rows)
  }

  /// Evaluates this rank's shards. Nothing is joined yet.
  func tally(_ data: SplitData, parameters: Parameters) throws -> EvaluationResult {
    let counter = Counter(deal: deal, place: grid.place)
    var result = EvaluationResult(tally: Tally(deal.tiling), confusion: [])
    let classes = deal.tiling.network.units(deal.tiling.network.depth)
    result.confusion = Array(repeating: Array(repeating: 0, count: classes), count: classes)
    for step in 0..<data.batches.steps {
      let members = data.members(epoch: 0, step: step)
      let clamped = data.clamp(members, parameters: parameters)
      let free = try rule.infer(from: data.start(members), clamped: clamped, parameters: parameters)
      data.persistent?.store(members, from: free.state)
      let pairs = counter.count(free, members: members, clamped: clamped, data: data, into: &result.tally)
      for (label, prediction) in pairs { result.confusion[label][prediction] += 1 }
      counter.addEnergies(free, clamped: clamped, parameters: parameters, data: data, into: &result.tally)
    }
    return result
  }

  /// Evaluates a split on every rank and joins what they found, on rank 0.
  func run(_ data: SplitData, parameters: Parameters) throws -> EvaluationResult {
    var result = try tally(data, parameters: parameters)
    result.tally = try result.tally.joined(over: grid)
    var counts = result.confusion.flatMap { $0.map(Int64.init) }
    try grid.world.sum(&counts)
    let classes = result.confusion.count
    result.confusion = (0..<classes).map { row in (0..<classes).map { Int(counts[row * classes + $0]) } }
    return result
  }
}

extension RunFile {
  /// The run's learning rule at a place of the grid, for batches of at most `rows` rows here.
  func makeRule(relaxation: Relaxation, grid: Grid, deal: Deal, rows: Int) -> any LearningRule {
    let messages = GridNeighbours(
      grid: grid, deal: deal, rows: rule.messageRows(rows, nudging: nudging), precision: training.precision)
    return rule.make(
      portion: deal.portion(at: grid.place), relaxation: relaxation, nudging: nudging, rows: rows,
      precision: training.precision, neighbours: messages)
  }

  /// Whether each example keeps its last free state.
  var keepsStates: Bool { relaxation.start == .persistent && rule != .backpropagation }
}

/// Counts what free phases show, where the output is computed.
struct Counter {
  let deal: Deal
  let place: Place

  private var depth: Int { deal.tiling.network.depth }
  /// The output is whole: of the slice ranks that hold it the first one counts.
  let countsOutput: Bool

  init(deal: Deal, place: Place) {
    self.deal = deal
    self.place = place
    countsOutput = deal.portion(at: place).holds(deal.tiling.network.depth) && place.slice == 0
  }

  /// Adds the examples, wrong ones and costs of each shard; returns (label, prediction) of each row.
  func count(
    _ free: Settled, members: BatchMembers, clamped: Clamped, data: SplitData, into tally: inout Tally
  ) -> [(Int, Int)] {
    tally.diverged += free.outcomes.count { $0 == .diverged }
    guard countsOutput, let targets = clamped.targets else { return [] }
    let outputs = free.state[depth].states
    let predictions = outputs.largestColumns(rows: members.rows.count)
    var pairs: [(Int, Int)] = []
    pairs.reserveCapacity(predictions.count)
    for (i, shard) in data.shards.enumerated() {
      let rows = members.bounds[i]..<members.bounds[i + 1]
      for row in rows {
        let label = data.label(members, row)
        tally.wrong[shard] += label == predictions[row] ? 0 : 1
        pairs.append((label, predictions[row]))
      }
      tally.examples[shard] += rows.count
      tally.costs[shard] += deal.tiling.network.cost.value(outputs: outputs, targets: targets, rows: rows)
    }
    return pairs
  }

  /// Adds how the phases of a batch went.
  func count(_ free: Settled, _ lesson: Lesson, rejects: Bool, rows: Range<Int>, into tally: inout Tally) {
    tally.diverged += lesson.phases.reduce(0) { $0 + $1.outcomes.count { $0 == .diverged } }
    tally.relaxation.free.add(free, countsIterations: countsOutput)
    for phase in lesson.phases { tally.relaxation.nudged.add(phase, countsIterations: countsOutput) }
    tally.relaxation.addBounds(free.state, portion: deal.portion(at: place), rows: rows)
    if countsOutput { tally.relaxation.addViolations(lesson.violations, rejects: rejects) }
  }

  func addEnergies(
    _ free: Settled, clamped: Clamped, parameters: Parameters, data: SplitData, into tally: inout Tally
  ) {
    for (i, shard) in data.shards.enumerated() {
      let rows = clamped.shards[i]..<clamped.shards[i + 1]
      for term in parameters.energyTerms(state: free.state, clamped: clamped, rows: rows) {
        tally.add(term, shard: shard)
      }
    }
  }
}

extension Tally {
  /// The tallies of all ranks joined, on rank 0; elsewhere this rank's own.
  func joined(over grid: Grid) throws -> Tally {
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
