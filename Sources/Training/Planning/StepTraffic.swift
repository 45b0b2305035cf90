import MessagePassing

/// What this rank hands out and takes in while it makes steps: evaluations, checkpoints and the like left out.
struct StepTraffic {
  private let grid: Grid
  private let neighbours: GridNeighbours
  /// Of the stretches that have ended.
  private(set) var total = Traffic()
  /// All traffic before the present stretch.
  private var before: Traffic?

  init(_ neighbours: GridNeighbours, grid: Grid) {
    (self.neighbours, self.grid) = (neighbours, grid)
  }

  /// A stretch of steps begins.
  mutating func begin() { before = everything }

  /// The stretch ends, if there is one.
  mutating func end() {
    if let before { total += everything - before }
    before = nil
  }

  private var everything: Traffic {
    var traffic = neighbours.traffic
    let twins = grid.twins.collectives
    traffic.replicaSums = twins.sums
    traffic.reductions =
      grid.world.collectives.reductions + grid.replica.collectives.reductions + twins.reductions
    return traffic
  }
}
