import EnergyModels
import Records
import RunFiles
import Training

extension Bench {
  /// What rank 0 knows when all has been measured.
  struct Found {
    let benches: Benches
    /// In the order of `benches.all`.
    let repeats: [StepBench.Repeats]
    let ranks: [CeilingMeter.Found]
    let iterations: StepWork.Iterations
    /// Seconds of a checkpoint, shared out over the steps between two.
    let checkpoint: Double
    let host: Machine.Host
    let messages: Machine.Messages
  }

  /// A rank's step, and what its work could take at least.
  private struct RankFigures {
    /// In the order of `StepPart.allCases`, in seconds a step; a checkpoint's, shared out over the steps between two.
    var parts: [MedianRange]
    /// What the step does there by count, with the iterations and the live shares that were measured.
    var work: StepWork
    /// The ceilings that the rank found while all others measured theirs.
    var roofline: Roofline
    /// In the order of `StepPart.allCases`, in seconds a step.
    var leastTimes: [Double]
    /// Messages waited for in a step.
    var messages: Double
    /// Bytes taken in by a step's messages; like `messages` a median over repeats.
    var messageBytes: Double
  }

  func record(_ found: Found) -> (record: BenchRecord, machine: Machine)? {
    func step(_ index: Int, batch: Int) -> BenchRecord.Step? {
      found.repeats[index].step(
        limit: options.busyLimit, batch: batch, stepsPerRepeat: found.benches.all[index].steps)
    }
    let batch = run.training.batch
    guard let whole = step(0, batch: batch) else { return nil }
    var scalings: [BenchRecord.Scaling] = []
    if found.benches.alone != nil, let alone = step(1, batch: batch) {
      scalings.append(.init(isWeak: false, alone: alone, together: whole, ranks: deal.grid.ranks))
      if found.benches.weak != nil, let larger = step(2, batch: batch * deal.grid.replicas) {
        scalings.append(.init(isWeak: true, alone: alone, together: larger, ranks: deal.grid.ranks))
      }
    }
    let counted = found.repeats[0].counted(limit: options.busyLimit)
    let used = counted.isEmpty ? found.repeats[0].samples : counted
    let figures = found.ranks.indices.map { rank in
      self.figures(rank, found, used.map { $0[rank] })
    }
    let ranks = figures.enumerated().map { BenchRecord.Rank(rank: $0.offset, parts: parts($0.element)) }
    let critical = ranks.critical.map(\.rank) ?? 0
    // Ranks that are each bound to a core of their own have as many cores together.
    let hosts = Dictionary(grouping: used[0], by: \.load.host).values
    var host = found.host
    host.cores = hosts.map { Set($0.flatMap(\.cores)).count }.max() ?? host.cores
    let record = BenchRecord(
      facts: facts(
        host, isOversubscribed: hosts.contains { $0.count > Set($0.flatMap(\.cores)).count }),
      step: whole, ranks: ranks, ceilings: ceilings(figures[critical]),
      limits: limits(figures[critical], found.messages), scalings: scalings, busyLimit: options.busyLimit,
      needed: min(options.repeats, 3))
    var machine = machine(found.ranks[0], host, found.messages)
    machine.layerOverhead = layerOverhead(figures[critical], rank: critical, found.iterations)
    return (record, machine)
  }

  private func facts(_ host: Machine.Host, isOversubscribed: Bool) -> BenchRecord.Facts {
    let (grid, network) = (deal.grid, deal.tiling.network)
    return BenchRecord.Facts(
      run: run.name, network: (0...network.depth).map { "\(network.shape($0))" }.joined(separator: "-"),
      grid: "\(grid)", ranks: grid.ranks, cores: host.cores, isOversubscribed: isOversubscribed,
      processor: host.processor, arithmetic: "\(host.instructions) \(run.training.precision.rawValue)",
      library: host.library,
      isFused: grid.replicas == 1 && run.nudging.kind != .points && run.training.optimizer == .sgd)
  }

  private func figures(_ rank: Int, _ found: Found, _ samples: [StepBench.Sample]) -> RankFigures {
    let (place, ceilings) = (deal.grid.place(ofRank: rank), found.ranks[rank])
    let work = StepWork(
      run, deal: deal, at: place, iterations: found.iterations, liveShare: ceilings.liveShare)
    let parts = StepPart.allCases.map { part in
      let extra = part == .checkpoint ? found.checkpoint : 0
      return MedianRange(samples.map { $0.parts[part.rawValue] + extra }) ?? MedianRange(0)
    }
    func median(_ value: (StepBench.Sample) -> Double) -> Double {
      MedianRange(samples.map(value))?.median ?? 0
    }
    let roofline = ceilings.roofline
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
    return RankFigures(
      parts: parts, work: work, roofline: roofline, leastTimes: least,
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

  /// µs that moving a layer once takes besides its counted work, in the free phase of a rank.
  private func layerOverhead(
    _ figures: RankFigures, rank: Int, _ iterations: StepWork.Iterations
  ) -> Double {
    let stage = deal.grid.place(ofRank: rank).stage
    let moved = max(iterations.free, 1) * Double(deal.stageLayers[stage].count)
    let free = StepPart.free.rawValue
    return max(figures.parts[free].median - figures.leastTimes[free], 0) / moved * 1e6
  }
}

extension Bench {
  private func parts(_ rank: RankFigures) -> [BenchRecord.Part] {
    StepPart.ofStep.map { part in
      BenchRecord.Part(
        name: part.name, seconds: rank.parts[part.rawValue], operations: rank.work.operations(part),
        bytes: rank.work.bytes(part), roofline: rank.leastTimes[part.rawValue])
    }
  }

  private func limits(_ rank: RankFigures, _ messages: Machine.Messages) -> BenchRecord.Limits {
    let talks = deal.grid.ranks > 1
    return BenchRecord.Limits(
      peak: rank.roofline.peak / 1e9, weightBandwidth: rank.roofline.update / 1e9,
      memoryBandwidth: rank.roofline.memoryUpdate / 1e9, latency: talks ? messages.latency : nil,
      messageBandwidth: talks ? messages.gigabytesPerSecond : nil, messages: rank.messages,
      messageBytes: rank.messageBytes)
  }

  private func ceilings(_ rank: RankFigures) -> [BenchRecord.Ceiling] {
    zip(rank.work.calls, rank.roofline.rates).compactMap { call, rate in
      let gigaflops = rate / 1e9
      switch call.kind {
      case .product(let rows, let depth, let columns, let isLive):
        return BenchRecord.Ceiling(
          kernel: isLive ? "product, zeros left out" : "product",
          shape: "\(rows)×\(depth)·\(depth)×\(columns)", part: call.part.name, times: call.times,
          gigaflops: gigaflops)
      case .contrast(let terms, let depth, let columns, let rows, let shards, let isLive):
        return BenchRecord.Ceiling(
          kernel: isLive ? "contrast, zeros left out" : "contrast",
          shape: "\(terms)×(\(depth)×\(rows)·\(rows)×\(columns)) in \(shards)", part: call.part.name,
          times: call.times, gigaflops: gigaflops)
      case .elements, .descent, .transpose: return nil
      }
    }
  }
}
