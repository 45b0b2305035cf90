import EnergyModels
import Tensors

/// States on their way through a phase.
public struct Trajectory {
  let phase: Phase
  let motion: any Motion
  /// The batch.
  var clamped: Clamped
  /// The states as they are.
  public internal(set) var state: State
  /// Where they are.
  public internal(set) var instant: Instant
  var progress: Progress
  var residuals: [Double]
  var keeper: Keeper
  /// Where imaginary parts begin; 0 where states are real.
  let half: Int
  /// The rows that move: real parts, then imaginary ones.
  private(set) var rows: [Range<Int>] = []

  init(_ phase: Phase, scene: Scene, from state: consuming State, instant: Instant) {
    self.phase = phase
    self.state = consume state
    self.instant = instant
    clamped = scene.clamped
    motion = phase.dynamics.motion(in: scene)
    progress = Progress(shards: clamped.shards, tolerance: phase.duration.tolerance)
    residuals = Array(repeating: 0, count: clamped.shards.count - 1)
    half = phase.dynamics.isComplex ? scene.rows / 2 : 0
    keeper = Keeper(phase, shards: clamped.shards)
    setRows()
  }

  /// Whether every shard has settled or the iterations are used up.
  public var isOver: Bool { progress.isOver || instant.iteration >= phase.duration.atMost }

  /// The largest |Δs| / ε of the last iteration.
  public var residual: Double { phase.order == .sweeps ? residuals.max() ?? 0 : 0 }

  mutating func setRows() { rows = progress.runs.flatMap { parts($0) }.realFirst(half) }

  /// Real and imaginary parts of some rows.
  func parts(_ rows: Range<Int>) -> [Range<Int>] {
    phase.dynamics.isComplex ? [rows, rows.shifted(by: half)] : [rows]
  }

  /// All rows of the batch.
  var allRows: [Range<Int>] { parts(clamped.rows) }

  func counts(_ driver: Driver) -> Bool {
    phase.dynamics.parts.contains(driver.isBelow ? .below : .above)
  }
}

extension [Range<Int>] {
  /// Real parts, then imaginary ones.
  fileprivate func realFirst(_ half: Int) -> Self {
    half == 0 ? self : filter { $0.lowerBound < half } + filter { $0.lowerBound >= half }
  }
}

/// Keeps of a relaxation what its phase asks for.
struct Keeper {
  private let observation: Observation
  private let shards: [Int]
  /// The state after an iteration of the last ones; in one that had settled a shard's rows are left as they were.
  private var states: [State] = []
  private let capacity: Int

  init(_ phase: Phase, shards: [Int]) {
    observation = phase.keeps
    capacity = observation.count(of: phase.duration.atMost)
    self.shards = shards
  }

  /// Whether it keeps anything.
  var isKeeping: Bool { capacity > 0 }

  /// Takes in the states after an iteration, from 0, of the shards that moved in it.
  mutating func see(_ state: State, iteration: Int, moved: [Range<Int>]) {
    guard states.count == capacity else { return states.append(state) }
    states[iteration % capacity].copy(examples: moved, from: state)
  }

  /// The states after the last iterations, the oldest first, where all shards made so many.
  func iterations(_ made: Int) -> [State] {
    guard case .iterations = observation else { return [] }
    guard made > capacity else { return states }
    return (made..<made + capacity).map { states[$0 % capacity] }
  }

  /// The averages over each shard's last iterations, `made` by each.
  func averages(_ made: [Int]) -> Averages? {
    guard case .averages = observation else { return nil }
    return Averages(states, shards: shards, made: made)
  }
}

/// Means over a shard's last iterations: of ρ(s), and of ρ(s_j) ρ(s_k)ᵀ as a sum of products.
public struct Averages: Sendable {
  /// ⟨ρ(s_k)⟩ of every layer known here.
  public let mean: Contrast.Levels
  private let levels: [Contrast.Levels]
  private let shares: [Contrast.Levels]

  /// - Parameters:
  ///   - states: after a shard's last iterations, in any order; those beyond what a shard made are not looked at.
  ///   - made: the iterations that each shard made.
  init(_ states: [State], shards: [Int], made: [Int]) {
    levels = states.map { Contrast.Levels(activityOf: $0) }
    var shares = levels
    for index in shares.indices {
      for (shard, count) in made.enumerated() {
        let rows = shards[shard]..<shards[shard + 1]
        let kept = min(count, states.count)
        shares[index].scale(by: index < kept ? 1 / Double(kept) : 0, rows: rows)
      }
    }
    self.shares = shares
    var mean = shares[0]
    for share in shares.dropFirst() { mean.add(share, rows: 0..<shards[shards.count - 1]) }
    self.mean = mean
  }

  /// ±⟨ρ(s_j) ρ(s_k)ᵀ⟩, a product for each iteration.
  func products(sign: Double) -> [Contrast.Term] {
    zip(levels, shares).map { level, share in
      var signed = share
      if sign < 0 { signed.scale(by: -1) }
      return Contrast.Term(.product, level, change: signed)
    }
  }
}
