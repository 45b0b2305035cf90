import DataSets
import EnergyModels
import Planning
import Reporting
import RunFiles
import Training

extension PlanReport {
  /// The report of a plan for a run's data.
  init(_ plan: Plan, of run: RunFile, data: DataSet) {
    let best = plan.candidates[0]
    let time = best.time
    self.init(
      run: run.name, ranks: best.grid.ranks,
      grids: plan.candidates.map { Grid($0, run: run, data: data) },
      best: Shape(
        replicas: best.grid.replicas, stages: best.grid.stages, slices: best.grid.slices,
        shards: best.deal.shards(replica: 0).count,
        examples: best.deal.shards(replica: 0).count * best.deal.tiling.perShard),
      firstReplica: Rank.firstReplica(of: best, run: run, data: data),
      parts: [
        ("relaxation", time.relaxation), ("neighbours", time.neighbours), ("learning", time.learning),
        ("sums", time.sums), ("reductions", time.reductions),
      ])
  }
}

extension PlanReport.Grid {
  init(_ candidate: Plan.Candidate, run: RunFile, data: DataSet) {
    let deal = candidate.deal
    let ranks = deal.extremePlaces.map { DryRun(run, deal: deal, place: $0) }
    let sent = ranks.map { $0.step.flow.sent }
    self.init(
      shape: candidate.grid.description, seconds: candidate.time.total,
      examplesPerSecond: Double(run.training.batch) / candidate.time.total,
      memory: ranks.map { $0.memory(data: data).total }.max() ?? 0,
      messages: sent.map(\.messages).max() ?? 0, bytes: sent.map(\.bytes).max() ?? 0)
  }
}

extension PlanReport.Rank {
  /// The ranks of a grid's first replica; of many slices the first ones and the last.
  static func firstReplica(of best: Plan.Candidate, run: RunFile, data: DataSet) -> [Self] {
    let (grid, most) = (best.grid, PlanReport.slicesDrawn)
    let slices = (0..<grid.slices).filter { grid.slices <= most || $0 < most - 2 || $0 == grid.slices - 1 }
    return (0..<grid.stages).flatMap { stage in
      slices.map {
        Self(at: Place(replica: 0, stage: stage, slice: $0), of: best, run: run, data: data)
      }
    }
  }

  private init(at place: Place, of best: Plan.Candidate, run: RunFile, data: DataSet) {
    let (deal, grid) = (best.deal, best.grid)
    let dry = DryRun(run, deal: deal, place: place)
    let (load, portion) = (best.load(at: place), deal.portion(at: place))
    self.init(
      stage: place.stage, slice: place.slice, layers: portion.layers,
      units: portion.layers.map { portion.units($0).count },
      counts: RankCounts(
        rank: grid.rank(at: place), memory: dry.memory(data: data), traffic: dry.step),
      work: load.work,
      parcels: load.parcels.map {
        PlanReport.Parcel(rank: grid.rank(at: $0.receiver), stage: $0.receiver.stage, bytes: $0.bytes)
      }, replicaBytes: load.replicaBytes)
  }
}
