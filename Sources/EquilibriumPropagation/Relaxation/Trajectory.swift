import EnergyModels
import Foundation
import Tensors

/// States on their way through a phase.
public struct Trajectory {
  let phase: Phase
  let motion: any Motion
  /// The same, where what it moves to is proposed.
  let adjusted: AdjustedChain?
  /// The batch.
  var clamped: Clamped
  /// The states as they are.
  public internal(set) var state: State
  /// Where they are.
  public internal(set) var instant: Instant
  var progress: Progress
  var residuals: [Double]
  /// What became of what was proposed.
  var acceptance = Acceptance()
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
    adjusted = motion as? AdjustedChain
    let bounds = phase.duration.bounds(clamped.shards)
    progress = Progress(shards: bounds, tolerance: phase.duration.tolerance)
    residuals = Array(repeating: 0, count: bounds.count - 1)
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

}

extension Driver {
  /// Whether it is among the parts of a drive.
  func counts(in parts: DriveParts) -> Bool { parts.contains(isBelow ? .below : .above) }
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
  ///
  /// - Parameter costs: of each state that is kept, for each row, where they are asked for.
  func averages(_ made: [Int], costs: [[Double]], weights: [[Double]]? = nil) -> Averages? {
    if let weights { return Averages(states, shards: shards, weights: weights) }
    guard case .averages = observation else { return nil }
    return Averages(states, shards: shards, made: made, costs: costs)
  }

  /// The weight of each iteration for each row, where it is asked for: on every portion alike, by one maximum.
  func weights(
    _ known: [Int: [[Double]]], rows: Int, slices: Int, neighbours: any Neighbours
  ) throws -> [[Double]]? {
    guard case .weighed = observation else { return nil }
    let count = states.count
    var shares = Array(repeating: -Double.infinity, count: (slices + 1) * count * rows)
    for (part, logs) in known {
      for (iteration, logs) in logs.enumerated() {
        let start = (part * count + iteration) * rows
        shares.replaceSubrange(start..<start + rows, with: logs)
      }
    }
    try neighbours.maximum(&shares)
    // A layer that is whole is known to the first slice alone.
    let parts = (0...slices).filter { rows == 0 || shares[$0 * count * rows] > -.infinity }
    let logs = (0..<count).map { iteration in
      (0..<rows).map { row in parts.reduce(0) { $0 + shares[($1 * count + iteration) * rows + row] } }
    }
    let most = (0..<rows).map { row in logs.map { $0[row] }.max() ?? 0 }
    let sizes = logs.map { zip($0, most).map { exp($0 - $1) } }
    let totals = (0..<rows).map { row in sizes.reduce(0) { $0 + $1[row] } }
    return sizes.map { zip($0, totals).map { $0 / $1 } }
  }

  /// C of each state that is kept, for each row, where it is asked for: on every portion alike, by one maximum.
  func costs(_ clamped: Clamped, portion: Portion, neighbours: any Neighbours) throws -> [[Double]] {
    guard observation.costs else { return [] }
    let (network, rows) = (portion.network, clamped.rows)
    var costs = Array(repeating: -Double.infinity, count: states.count * rows.count)
    if portion.holds(network.output), let targets = clamped.targets {
      costs = states.flatMap { state in
        rows.map { row in
          network.cost.value(
            outputs: state[network.output].states, targets: targets, rows: row..<row + 1)
        }
      }
    }
    try neighbours.maximum(&costs)
    return states.indices.map { Array(costs[$0 * rows.count..<($0 + 1) * rows.count]) }
  }
}
