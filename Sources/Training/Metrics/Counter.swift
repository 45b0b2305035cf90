import EnergyModels
import EquilibriumPropagation
import Tasks
import Tensors

/// Counts what free phases show, where the output is computed.
package struct Counter {
  private let portion: Portion
  /// The output is whole: of the slice ranks that hold it the first one counts.
  package let countsOutput: Bool
  private let isFirstSlice: Bool

  package init(deal: Deal, place: Place) {
    portion = deal.portion(at: place)
    isFirstSlice = place.slice == 0
    countsOutput = portion.holds(portion.network.output) && place.slice == 0
  }

  private var network: Network { portion.network }

  /// Adds the examples, costs and the task's sums of each shard.
  ///
  /// - Parameter answers: whether its outputs are answers; without, only what diverged is told.
  func count(
    _ free: Settled, answers: Bool = true, members: BatchMembers, clamped: Clamped, data: SplitData,
    into tally: inout Tally
  ) {
    for k in free.divergedLayers { tally.addDiverged(k) }
    guard answers, countsOutput, let given = clamped.targets else { return }
    let (outputs, targets) = (data.answers(members, free.outputs), data.answers(members, given))
    tally.judge(
      AnsweredBatch(
        outputs: outputs, targets: targets, inputs: clamped.input.map { data.answers(members, $0) },
        rows: data.rows(members)),
      first: data.shards.lowerBound, by: data.task, of: data.sums)
    for (i, shard) in data.shards.enumerated() {
      let rows = members.bounds[i]..<members.bounds[i + 1]
      tally.examples[shard] += rows.count
      tally.costs[shard] += network.cost.value(outputs: outputs, targets: targets, rows: rows)
    }
    if let scores = free.findings as? ClassScores {
      tally.layered?.add(scores, labels: targets.largestColumns(rows: clamped.rows.count))
    }
  }

  /// Adds what the layers computed here came to; of a layer's slice ranks, which know all of it, the first one counts.
  func count(_ goodness: LayerGoodness, bounds: [Int], first: Int, into tally: inout Tally) {
    if isFirstSlice { tally.layered?.add(goodness, first: first, bounds: bounds) }
  }

  /// Adds how the phases of a batch went.
  func count(_ free: Settled, _ lesson: Lesson, rejects: Bool, rows: Range<Int>, into tally: inout Tally) {
    let phases = lesson.phases
    for k in phases.flatMap(\.divergedLayers) { tally.addDiverged(k) }
    tally.relaxation.free.add(free, countsIterations: countsOutput)
    for phase in phases { tally.relaxation.nudged.add(phase, countsIterations: countsOutput) }
    tally.relaxation.addBounds(free.state, portion: portion, rows: rows)
    guard countsOutput else { return }
    tally.relaxation.addViolations(lesson.violations, rejects: rejects)
    for phase in [free] + phases { tally.relaxation.addAcceptance(phase.acceptance) }
  }

  /// - Parameter temperature: T of a state in which hidden units are at their means, whose free energy counts.
  func addEnergies(
    _ free: Settled, at temperature: Double? = nil, clamped: Clamped, parameters: Parameters, data: SplitData,
    into tally: inout Tally
  ) {
    let parts = zip(clamped.shards, clamped.shards.dropFirst()).map { $0..<$1 }
    var terms = parameters.energyTerms(state: free.state, clamped: clamped, parts: parts)
    if let temperature {
      for (part, rows) in parts.enumerated() {
        terms[part] += parameters.entropyTerms(state: free.state, at: temperature, rows: rows)
      }
    }
    for (shard, terms) in zip(data.shards, terms) {
      for term in terms { tally.add(term, shard: shard, share: 1 / Double(data.chainsEach)) }
    }
  }
}
