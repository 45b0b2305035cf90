import EnergyModels
import EquilibriumPropagation
import MessagePassing
import Records
import RunFiles
import Training

extension StepTime {
  /// Predicts the step of a run from its counted work and messages and a machine's figures.
  ///
  /// Layers that move together wait for the slowest place; where states alternate between even and odd layers, a stage
  /// idles while it has none of a kind. Nothing else overlaps.
  public init(_ run: RunFile, deal: Deal, machine: Machine, liveShare: StepWork.LiveShare = .all) {
    self.init()
    let ranks = deal.unlikePlaces(replica: deal.grid.replicas - 1).map {
      PlacedRank(DryRun(run, deal: deal, place: $0), machine, liveShare)
    }
    guard let exchanges = ranks.first?.dry.exchanges else { return }
    for sweeps in exchanges.sweeps {
      for set in sweeps.sets {
        let costs = ranks.map { $0.cost(of: set, in: sweeps) }
        guard let slowest = costs.max(by: { $0.work + $0.talk < $1.work + $1.talk }) else { continue }
        relaxation += Double(sweeps.count) * slowest.work
        neighbours += Double(sweeps.count) * slowest.talk
      }
    }
    learning = ranks.map(\.learning).max() ?? 0
    sums = ranks.map(\.sums).max() ?? 0
    let inReplica = deal.grid.stages * deal.grid.slices
    reductions = exchanges.maxima.reduce(machine.reductionSeconds(ranks: deal.grid.ranks)) {
      $0 + Double($1.count) * machine.reductionSeconds(ranks: inReplica)
    }
  }
}

extension Deal {
  /// Places among which are those that hold and send most: the first shards have the most examples, the last replica
  /// has the largest share of the sums.
  public var extremePlaces: [Place] {
    unlikePlaces(replica: 0) + (grid.replicas > 1 ? unlikePlaces(replica: grid.replicas - 1) : [])
  }

  /// A place of a replica for each kind of place: those that hold the same layers, and as many units of these and of
  /// the layers next to them, are alike.
  func unlikePlaces(replica: Int) -> [Place] {
    var seen: Set<[Int]> = []
    var places: [Place] = []
    for stage in 0..<grid.stages {
      for slice in 0..<grid.slices {
        let place = Place(replica: replica, stage: stage, slice: slice)
        let portion = portion(at: place)
        let layers = Set(portion.layers.flatMap { portion.network.neighbours($0) }).union(portion.layers)
        if seen.insert([stage] + layers.sorted().map { portion.units($0).count }).inserted {
          places.append(place)
        }
      }
    }
    return places
  }
}
