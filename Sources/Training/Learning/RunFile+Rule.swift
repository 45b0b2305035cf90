import EquilibriumPropagation
import RunFiles

extension RunFile {
  /// The run's learning rule at a place of the grid, for batches of at most `rows` rows here.
  ///
  /// - Parameter messages: what it talks through; made anew without, by every rank of the replica.
  package func makeRule(
    relaxation: Relaxation, grid: Grid, deal: Deal, rows: Int, messages: GridNeighbours? = nil
  ) throws -> any LearningRule {
    let messages = try messages ?? makeNeighbours(grid: grid, deal: deal, rows: rows)
    return rule.make(
      portion: deal.portion(at: grid.place), relaxation: relaxation, nudging: nudging, rows: rows,
      precision: training.precision, neighbours: messages)
  }

  /// What rules talk through at a place of the grid; every rank of the replica must make it.
  package func makeNeighbours(grid: Grid, deal: Deal, rows: Int) throws -> GridNeighbours {
    try GridNeighbours(
      grid: grid, deal: deal, rows: rule.messageRows(rows, nudging: nudging), precision: training.precision)
  }

  /// Iterations of all phases of a step, at most.
  package var iterationsPerStep: Int {
    if rule == .backpropagation { return 2 }
    let phases =
      switch (rule, nudging.kind) {
      case (.equilibriumPropagation, .centered), (.coupled, .centered): 2
      // Complex states take two products.
      case (.equilibriumPropagation, .points): nudging.points ?? 2
      default: 1
      }
    return relaxation.free.atMost + relaxation.nudged.atMost * phases
  }

  /// Whether each example keeps its last free state.
  package var keepsStates: Bool { relaxation.start == .persistent && rule != .backpropagation }
}
