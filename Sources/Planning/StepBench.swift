import DataSets
import Foundation
import MessagePassing
import Records
import Training

/// Steps of one run on one grid, measured in repeats.
///
/// The ranks outside the grid call the same functions and sleep meanwhile.
final class StepBench {
  /// What a rank saw of a repeat, a step's share of it.
  struct Sample: Codable {
    /// Seconds by part.
    var parts: [Double]
    var parcels: Double
    var parcelBytes: Double
    var exchanges: Double
    var exchangeBytes: Double
    /// Numbers of the cores that it may run on.
    var cores: [Int]
    /// Of the whole repeat.
    var load: LoadSample
  }

  let trainer: Trainer?
  private(set) var steps = 1
  private let participants: Int

  /// Every rank of `world` must call it; those from `participants` on have no trainer.
  init(_ trainer: Trainer?, participants: Int) {
    self.trainer = trainer
    self.participants = participants
  }

  /// A few steps to warm up, one where it takes as long as a repeat, and how many make a repeat of at least so many
  /// seconds.
  func warmUp(seconds: Double, in world: borrowing Communicator) throws {
    try alone(in: world) { trainer in
      var time = try Self.time(1, of: trainer)
      if time < seconds {
        try trainer.rehearse(steps: 2)
        time = try Self.time(3, of: trainer)
      }
      steps = Int(min(max((seconds / max(time, 1e-7)).rounded(.up), 1), 100_000))
    }
  }

  /// Seconds a step, on the slowest rank of the grid.
  private static func time(_ steps: Int, of trainer: Trainer) throws -> Double {
    _ = trainer.grid.clock?.take()
    try trainer.rehearse(steps: steps)
    var nanoseconds = [Int64((trainer.grid.clock?.take().total ?? 0) / Double(steps) * 1e9)]
    try trainer.grid.world.maximum(&nanoseconds)
    return Double(nanoseconds[0]) / 1e9
  }

  /// One repeat: what every rank of `world` saw, on rank 0, those outside the grid without parts.
  func repeatOnce(in world: borrowing Communicator) throws -> [Sample]? {
    try world.barrier()
    let (times, load) = try LoadSample.during {
      _ = trainer?.grid.clock?.take()
      try alone(in: world) { try $0.rehearse(steps: steps) }
      return trainer?.grid.clock?.take() ?? StepTimes()
    }
    func share(_ count: Int) -> Double { Double(count) / Double(steps) }
    let sample = Sample(
      parts: trainer == nil ? [] : StepPart.allCases.map { times[$0] / Double(steps) },
      parcels: share(times.parcels), parcelBytes: share(times.parcelBytes),
      exchanges: share(times.exchanges), exchangeBytes: share(times.exchangeBytes),
      cores: HostLoad.cores, load: load)
    return try world.gather(Array(JSONEncoder().encode(sample)), at: 0)?
      .map { try JSONDecoder().decode(Sample.self, from: Data($0)) }
  }

  /// Runs `body` on the grid's ranks; the others sleep, without a core, until rank 0 tells them that it is over.
  func alone(in world: borrowing Communicator, _ body: (Trainer) throws -> Void) throws {
    let sleepers = participants..<world.count
    let word = MessageBuffer(byteCount: 1)
    if let trainer {
      do {
        try body(trainer)
      } catch let failure as AgreedFailure where !sleepers.isEmpty {
        // The sleepers know of nothing: the job ends by abort.
        throw LoneFailure(description: failure.message, exitCode: failure.exitCode)
      }
      guard world.rank == 0 else { return }
      for rank in sleepers { try world.send(word, range: 0..<1, to: rank, tag: 1) }
    } else {
      var pending = try world.start(
        sending: [], receiving: [Transfer(buffer: word, range: 0..<1, peer: 0, tag: 1)])
      while !(try pending.test()) { usleep(500) }
    }
  }
}

extension StepBench {
  /// Which of some repeats count, and what they showed: rank 0's side of `repeatOnce`.
  struct Repeats {
    private(set) var samples: [[Sample]] = []
    private(set) var othersShares: [Double] = []

    mutating func add(_ ranks: [Sample]) {
      samples.append(ranks)
      othersShares.append(LoadSample.othersShare(ranks.map(\.load)))
    }

    /// The repeats in which others used no more than `limit` of any host's cores.
    func counted(limit: Double) -> [[Sample]] {
      zip(samples, othersShares).filter { $0.1 <= limit }.map(\.0)
    }

    /// The figures of the step.
    func step(limit: Double, batch: Int, stepsPerRepeat: Int) -> BenchRecord.Step? {
      let counted = counted(limit: limit)
      let used = counted.isEmpty ? samples : counted
      let seconds = MedianRange(
        used.map { ranks in ranks.map { $0.parts.reduce(0, +) }.max() ?? 0 })
      return seconds.map {
        BenchRecord.Step(
          seconds: $0, batch: batch, counted: counted.count, repeats: samples.count,
          stepsPerRepeat: stepsPerRepeat, othersShare: othersShares.max() ?? 0)
      }
    }
  }
}

/// A failure of ranks that others wait for without knowing.
private struct LoneFailure: Error, ExitCoded, CustomStringConvertible {
  let description: String
  let exitCode: Int32
}
