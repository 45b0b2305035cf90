import MessagePassing

/// What this rank hands out and takes in while it makes steps: evaluations, checkpoints and the like left out.
struct StepTraffic {
  private let grid: Grid
  private let neighbours: GridNeighbours
  /// Of the stretches that have ended.
  private(set) var total = Traffic()
  private(set) var steps = 0
  /// All traffic, and all steps of the run, before the present stretch.
  private var before: (traffic: Traffic, step: Int)?

  init(_ neighbours: GridNeighbours, grid: Grid) {
    (self.neighbours, self.grid) = (neighbours, grid)
  }

  /// A stretch begins after so many steps of the run.
  mutating func begin(at step: Int) { before = (everything, step) }

  /// The stretch, if there is one, ends after so many steps of the run.
  mutating func end(at step: Int) {
    guard let before else { return }
    total += everything - before.traffic
    steps += step - before.step
    self.before = nil
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
