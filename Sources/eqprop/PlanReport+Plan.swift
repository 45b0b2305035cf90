import DataSets
import EnergyModels
import Reporting
import Training

extension PlanReport {
  /// The report of a plan for a run's data.
  init(_ plan: Plan, of run: RunFile, data: DataSet) {
    let examples = Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, data.count($0)) })
    let best = plan.candidates[0]
    let time = best.time
    self.init(
      run: run.name, ranks: best.grid.ranks,
      grids: plan.candidates.map { Grid($0, run: run, examples: examples) },
      stages: Stage.all(of: best.deal, run: run, examples: examples),
      parts: [
        ("relaxation", time.relaxation), ("neighbours", time.neighbours), ("learning", time.learning),
        ("sums", time.sums), ("reductions", time.reductions),
      ])
  }
}

extension PlanReport.Grid {
  init(_ candidate: Plan.Candidate, run: RunFile, examples: [Split: Int]) {
    let deal = candidate.deal
    let ranks = deal.extremePlaces.map { DryRun(run, deal: deal, place: $0) }
    let sent = ranks.map { $0.step.flow.sent }
    self.init(
      shape: candidate.grid.description, seconds: candidate.time.total,
      examplesPerSecond: Double(run.training.batch) / candidate.time.total,
      memory: ranks.map { $0.memory(examples: examples).total }.max() ?? 0,
      messages: sent.map(\.messages).max() ?? 0, bytes: sent.map(\.bytes).max() ?? 0)
  }
}

extension PlanReport.Stage {
  /// The stages of a deal, each with its largest rank.
  static func all(of deal: Deal, run: RunFile, examples: [Split: Int]) -> [Self] {
    let grid = deal.grid
    let ranks = deal.extremePlaces.map { place in
      let dry = DryRun(run, deal: deal, place: place)
      return (place: place, memory: dry.memory(examples: examples), traffic: dry.step)
    }
    return deal.stageLayers.enumerated().compactMap { stage, layers in
      let here = ranks.filter { $0.place.stage == stage }
      guard let largest = here.max(by: { $0.memory.total < $1.memory.total }) else { return nil }
      return Self(
        layers: layers, ranks: grid.replicas * grid.slices, slices: deal.slices(slice: 0).count,
        shards: deal.shards(replica: 0).count,
        largest: RankCounts(
          rank: grid.rank(at: largest.place), memory: largest.memory, traffic: largest.traffic))
    }
  }
}
