import EquilibriumPropagation

extension RunFile {
  /// The run's learning rule at a place of the grid, for batches of at most `rows` rows here.
  ///
  /// - Parameter messages: what it talks through; made anew without, by every rank of the replica.
  func makeRule(
    relaxation: Relaxation, grid: Grid, deal: Deal, rows: Int, messages: GridNeighbours? = nil
  ) throws -> any LearningRule {
    let messages =
      try messages
      ?? GridNeighbours(
        grid: grid, deal: deal, rows: rule.messageRows(rows, nudging: nudging), precision: training.precision)
    return rule.make(
      portion: deal.portion(at: grid.place), relaxation: relaxation, nudging: nudging, rows: rows,
      precision: training.precision, neighbours: messages)
  }

  /// Whether each example keeps its last free state.
  var keepsStates: Bool { relaxation.start == .persistent && rule != .backpropagation }
}
