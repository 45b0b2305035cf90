import EnergyModels
import Tensors

/// Means over a shard's last iterations: of ρ(s), and of ρ(s_j) ρ(s_k)ᵀ as a sum of products.
public struct Averages: Sendable {
  /// ⟨ρ(s_k)⟩ of every layer known here.
  public let mean: Contrast.Levels
  /// ⟨s⟩ of the output, where that is known here.
  public let outputs: Matrix?
  private let levels: [Contrast.Levels]
  /// The weight of each state, for each row, where they do not count alike.
  private let weights: [[Double]]?
  private let shards: [Int]
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
    (weights, self.shards) = (nil, shards)
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

  /// - Parameter weights: of each state for each row; of a row their sum is 1.
  init(_ states: [State], shards: [Int], weights: [[Double]]) {
    levels = states.map { Contrast.Levels(activityOf: $0) }
    (self.weights, self.shards, costs, stretches) = (weights, shards, [], [])
    let rows = 0..<shards[shards.count - 1]
    let none = rows.map { _ in 0.0 }
    let ones = rows.map { _ in 1.0 }
    func sum(_ matrices: [Matrix]) -> Matrix {
      let first = matrices[0].combined(weights[0], with: matrices[0], none, rows: rows)
      return zip(matrices, weights).dropFirst().reduce(first) {
        $0.combined(ones, with: $1.0, $1.1, rows: rows)
      }
    }
    var mean = levels[0]
    let all = levels
    mean.replaceEach { k, _ in sum(all.map { $0[k] }) }
    self.mean = mean
    let output = states[0].network.output
    outputs = states[0].known.contains(output) ? sum(states.map { $0[output].states }) : nil
  }

  /// Weight · ⟨ρ(s_j) ρ(s_k)ᵀ⟩ of states in which an input of states is held: one product over the rows of all states.
  func expectation(times factor: Double) -> (term: Contrast.Term, mean: Contrast.Levels) {
    guard let weights else { preconditionFailure("states that do not count by weights") }
    let count = levels.count
    var bounds = [0]
    /// Of each shard its rows of the first state, then of the next.
    var places: [(from: Range<Int>, to: Int)] = []
    for shard in 0..<shards.count - 1 {
      let rows = shards[shard]..<shards[shard + 1]
      for state in 0..<count { places.append((rows, bounds[shard] + state * rows.count)) }
      bounds.append(bounds[shard] + count * rows.count)
    }
    func tall(_ matrices: [Matrix]) -> Matrix {
      var tall = Matrix(
        rows: max(bounds[bounds.count - 1], 1), columns: matrices[0].columns, precision: matrices[0].precision
      )
      for (index, place) in places.enumerated() {
        tall.copy(
          rows: place.to..<place.to + place.from.count, columns: 0..<tall.columns,
          from: matrices[index % count], rows: place.from.lowerBound, columns: 0)
      }
      return tall
    }
    let rows = 0..<shards[shards.count - 1]
    let none = rows.map { _ in 0.0 }
    var (states, change, sum) = (levels[0], levels[0], mean)
    let all = levels
    states.replaceEach { k, _ in tall(all.map { $0[k] }) }
    change.replaceEach { k, _ in
      tall(zip(all, weights).map { $0[k].combined($1.map { factor * $0 }, with: $0[k], none, rows: rows) })
    }
    sum.replaceEach { _, mean in mean.combined(rows.map { _ in factor }, with: mean, none, rows: rows) }
    var term = Contrast.Term(.product, states, change: change)
    term.held = .init(bounds: bounds, input: levels[0], change: sum)
    return (term, sum)
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
