import DataSets
import EnergyModels
import Foundation
import MessagePassing
import Records
import RunFiles
import Training

/// Measures the step of a run on a grid, alone and against one rank, and the machine's ceilings in the same run.
public struct Bench {
  /// How it measures.
  public struct Options: Sendable {
    /// Repeats of each grid, one after the other in turn.
    public var repeats = 7
    /// Seconds of a repeat, at least.
    public var seconds = 0.5
    /// The share of a host's cores that others may use in a repeat that counts.
    public var busyLimit = 0.1
    /// The folder of the checkpoint that is measured; removed.
    public var output = "runs/.bench"
    /// Whether ranks of one host talk through its memory.
    public var sharesMemory = true
    /// Whether shapes that this run on this grid does not meet are measured too.
    public var calibrates = false

    public init() {}
  }

  let run: RunFile
  private let data: DataSet
  let deal: Deal
  let options: Options

  /// A measurement of a run on the grid of `deal`.
  public init(_ run: RunFile, data: DataSet, deal: Deal, options: Options) {
    (self.run, self.data, self.deal, self.options) = (run, data, deal, options)
  }

  /// What was measured, and rank 0's ceilings, with the layer overhead of the critical rank: what `--calibrate` writes.
  ///
  /// Every rank calls it; both are rank 0's, nil elsewhere.
  public func measure(
    on world: borrowing Communicator
  ) throws -> (record: BenchRecord, machine: Machine)? {
    let benches = try makeBenches(world)
    for bench in benches.all { try bench.warmUp(seconds: options.seconds, in: world) }
    var repeats = benches.all.map { _ in StepBench.Repeats() }
    for _ in 0..<options.repeats {
      for (index, bench) in benches.all.enumerated() {
        if let samples = try bench.repeatOnce(in: world) { repeats[index].add(samples) }
      }
    }
    guard let trainer = benches.grid.trainer else { preconditionFailure("every rank is part of the grid") }
    let host = Machine.Host.this(run.training.precision)
    let iterations = try trainer.meanIterations()
    let messages = try trainer.grid.measureMessages()
    let ceilings = CeilingMeter(
      trainer: trainer, iterations: iterations, messages: messages,
      lastCacheBytes: host.lastCacheBytes ?? 1 << 25)
    let shapes = options.calibrates ? StepWork.calibrationShapes(run, tiling: deal.tiling) : []
    let found = try ceilings.measure(shapes: shapes)
    let checkpoint = try trainer.rehearseCheckpoint() / Double(trainer.stepsPerCheckpoint)
    guard let all = try world.gather(Array(JSONEncoder().encode(found)), at: 0) else { return nil }
    let ranks = try all.map { try JSONDecoder().decode(CeilingMeter.Found.self, from: Data($0)) }
    return record(
      Found(
        benches: benches, repeats: repeats, ranks: ranks, iterations: iterations, checkpoint: checkpoint,
        host: host, messages: messages))
  }

  struct Benches {
    var grid: StepBench
    var alone: StepBench?
    var weak: StepBench?
    var all: [StepBench] { [grid, alone, weak].compactMap { $0 } }
  }

  private func makeBenches(_ world: borrowing Communicator) throws -> Benches {
    let grid = StepBench(
      try trainer(run, deal, Grid(deal.grid, world: world, sharesMemory: options.sharesMemory)),
      participants: world.count)
    guard world.count > 1 else { return Benches(grid: grid) }
    var lone: Trainer?
    if let one = try world.split(colour: world.rank == 0 ? 0 : nil, key: 0, label: "one rank") {
      let shape = GridShape(replicas: 1, stages: 1, slices: 1)
      lone = try trainer(run, Deal(run, tiling: deal.tiling, to: shape), Grid(shape, world: one))
    }
    var benches = Benches(grid: grid, alone: StepBench(lone, participants: 1))
    if let (larger, deal) = weak {
      let grid = try Grid(deal.grid, world: world, sharesMemory: options.sharesMemory)
      benches.weak = StepBench(try trainer(larger, deal, grid), participants: world.count)
    }
    return benches
  }

  private func trainer(_ run: RunFile, _ deal: Deal, _ grid: Grid) throws -> Trainer {
    try Trainer(run: run, data: data, deal: deal, grid: grid, output: options.output) { _ in }
  }

  /// As many times the batch, in as many times the shards, as there are replicas, where the grid is of replicas alone.
  private var weak: (RunFile, Deal)? {
    let replicas = deal.grid.replicas
    guard replicas == deal.grid.ranks, run.training.batch * replicas <= data.count(.training) else {
      return nil
    }
    var larger = run
    larger.training.batch *= replicas
    larger.tiling.shards *= replicas
    guard let tiling = try? Tiling(larger, data: data), larger.tiling.shards <= TilingSettings.mostShards,
      let deal = try? Deal(larger, tiling: tiling, to: deal.grid)
    else { return nil }
    return (larger, deal)
  }
}
