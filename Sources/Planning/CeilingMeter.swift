import EnergyModels
import Foundation
import MessagePassing
import RunFiles
import Tensors
import Training

/// Measures the ceilings of one rank's work while all other ranks measure theirs.
struct CeilingMeter {
  /// What a rank found.
  struct Found: Codable {
    var roofline: Roofline
    var liveShare: StepWork.LiveShare
    /// GB/s by rising size.
    var streams: [Machine.Stream]
    /// Bytes a second.
    var descent: Double
    var products: [Machine.Rate] = []
    var contrasts: [Machine.Rate] = []
  }

  let trainer: Trainer
  let iterations: StepWork.Iterations
  let messages: Machine.Messages
  let lastCacheBytes: Int

  private var precision: Precision { trainer.run.training.precision }

  /// Every rank calls it; `shapes` are measured besides the step's own.
  func measure(shapes: [StepWork.Kind]) throws -> Found {
    let clamped = trainer.firstBatch
    let share = liveShare(clamped)
    let work = StepWork(
      trainer.run, deal: trainer.deal, at: trainer.grid.place, iterations: iterations, liveShare: share)
    let grid = trainer.grid
    try grid.world.barrier()
    let peak = PeakRates.multiplyAdds(precision, seconds: 0.1, now: StepClock.monotonic)
    let weights = Int(
      work.calls.reduce(0.0) { if case .descent = $1.kind { $0 + $1.bytes } else { $0 } })
    let near = 1 << 17
    let beyond = max(4 * lastCacheBytes, 1 << 26)
    let sizes = Set([near, 1 << 20, 1 << 22, 1 << 24, max(weights, near), beyond]).sorted()
    // Ranks differ in their sizes: no barrier stands between them.
    try grid.world.barrier()
    let streams = sizes.map { size in
      let rates = PeakRates.streams(
        bytes: size, seconds: size == beyond ? 0.2 : 0.03, now: StepClock.monotonic)
      return (size, rates)
    }
    func stream(_ size: Int) -> (read: Double, update: Double) {
      streams.first { $0.0 >= size }?.1 ?? (0, 0)
    }
    try grid.world.barrier()
    var meter = KernelMeter(work, precision: precision, clamped: clamped)
    let rates = meter.rates(seconds: 0.3)
    let atWeights = stream(weights)
    let roofline = Roofline(
      peak: peak, read: atWeights.read, update: atWeights.update, nearUpdate: stream(near).update,
      memoryUpdate: stream(beyond).update, latency: messages.latency / 1e6,
      messageBandwidth: messages.gigabytesPerSecond * 1e9, rates: rates)
    let descents = zip(work.calls, rates).filter { if case .descent = $0.0.kind { true } else { false } }
    var found = Found(
      roofline: roofline, liveShare: share,
      streams: streams.map { .init(bytes: $0.0, gigabytesPerSecond: $0.1.update / 1e9) },
      // That of the largest connection.
      descent: descents.max { $0.0.bytes < $1.0.bytes }?.1 ?? 0)
    try add(work.calls.map(\.kind) + shapes, to: &found, clamped: clamped, liveShare: share)
    return found
  }

  /// The shares of the inputs that are multiplied in a real batch.
  private func liveShare(_ clamped: Clamped) -> StepWork.LiveShare {
    guard let input = clamped.input, let live = clamped.live else { return .all }
    let shares = live.shares(rows: clamped.rows.count, columns: input.columns)
    return StepWork.LiveShare(drive: shares.product, contrast: shares.contrast)
  }
}

extension CeilingMeter {
  /// Measures products and contrasts of some shapes, each by itself.
  private func add(
    _ kinds: [StepWork.Kind], to found: inout Found, clamped: Clamped, liveShare: StepWork.LiveShare
  ) throws {
    var seen: Set<StepWork.Kind> = []
    for kind in kinds where seen.insert(kind).inserted {
      let work = StepWork(one: kind, scalarSize: precision.size, liveShare: liveShare)
      guard let call = work.calls.first, call.operations > 0 else { continue }
      var meter = KernelMeter(work, precision: precision, clamped: clamped)
      let rate = meter.rates(seconds: 0.004)[0] / 1e9
      switch kind {
      case .product(let rows, let depth, let columns, let isLive):
        found.products.append(
          .init(rows: rows, depth: depth, columns: columns, isLive: isLive, gigaflops: rate))
      case .contrast(_, let depth, let columns, let rows, _, let isLive) where depth > 1:
        found.contrasts.append(
          .init(rows: rows, depth: depth, columns: columns, isLive: isLive, gigaflops: rate))
      default: continue
      }
    }
  }
}

extension StepWork {
  /// One product or contrast alone; nothing of another kind.
  init(one kind: Kind, scalarSize: Int, liveShare: LiveShare) {
    self.scalarSize = scalarSize
    switch kind {
    case .product(let rows, let depth, let columns, let isLive):
      addProduct(
        .free, rows: rows, depth: depth, columns: columns, times: 1, ontoMatrix: false,
        share: isLive ? liveShare.drive : 1, isLive: isLive)
    case .contrast(let terms, let depth, let columns, let rows, let shards, let isLive):
      let elements = Double(depth * columns)
      let products = 2 * Double(terms * rows) * (isLive ? liveShare.contrast : 1)
      add(.contrast, kind, operations: products * elements + Double(shards - 1) * elements, bytes: 0)
    case .elements, .descent, .transpose: return
    }
  }

  /// Shapes that a planner may meet: those of this run on every grid of up to eight ranks, and a range of others.
  static func calibrationShapes(_ run: RunFile, tiling: Tiling) -> [Kind] {
    var kinds: [Kind] = []
    for ranks in 1...8 {
      for shape in Plan.grids(ranks: ranks, tiling: tiling, run: run) {
        guard let deal = try? Deal(run, tiling: tiling, to: shape) else { continue }
        for rank in 0..<ranks where shape.place(ofRank: rank).replica == 0 {
          kinds += StepWork(run, deal: deal, at: shape.place(ofRank: rank)).calls.map(\.kind)
        }
      }
    }
    for rows in [1, 2, 5, 10, 20, 50, 100] {
      for (depth, columns) in [(784, 512), (512, 10), (10, 512), (128, 128), (512, 512), (1024, 1024)] {
        kinds.append(.product(rows: rows, depth: depth, columns: columns, isLive: false))
        kinds.append(
          .contrast(terms: 2, depth: depth, columns: columns, rows: rows, shards: 1, isLive: false))
      }
    }
    return kinds
  }
}
