import EnergyModels
import EquilibriumPropagation
import RunFiles

extension RunFile {
  /// The run's rule at work at a place of the grid, for batches of at most `rows` rows here.
  ///
  /// - Parameter messages: what it talks through; made anew without, by every rank of the replica.
  package func makeMethod(
    relaxation: Relaxation, grid: Grid, deal: Deal, rows: Int, messages: GridNeighbours? = nil
  ) throws -> Method {
    let messages = try messages ?? makeNeighbours(grid: grid, deal: deal, rows: rows)
    return Method(
      procedure.relaxing(as: relaxation), portion: deal.portion(at: grid.place), rows: rows,
      precision: training.precision, neighbours: messages)
  }

  /// Parameters before the first step: where only drawn states teach, binary units begin with both values alike.
  package func initialize(_ parameters: inout Parameters) {
    parameters.initialize(network.initialization, seed: seed)
    guard rule.rule.needsNoise else { return }
    for k in parameters.portion.layers where parameters.portion.network.activation(k).isBinary {
      let units = parameters.portion.units(k).count
      for unit in 0..<units { parameters[bias: k][0, unit] = 0.5 }
    }
  }

  /// What rules talk through at a place of the grid; every rank of the replica must make it.
  package func makeNeighbours(grid: Grid, deal: Deal, rows: Int) throws -> GridNeighbours {
    try GridNeighbours(
      grid: grid, deal: deal, rows: procedure.messageRows(rows),
      parts: restingParts(rows: rows, shards: deal.tiling.shards), precision: training.precision)
  }

  /// The most parts of so many rows, of shards, that come to rest each by itself.
  package func restingParts(rows: Int, shards: Int) -> Int {
    let together = procedure.phases.compactMap(\.duration.together).min()
    return together.map { shards + rows / $0 } ?? shards
  }
}
