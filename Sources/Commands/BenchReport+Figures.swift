import EnergyModels
import Planning
import Reporting
import RunFiles
import Training

extension BenchReport {
  /// The report of what was measured of a run.
  init(_ figures: BenchFigures, of run: RunFile, network: Network) {
    let host = figures.machine.host
    let facts = Facts(
      run: run.name, network: (0...network.depth).map { "\(network.shape($0))" }.joined(separator: "-"),
      batch: run.training.batch, grid: "\(figures.grid)", ranks: figures.grid.ranks, cores: host.cores,
      isOversubscribed: figures.isOversubscribed, processor: host.processor,
      arithmetic: "\(host.instructions) \(figures.machine.precision)", library: host.library,
      isFused: figures.grid.replicas == 1 && run.nudging.kind != .points && run.training.optimizer == .sgd)
    let critical = figures.critical
    let talks = figures.grid.ranks > 1
    let messages = figures.machine.messages
    let steps = [figures.step] + figures.scalings.flatMap { [$0.alone, $0.together] }
    self.init(
      facts: facts, step: Time(figures.step.seconds),
      ranks: figures.ranks.enumerated().map { Rank(rank: $0.offset, parts: Self.parts($0.element)) },
      ceilings: critical.map(Self.ceilings) ?? [],
      limits: Limits(
        peak: (critical?.roofline.peak ?? 0) / 1e9,
        weightBandwidth: (critical?.roofline.update ?? 0) / 1e9,
        memoryBandwidth: (critical?.roofline.memoryUpdate ?? 0) / 1e9,
        latency: talks ? messages.latency : nil,
        messageBandwidth: talks ? messages.gigabytesPerSecond : nil, messages: critical?.messages ?? 0,
        messageBytes: critical?.messageBytes ?? 0),
      scalings: figures.scalings.map {
        Scaling(
          isWeak: $0.isWeak, alone: Time($0.alone.seconds), together: Time($0.together.seconds),
          aloneBatch: $0.alone.batch, togetherBatch: $0.together.batch, ranks: figures.grid.ranks)
      },
      quiet: Quiet(
        counted: steps.map(\.counted).min() ?? 0, repeats: figures.step.repeats, needed: figures.needed,
        stepsPerRepeat: figures.step.stepsPerRepeat, othersShare: steps.map(\.othersShare).max() ?? 0,
        limit: figures.busyLimit))
  }

  private static func parts(_ rank: BenchFigures.Rank) -> [Part] {
    StepPart.ofStep.map { part in
      Part(
        name: part.name, time: Time(rank.parts[part.rawValue]), operations: rank.work.operations(part),
        bytes: rank.work.bytes(part), roofline: rank.leastTimes[part.rawValue] * 1e6)
    }
  }

  private static func ceilings(_ rank: BenchFigures.Rank) -> [Ceiling] {
    zip(rank.work.pieces, rank.roofline.rates).compactMap { piece, rate in
      let gigaflops = rate / 1e9
      switch piece.kind {
      case .product(let rows, let depth, let columns, let isLive):
        return Ceiling(
          kernel: isLive ? "product, zeros left out" : "product",
          shape: "\(rows)×\(depth)·\(depth)×\(columns)", part: piece.part.name, times: piece.times,
          gigaflops: gigaflops)
      case .contrast(let terms, let depth, let columns, let rows, let shards, let isLive):
        return Ceiling(
          kernel: isLive ? "contrast, zeros left out" : "contrast",
          shape: "\(terms)×(\(depth)×\(rows)·\(rows)×\(columns)) in \(shards)", part: piece.part.name,
          times: piece.times, gigaflops: gigaflops)
      case .elements, .descent, .transpose: return nil
      }
    }
  }
}

extension BenchReport.Time {
  init(_ seconds: Spread) {
    self.init(median: seconds.median * 1e6, least: seconds.least * 1e6, most: seconds.most * 1e6)
  }
}
