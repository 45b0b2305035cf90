import EnergyModels
import EquilibriumPropagation
import Records
import RunFiles
import Training

/// The grids that a number of ranks can form for a run, by the predicted time of a step.
public struct Plan: Sendable {
  /// A grid and its prediction.
  public struct Candidate: Sendable {
    public let deal: Deal
    /// Of a full batch with all iterations that the run file allows; candidates stand in the order of its `total`.
    public let time: StepTime
    let run: RunFile
    let machine: Machine
    let liveShare: StepWork.LiveShare
    public var grid: GridShape { deal.grid }
  }

  /// The best first.
  public let candidates: [Candidate]

  /// Predicts every grid of so many ranks that the tiling can be dealt to, or only the one asked for.
  public init(
    ranks: Int, grid: GridShape? = nil, tiling: Tiling, run: RunFile, machine: Machine = .ordinary,
    liveShare: StepWork.LiveShare = .all
  ) throws(GridError) {
    let asked = try grid.map { grid throws(GridError) in [try Deal(run, tiling: tiling, to: grid)] }
    let deals = asked ?? Self.deals(ranks: ranks, tiling: tiling, run: run)
    candidates = Self.ranked(deals, run: run, machine: machine, liveShare: liveShare)
    guard candidates.isEmpty else { return }
    let possible = (1...1024).filter { !Self.deals(ranks: $0, tiling: tiling, run: run).isEmpty }
    throw GridError(
      "no grid of \(ranks) ranks fits \(tiling.shards) shards, \(tiling.network.depth) layers and "
        + "\(tiling.slicing.slices) slices; use "
        + possible.map(String.init).joined(separator: ", ") + " ranks or another tiling")
  }

  /// The best grid, or an error that says what the tiling allows.
  public static func choose(
    ranks: Int, tiling: Tiling, run: RunFile, machine: Machine = .ordinary
  ) throws(GridError) -> GridShape {
    try Plan(ranks: ranks, tiling: tiling, run: run, machine: machine).candidates[0].grid
  }

  /// Every grid of so many ranks that the tiling can be dealt to, the best on an ordinary machine first.
  public static func grids(ranks: Int, tiling: Tiling, run: RunFile) -> [GridShape] {
    ranked(deals(ranks: ranks, tiling: tiling, run: run), run: run, machine: .ordinary, liveShare: .all)
      .map(\.grid)
  }

  private static func ranked(
    _ deals: [Deal], run: RunFile, machine: Machine, liveShare: StepWork.LiveShare
  ) -> [Candidate] {
    deals
      .map {
        Candidate(
          deal: $0, time: StepTime(run, deal: $0, machine: machine, liveShare: liveShare), run: run,
          machine: machine, liveShare: liveShare)
      }
      .sorted {
        ($0.time.total, $0.grid.slices, $0.grid.stages) < ($1.time.total, $1.grid.slices, $1.grid.stages)
      }
  }

  private static func deals(ranks: Int, tiling: Tiling, run: RunFile) -> [Deal] {
    let divisors = { (count: Int, limit: Int) in (1...max(1, min(count, limit))).filter { count % $0 == 0 } }
    return divisors(ranks, tiling.shards).flatMap { replicas in
      divisors(ranks / replicas, tiling.network.depth).compactMap { stages in
        let shape = GridShape(replicas: replicas, stages: stages, slices: ranks / replicas / stages)
        return try? Deal(run, tiling: tiling, to: shape)
      }
    }
  }
}
