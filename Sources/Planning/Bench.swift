import DataSets
import EnergyModels
import Foundation
import MessagePassing
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

  private let run: RunFile
  private let data: DataSet
  private let deal: Deal
  private let options: Options

  /// A measurement of a run on the grid of `deal`.
  public init(_ run: RunFile, data: DataSet, deal: Deal, options: Options) {
    (self.run, self.data, self.deal, self.options) = (run, data, deal, options)
  }

  /// Every rank calls it; the figures are rank 0's, nil elsewhere.
  public func measure(on world: borrowing Communicator) throws -> BenchFigures? {
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
    return figures(benches, repeats, ranks, iterations, checkpoint, host, messages)
  }

  private struct Benches {
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

extension Bench {
  private func figures(
    _ benches: Benches, _ repeats: [StepBench.Repeats], _ found: [CeilingMeter.Found],
    _ iterations: StepWork.Iterations, _ checkpoint: Double, _ host: Machine.Host,
    _ messages: Machine.Messages
  ) -> BenchFigures? {
    let limit = options.busyLimit
    func step(_ index: Int, batch: Int) -> BenchFigures.Step? {
      let bench = benches.all[index]
      return repeats[index].step(
        limit: limit, batch: batch, stepsPerRepeat: bench.steps)
    }
    let batch = run.training.batch
    guard let whole = step(0, batch: batch) else { return nil }
    let counted = repeats[0].counted(limit: limit)
    let used = counted.isEmpty ? repeats[0].samples : counted
    let ranks = found.indices.map { rank in
      self.rank(rank, found[rank], used.map { $0[rank] }, iterations, checkpoint)
    }
    var scalings: [BenchFigures.Scaling] = []
    if benches.alone != nil, let alone = step(1, batch: batch), let together = step(0, batch: batch) {
      scalings.append(.init(isWeak: false, alone: alone, together: together))
      if benches.weak != nil, let larger = step(2, batch: batch * deal.grid.replicas) {
        scalings.append(.init(isWeak: true, alone: alone, together: larger))
      }
    }
    // Ranks that are each bound to a core of their own have as many cores together.
    let hosts = Dictionary(grouping: used[0], by: \.load.host).values
    var host = host
    host.cores = hosts.map { Set($0.flatMap(\.cores)).count }.max() ?? host.cores
    var figures = BenchFigures(
      grid: deal.grid, step: whole, ranks: ranks, scalings: scalings,
      machine: machine(found[0], host, messages), busyLimit: limit, needed: min(options.repeats, 3),
      isOversubscribed: hosts.contains { $0.count > Set($0.flatMap(\.cores)).count })
    figures.machine.layerOverhead = layerOverhead(figures, iterations)
    return figures
  }

  private func rank(
    _ rank: Int, _ found: CeilingMeter.Found, _ samples: [StepBench.Sample],
    _ iterations: StepWork.Iterations,
    _ checkpoint: Double
  ) -> BenchFigures.Rank {
    let place = deal.grid.place(ofRank: rank)
    let work = StepWork(run, deal: deal, at: place, iterations: iterations, liveShare: found.liveShare)
    let parts = StepPart.allCases.map { part in
      let extra = part == .checkpoint ? checkpoint : 0
      return Spread(samples.map { $0.parts[part.rawValue] + extra }) ?? Spread(0)
    }
    func median(_ value: (StepBench.Sample) -> Double) -> Double { Spread(samples.map(value))?.median ?? 0 }
    let roofline = found.roofline
    let least = StepPart.allCases.map { part in
      switch part {
      case .waiting:
        // The step's small exchange comes on top of the parcels.
        roofline.seconds(
          messages: median(\.parcels) + (deal.grid.ranks > 1 ? 1 : 0), bytes: median(\.parcelBytes))
      case .sum: roofline.seconds(messages: median(\.exchanges), bytes: median(\.exchangeBytes))
      default: roofline.seconds(part, of: work)
      }
    }
    return BenchFigures.Rank(
      place: place, parts: parts, work: work, roofline: roofline, leastTimes: least,
      messages: median { $0.parcels + $0.exchanges },
      messageBytes: median { $0.parcelBytes + $0.exchangeBytes })
  }

  private func machine(
    _ found: CeilingMeter.Found, _ host: Machine.Host, _ messages: Machine.Messages
  ) -> Machine {
    Machine(
      host: host, ranks: deal.grid.ranks, precision: run.training.precision.rawValue,
      peakGigaflops: found.roofline.peak / 1e9, products: found.products, contrasts: found.contrasts,
      streams: found.streams, descentGigabytesPerSecond: found.descent / 1e9, layerOverhead: 0,
      messages: messages)
  }

  /// µs that moving a layer once takes besides its counted work, in the free phase of the critical rank.
  private func layerOverhead(_ figures: BenchFigures, _ iterations: StepWork.Iterations) -> Double {
    guard let rank = figures.critical else { return 0 }
    let moved = max(iterations.free, 1) * Double(deal.stageLayers[rank.place.stage].count)
    let free = StepPart.free.rawValue
    return max(rank.parts[free].median - rank.leastTimes[free], 0) / moved * 1e6
  }
}
