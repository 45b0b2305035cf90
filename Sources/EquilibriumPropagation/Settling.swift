import EnergyModels
import Tensors

/// How the relaxation of one shard ended.
public enum Outcome: Equatable, Sendable {
  /// The residual fell to the tolerance.
  case settled
  /// All iterations were used (the rule where no tolerance is set).
  case exhausted
  /// A state became infinite or not a number.
  case diverged
}

/// The end of a phase: the states and how each shard came to rest.
public struct Settled: Sendable {
  public var state: State
  /// For each shard here.
  public var outcomes: [Outcome]
  /// Iterations used by each shard.
  public var iterations: [Int]
}

/// Which shards still move during a phase.
struct Progress {
  let bounds: [Int]
  let tolerance: Double?
  private(set) var outcomes: [Outcome]
  private(set) var iterations: [Int]
  private var moving: [Bool]

  init(shards bounds: [Int], tolerance: Double?) {
    self.bounds = bounds
    self.tolerance = tolerance
    let count = bounds.count - 1
    outcomes = Array(repeating: .exhausted, count: count)
    iterations = Array(repeating: 0, count: count)
    moving = Array(repeating: true, count: count)
  }

  var isOver: Bool { !moving.contains(true) }

  /// The rows that move, as few ranges as can be: what products are taken over.
  var runs: [Range<Int>] {
    guard tolerance != nil else { return [0..<bounds[bounds.count - 1]] }
    var runs: [Range<Int>] = []
    for shard in moving.indices where moving[shard] {
      if let last = runs.last, last.upperBound == bounds[shard] {
        runs[runs.count - 1] = last.lowerBound..<bounds[shard + 1]
      } else {
        runs.append(bounds[shard]..<bounds[shard + 1])
      }
    }
    return runs
  }

  /// The rows that move, in the pieces whose residuals are told apart: shards where a tolerance is set.
  var pieces: [(shard: Int, rows: Range<Int>)] {
    guard tolerance != nil else { return [(0, 0..<bounds[bounds.count - 1])] }
    return moving.indices.filter { moving[$0] }.map { ($0, bounds[$0]..<bounds[$0 + 1]) }
  }

  /// Counts an iteration; returns the rows of the shards that have just settled.
  mutating func advance(residuals: [Double]) -> [Range<Int>] {
    var settled: [Range<Int>] = []
    for shard in moving.indices where moving[shard] {
      iterations[shard] += 1
      guard let tolerance, residuals[shard] <= tolerance else { continue }
      moving[shard] = false
      outcomes[shard] = .settled
      settled.append(bounds[shard]..<bounds[shard + 1])
    }
    return settled
  }

  mutating func markDiverged(_ shard: Int) { outcomes[shard] = .diverged }
}
