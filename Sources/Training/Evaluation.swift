import DataSets
import EnergyModels
import EquilibriumPropagation
import Foundation
import MessagePassing
import RunFiles
import Tasks
import Tensors

/// What an evaluation of a split found.
public struct EvaluationResult: Equatable, Sendable {
  /// What was counted of the split: of all its examples on rank 0, elsewhere what this rank counted.
  public var tally: Tally
  /// confusion[label][prediction], where labels answer; empty elsewhere.
  public var confusion: [[Int]]
}

/// Lets every example of a split settle in a free phase and judges the outputs.
///
/// Batches take `rowsPerShard` examples of each shard; with a fixed number of iterations the result does not depend on it.
package struct Evaluation {
  /// Examples of a shard that relax together, at least.
  package static var rowsPerShard: Int { 32 }

  let grid: Grid
  let deal: Deal
  let method: Method
  let messages: GridNeighbours
  private let task: LearningTask
  private let keepsStates: Bool
  /// The most of a batch.
  private let rows: Int
  /// T, where the states that energies are told of hold means of hidden units.
  private let temperatureOfMeans: Double?

  init(run: RunFile, relaxation: Relaxation, grid: Grid, deal: Deal, perShard: Int) throws {
    (self.grid, self.deal, task) = (grid, deal, run.task)
    keepsStates = run.keepsStates
    let isOfMeans = run.procedure.inference[0].dynamics is ConditionalMeans
    temperatureOfMeans = isOfMeans ? relaxation.sampling.temperature : nil
    rows = deal.shards(replica: grid.place.replica).count * perShard * relaxation.chains
    messages = try run.makeNeighbours(grid: grid, deal: deal, rows: rows)
    method = try run.makeMethod(
      relaxation: relaxation, grid: grid, deal: deal, rows: rows, messages: messages)
  }

  /// Evaluates this rank's shards. Nothing is joined yet.
  ///
  /// - Parameters:
  ///   - epoch: whose order the batches have.
  ///   - steps: batches at most; nil takes all.
  func tally(
    _ data: SplitData, parameters: Parameters, epoch: Int = 0, steps: Int? = nil
  ) throws -> EvaluationResult {
    let counter = Counter(deal: deal, place: grid.place)
    var result = EvaluationResult(tally: Tally(deal.tiling, of: task), confusion: [])
    let output = deal.tiling.network.output
    let classes = task.task.supervision == .labels ? deal.tiling.network.units(output) : 0
    result.confusion = Array(repeating: Array(repeating: 0, count: classes), count: classes)
    for step in 0..<min(data.batches.steps, steps ?? .max) {
      let members = data.members(epoch: epoch, step: step)
      let clamped = data.clamp(members, parameters: parameters)
      let ends = try method.answer(
        from: data.start(members, rows: rows), clamped: clamped, parameters: parameters)
      let free = ends[ends.count - 1]
      if keepsStates { data.keep(members, from: free.state) }
      counter.count(free, members: members, clamped: clamped, data: data, into: &result.tally)
      if classes > 0, counter.countsOutput, let targets = clamped.targets {
        data.count(members, outputs: free.outputs, targets: targets, into: &result.confusion)
      }
      // Layers that learn by themselves have none.
      guard !deal.tiling.network.isLayerwise else { continue }
      counter.addEnergies(
        ends[0], at: temperatureOfMeans, clamped: clamped, parameters: parameters, data: data,
        into: &result.tally)
    }
    return result
  }

  /// Evaluates a split on every rank and joins what they found, on rank 0.
  func run(
    _ data: SplitData, parameters: Parameters, epoch: Int = 0, steps: Int? = nil
  ) throws -> EvaluationResult {
    var result = try tally(data, parameters: parameters, epoch: epoch, steps: steps)
    result.tally = try result.tally.joined(over: grid)
    guard !result.confusion.isEmpty else { return result }
    var counts = result.confusion.flatMap { $0.map(Int64.init) }
    try grid.world.sum(&counts)
    let classes = result.confusion.count
    result.confusion = (0..<classes).map { row in (0..<classes).map { Int(counts[row * classes + $0]) } }
    return result
  }
}
