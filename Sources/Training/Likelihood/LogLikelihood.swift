import DataSets
import EnergyModels
import Foundation
import MessagePassing
import Records
import RunFiles
import Tensors

extension Evaluator {
  /// Whether a run's model is one whose likelihood can be told.
  public static func knowsLikelihood(of run: RunFile) -> Bool { RestrictedMachine.describes(run) }

  /// How likely the model holds the examples of a split:
  ///
  ///     ln p(v) = −F(v)/T − ln Z
  ///
  /// Every rank must call it; all know the answer.
  ///
  /// - Parameters:
  ///   - temperatures: β of the annealing.
  ///   - chains: of it.
  public func logLikelihood(
    _ split: Split, of data: DataSet, temperatures: Int = 10_000, chains: Int = 100
  ) throws -> LogLikelihood {
    let result = try evaluate(split, of: data)
    let (rank, ranks) = (grid.world.rank, grid.world.count)
    // Rank 0 alone knows the joined tally.
    var known: [Double] =
      rank == 0 ? [result.tally.energy ?? Double.nan, Double(result.tally.totalExamples)] : [0, 0]
    try grid.world.join(&known)
    let effort = AnnealedImportance.Effort(temperatures: temperatures, chains: chains)
    let machine = try RestrictedMachine(parameters, of: run, grid: grid, deal: deal)
    let ofData = -known[0] / machine.temperature
    var annealing = AnnealedImportance(
      machine, means: try means(split, of: data), effort: effort, seed: run.seed, rank: rank, ranks: ranks)
    let found = try annealing.run(over: grid)
    return LogLikelihood(
      exact: try machine.logPartition(over: grid).map { ofData - $0 }, ais: ofData - found.up,
      error: found.error, reverse: ofData - found.down, examples: Int(known[1]))
  }

  /// The mean of each visible unit over a split, shard by shard.
  private func means(_ split: Split, of data: DataSet) throws -> [Double] {
    let examples = try examples(split, of: data)
    let (visible, shards) = (deal.tiling.network.units(0), deal.tiling.shards)
    var sums = [Double](repeating: 0, count: shards * visible)
    let counts = grid.place.slice == 0 && grid.place.stage == 0
    for step in 0..<examples.batches.steps where counts {
      let members = examples.members(epoch: 0, step: step)
      guard let input = examples.clamp(members, parameters: parameters).input else { continue }
      for (i, shard) in examples.shards.enumerated() {
        for row in members.bounds[i]..<members.bounds[i + 1] {
          for unit in 0..<visible { sums[shard * visible + unit] += input[row, unit] }
        }
      }
    }
    try grid.world.join(&sums)
    let count = Double(data.count(split))
    return (0..<visible).map { unit in
      (0..<shards).reduce(0) { $0 + sums[$1 * visible + unit] } / count
    }
  }
}

extension Trainer {
  /// The exact mean of ln p of examples whose mean free energy is known; nil where it is too much to count.
  ///
  /// - Parameter freeEnergy: known to rank 0.
  func logLikelihood(freeEnergy: Double?) throws -> Double? {
    guard RestrictedMachine.describes(run),
      deal.tiling.network.units(1) <= RestrictedMachine.mostEnumeratedOften
    else {
      return nil
    }
    let machine = try RestrictedMachine(parameters, of: run, grid: grid, deal: deal)
    let partition = try machine.logPartition(over: grid)
    guard let freeEnergy, let partition else { return nil }
    return -freeEnergy / machine.temperature - partition
  }
}
