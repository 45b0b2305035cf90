import EnergyModels
import EquilibriumPropagation
import Tensors

/// Counts what free phases show, where the output is computed.
package struct Counter {
  let deal: Deal
  let place: Place

  private var network: Network { deal.tiling.network }
  /// The output is whole: of the slice ranks that hold it the first one counts.
  package let countsOutput: Bool

  package init(deal: Deal, place: Place) {
    self.deal = deal
    self.place = place
    countsOutput = deal.portion(at: place).holds(deal.tiling.network.output) && place.slice == 0
  }

  /// Adds the examples, wrong ones and costs of each shard; returns (label, prediction) of each row.
  func count(
    _ free: Settled, members: BatchMembers, clamped: Clamped, data: SplitData, into tally: inout Tally
  ) -> [(Int, Int)] {
    for k in free.divergedLayers { tally.addDiverged(k) }
    guard countsOutput, let targets = clamped.targets else { return [] }
    let outputs = free.state[network.output].states
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
      tally.costs[shard] += network.cost.value(outputs: outputs, targets: targets, rows: rows)
    }
    return pairs
  }

  /// Adds how the phases of a batch went.
  func count(_ free: Settled, _ lesson: Lesson, rejects: Bool, rows: Range<Int>, into tally: inout Tally) {
    for k in lesson.phases.flatMap(\.divergedLayers) { tally.addDiverged(k) }
    tally.relaxation.free.add(free, countsIterations: countsOutput)
    for phase in lesson.phases { tally.relaxation.nudged.add(phase, countsIterations: countsOutput) }
    tally.relaxation.addBounds(free.state, portion: deal.portion(at: place), rows: rows)
    if countsOutput { tally.relaxation.addViolations(lesson.violations, rejects: rejects) }
  }

  func addEnergies(
    _ free: Settled, clamped: Clamped, parameters: Parameters, data: SplitData, into tally: inout Tally
  ) {
    let parts = zip(clamped.shards, clamped.shards.dropFirst()).map { $0..<$1 }
    let terms = parameters.energyTerms(state: free.state, clamped: clamped, parts: parts)
    for (shard, terms) in zip(data.shards, terms) {
      for term in terms { tally.add(term, shard: shard) }
    }
  }
}
