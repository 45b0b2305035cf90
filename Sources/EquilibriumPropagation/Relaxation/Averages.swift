import EnergyModels
import Tensors

/// Means over a shard's last iterations: of ρ(s), and of ρ(s_j) ρ(s_k)ᵀ as a sum of products.
public struct Averages: Sendable {
  /// ⟨ρ(s_k)⟩ of every layer known here.
  public let mean: Contrast.Levels
  /// ⟨s⟩ of the output, where that is known here.
  public let outputs: Matrix?
  private let levels: [Contrast.Levels]
  private let shares: [Contrast.Levels]
  /// C of each iteration, for each row.
  private let costs: [[Double]]

  /// - Parameters:
  ///   - states: after a shard's last iterations, in any order; those beyond what a shard made are not looked at.
  ///   - made: the iterations that each shard made.
  ///   - costs: of each state, for each row; none where nobody asks.
  init(_ states: [State], shards: [Int], made: [Int], costs: [[Double]] = []) {
    levels = states.map { Contrast.Levels(activityOf: $0) }
    self.costs = costs
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
    outputs = Self.outputs(states, shards: shards, made: made)
  }

  private static func outputs(_ states: [State], shards: [Int], made: [Int]) -> Matrix? {
    let (network, output) = (states[0].network, states[0].network.output)
    guard states[0].known.contains(output) else { return nil }
    var mean: Matrix?
    for (index, state) in states.enumerated() {
      var share = state[output].states
      for (shard, count) in made.enumerated() {
        let kept = min(count, states.count)
        share.scale(
          by: index < kept ? 1 / Double(kept) : 0,
          rows: (shards[shard]..<shards[shard + 1]).times(network.positions(output)))
      }
      if mean == nil { mean = share } else { mean?.add(rows: 0..<share.rows, share) }
    }
    return mean
  }

  /// ±⟨ρ(s_j) ρ(s_k)ᵀ⟩, a product for each iteration.
  func products(sign: Double) -> [Contrast.Term] {
    zip(levels, shares).map { level, share in
      var signed = share
      if sign < 0 { signed.scale(by: -1) }
      return Contrast.Term(.product, level, change: signed)
    }
  }

  /// −Cov(ρ(s_j) ρ(s_k)ᵀ, C) of each row over its iterations, a product for each.
  var covariances: [Contrast.Term] {
    precondition(costs.count == levels.count, "a covariance without costs")
    let count = Double(costs.count)
    let rows = costs[0].indices
    let means = rows.map { row in costs.reduce(0) { $0 + $1[row] } / count }
    return zip(levels, costs).map { level, costs in
      var weighed = level
      for row in rows {
        weighed.scale(by: (means[row] - costs[row]) / max(count - 1, 1), rows: row..<row + 1)
      }
      return Contrast.Term(.product, level, change: weighed)
    }
  }
}
