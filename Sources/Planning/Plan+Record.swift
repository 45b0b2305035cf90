import DataSets
import EnergyModels
import EquilibriumPropagation
import MessagePassing
import Records
import RunFiles
import Training

extension PlanRecord {
  /// What is told of a plan for a run's data.
  public init(_ plan: Plan, of run: RunFile, data: DataSet) {
    let best = plan.candidates[0]
    let shards = best.deal.shards(replica: 0).count
    self.init(
      run: run.name, batch: run.training.batch, ranks: best.grid.ranks,
      grids: plan.candidates.map { $0.record(data: data) },
      best: Best(
        replicas: best.grid.replicas, stages: best.grid.stages, slices: best.grid.slices, shards: shards,
        examples: shards * best.deal.tiling.perShard),
      firstReplica: best.firstReplica(data: data))
  }

  /// Slices told of at most; of more the first two and the last.
  private static let mostSlices = 4

  /// Whether a slice is among those told of.
  fileprivate static func tells(of slice: Int, slices: Int) -> Bool {
    slices <= mostSlices || slice < mostSlices - 2 || slice == slices - 1
  }
}

extension Plan.Candidate {
  fileprivate func record(data: DataSet) -> PlanRecord.Grid {
    let ranks = deal.extremePlaces.map { DryRun(run, deal: deal, place: $0) }
    let sent = ranks.map { $0.step.flow.sent }
    guard let memory = ranks.map({ $0.memory(data: data) }).max(by: { $0.peak < $1.peak }) else {
      preconditionFailure("a grid has places")
    }
    return PlanRecord.Grid(
      shape: grid.description, time: time, memory: memory,
      sent: MessageCount(
        messages: sent.map(\.messages).max() ?? 0, bytes: sent.map(\.bytes).max() ?? 0))
  }

  fileprivate func firstReplica(data: DataSet) -> [PlanRecord.Rank] {
    let slices = (0..<grid.slices).filter { PlanRecord.tells(of: $0, slices: grid.slices) }
    return (0..<grid.stages).flatMap { stage in
      slices.map { rank(at: Place(replica: 0, stage: stage, slice: $0), data: data) }
    }
  }

  private func rank(at place: Place, data: DataSet) -> PlanRecord.Rank {
    let (dry, portion) = (DryRun(run, deal: deal, place: place), deal.portion(at: place))
    return PlanRecord.Rank(
      stage: place.stage, slice: place.slice, layers: portion.layers,
      units: portion.layers.map { portion.units($0).count },
      counts: RankCounts(rank: grid.rank(at: place), memory: dry.memory(data: data), traffic: dry.step),
      work: workSeconds(at: place), parcels: parcels(from: place))
  }

  /// Seconds of a step's work at a place, without messages and without waiting for other ranks.
  package func workSeconds(at place: Place) -> Double {
    let rank = PlacedRank(DryRun(run, deal: deal, place: place), machine, liveShare)
    return rank.dry.exchanges.sweeps.reduce(rank.learning) { sum, sweeps in
      sum + sweeps.sets.reduce(0) { $0 + Double(sweeps.count) * rank.cost(of: $1, in: sweeps).work }
    }
  }

  /// What the rank at a place hands each other one of its replica in an iteration, one of those that a step has most of.
  package func parcels(from place: Place) -> [PlanRecord.Parcel] {
    let dry = DryRun(run, deal: deal, place: place)
    let most = dry.exchanges.sweeps.map(\.count).max() ?? 0
    let sweeps = dry.exchanges.sweeps.first { $0.count == most }
    let bytes = sweeps.map { dry.bytesByReceiver(in: $0) } ?? [:]
    let first = place.replica * grid.stages * grid.slices
    return bytes.sorted { $0.key < $1.key }.map { peer, bytes in
      PlanRecord.Parcel(rank: first + peer, stage: peer / grid.slices, bytes: bytes)
    }
  }
}
