import EnergyModels
import Tensors

/// Means over a shard's last iterations: of ρ(s), and of ρ(s_j) ρ(s_k)ᵀ as a sum of products.
public struct Averages: Sendable {
  /// ⟨ρ(s_k)⟩ of every layer known here.
  public let mean: Contrast.Levels
  /// ⟨s⟩ of the output, where that is known here.
  public let outputs: Matrix?
  private let levels: [Contrast.Levels]
  private let stretches: [Stretch]
  /// C of each iteration, for each row.
  private let costs: [[Double]]

  /// Rows whose last iterations are as many.
  private struct Stretch {
    let rows: Range<Int>
    let kept: Int
  }

  /// - Parameters:
  ///   - states: after a shard's last iterations, in any order; those beyond what a shard made are not looked at.
  ///   - made: the iterations that each shard made.
  ///   - costs: of each state, for each row; none where nobody asks.
  init(_ states: [State], shards: [Int], made: [Int], costs: [[Double]] = []) {
    levels = states.map { Contrast.Levels(activityOf: $0) }
    self.costs = costs
    let areWhole = made.allSatisfy { $0 >= states.count }
    stretches =
      areWhole
      ? [Stretch(rows: 0..<shards[shards.count - 1], kept: states.count)]
      : made.enumerated().map {
        Stretch(rows: shards[$0]..<shards[$0 + 1], kept: min($1, states.count))
      }
    var mean = levels[0]
    for stretch in stretches {
      for level in levels[1..<max(stretch.kept, 1)] { mean.add(level, rows: stretch.rows) }
      mean.scale(by: 1 / Double(max(stretch.kept, 1)), rows: stretch.rows)
    }
    self.mean = mean
    let (network, output) = (states[0].network, states[0].network.output)
    guard states[0].known.contains(output) else {
      outputs = nil
      return
    }
    guard !network.activation(output).isIdentityOnStates else {
      outputs = mean[output]
      return
    }
    var outputs = states[0][output].states
    for stretch in stretches {
      let rows = stretch.rows.times(network.positions(output))
      for state in states[1..<max(stretch.kept, 1)] { outputs.add(rows: rows, state[output].states) }
      outputs.scale(by: 1 / Double(max(stretch.kept, 1)), rows: rows)
    }
    self.outputs = outputs
  }

  /// ±⟨ρ(s_j) ρ(s_k)ᵀ⟩, a product for each iteration.
  func products(sign: Double) -> [Contrast.Term] {
    levels.enumerated().map { index, level in
      var share = level
      for stretch in stretches {
        share.scale(by: index < stretch.kept ? sign / Double(stretch.kept) : 0, rows: stretch.rows)
      }
      return Contrast.Term(.product, level, change: share)
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
