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

  /// What rules talk through at a place of the grid; every rank of the replica must make it.
  package func makeNeighbours(grid: Grid, deal: Deal, rows: Int) throws -> GridNeighbours {
    try GridNeighbours(
      grid: grid, deal: deal, rows: procedure.messageRows(rows), precision: training.precision)
  }

  /// Whether each example keeps its last free state.
  package var keepsStates: Bool { relaxation.start == .persistent && procedure.relaxes }
}
