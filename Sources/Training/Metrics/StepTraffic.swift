import Foundation
import MessagePassing
import Records

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

extension Traffic {
  /// Adds what moved along a route.
  package mutating func add(_ flow: MessageFlow, of route: Routes.Route) {
    if route.carriesActivity { activity += flow } else { partialDrives += flow }
  }
}

extension Trainer {
  /// What every rank has held and moved so far, on rank 0; every rank must call it. Sends one gather.
  public func counts() throws -> RunCounts? {
    let mine = RankCounts(rank: grid.world.rank, memory: memory, traffic: traffic.total)
    let all = try grid.world.gather(Array(JSONEncoder().encode(mine)), at: 0)
    return try all.map { all in
      RunCounts(
        steps: traffic.steps, ranks: try all.map { try JSONDecoder().decode(RankCounts.self, from: Data($0)) }
      )
    }
  }
}
