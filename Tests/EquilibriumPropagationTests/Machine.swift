import EnergyModels
import EquilibriumPropagation
import Foundation
import Tensors

/// A small restricted Boltzmann machine in Float64 whose states can all be listed, and examples of its inputs.
struct Machine {
  let network: Network
  var parameters: Parameters
  /// Inputs, of which the batch holds each so many times in turn.
  let patterns: [[Double]]
  let rows: Int

  static let temperature = 1.0

  /// - Parameter gain: the deviation of the weights.
  init(visible: Int = 6, hidden: Int = 4, patterns: [[Double]], copies: Int, gain: Double = 0.6) {
    network = Network(
      inputs: visible, layers: [Layer(units: hidden, activation: .binary)],
      first: InputLayer(.free, activation: .binary), output: 0)
    parameters = Parameters(portion: Portion(whole: network), precision: .float64)
    let random = CounterRandom(seed: 41, purpose: .weights)
    parameters.connections[0].fill { i, j in gain * random.normal(i, j, 0) }
    for k in 0...1 {
      for unit in 0..<network.units(k) {
        parameters[bias: k][0, unit] = 0.5 + 0.4 * random.normal(unit, k, 1)
      }
    }
    self.patterns = patterns
    rows = patterns.count * copies
  }

  /// Patterns that no machine of few hidden units holds equally likely.
  static let stripes: [[Double]] = [
    [1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1], [1, 0, 1, 0, 1, 0], [0, 1, 0, 1, 0, 1],
    [1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 1],
  ]

  var clamped: Clamped {
    let input = Matrix(rows: rows, columns: network.units(0), precision: .float64) {
      patterns[$0 % patterns.count][$1]
    }
    return Clamped(shards: [0, rows], input: input, targets: nil, parameters: parameters)
  }

  func clamped(step: Int) -> Clamped {
    var clamped = clamped
    (clamped.step, clamped.examples) = (step, Array(0..<rows))
    clamped.random = CounterRandom(seed: 99, purpose: .noise)
    return clamped
  }

  func procedure(_ rule: ContrastiveDivergence) -> Procedure {
    let sampling = Sampling(temperature: Self.temperature)
    return Procedure(
      LearningRule(rule.fitted(to: NetworkForm(hasFreeInput: true))),
      Scheme(
        Relaxation(
          updates: .gibbs, sampling: sampling, free: Duration(atMost: 1), nudged: Duration(atMost: 1)),
        Nudging(kind: .centered, beta: 1)))
  }

  func method(_ rule: ContrastiveDivergence) -> Method {
    Method(
      procedure(rule), portion: parameters.portion, rows: rows, precision: .float64, neighbours: Alone())
  }

  var zeros: State { State(rows: rows, portion: parameters.portion, precision: .float64) }

  /// What the weights and biases learn from in one step, as means over the batch: W, b, c.
  ///
  /// - Parameter chains: where they were left, and are left.
  func estimate(
    _ rule: ContrastiveDivergence, step: Int, offsets: Offsets? = nil, chains: inout State?
  ) throws -> [Double] {
    let method = method(rule)
    var clamped = clamped(step: step)
    clamped.offsets = offsets
    let data = try method.begin(from: zeros, clamped: clamped, parameters: parameters)
    var lesson = method.lesson(from: data, sign: 1, clamped: clamped, chains: chains)
    guard let contrast = try lesson.next(parameters) else { return [] }
    chains = lesson.chains
    let (visible, hidden) = (network.units(0), network.units(1))
    func sums(_ sums: [ContrastSum], _ depth: Int, _ columns: Int) -> [Double] {
      let panels = Panels(sums, depth: depth, columns: columns, shards: [0, rows], .float64)
      return (0..<depth).flatMap { i in (0..<columns).map { panels[i, $0] / Double(rows) / contrast.strength }
      }
    }
    let block = Block(rows: 0..<visible, columns: 0..<hidden)
    return sums(contrast.sums(0, block: block, backward: false), visible, hidden)
      + sums([contrast.sum(bias: 0, units: 0..<visible)], 1, visible)
      + sums([contrast.sum(bias: 1, units: 0..<hidden)], 1, hidden)
  }

  // MARK: Listed

  static func bits(_ number: Int, _ count: Int) -> [Double] { (0..<count).map { Double(number >> $0 & 1) } }

  private func weight(_ i: Int, _ j: Int) -> Double { parameters.connections[0].forward[i, j] }
  private func bias(_ k: Int, _ unit: Int) -> Double { parameters[bias: k][0, unit] - 0.5 }

  /// P(h_j = 1 | v), and P(v_i = 1 | h).
  func hidden(_ v: [Double]) -> [Double] {
    (0..<network.units(1)).map { j in logistic(v.indices.reduce(bias(1, j)) { $0 + v[$1] * weight($1, j) }) }
  }
  func visible(_ h: [Double]) -> [Double] {
    (0..<network.units(0)).map { i in logistic(h.indices.reduce(bias(0, i)) { $0 + h[$1] * weight(i, $1) }) }
  }

  /// −F(v).
  func logWeight(_ v: [Double]) -> Double {
    (0..<network.units(1)).reduce(v.indices.reduce(0) { $0 + v[$1] * bias(0, $1) }) { sum, j in
      sum + log(1 + exp(v.indices.reduce(bias(1, j)) { $0 + v[$1] * weight($1, j) }))
    }
  }

  var inputs: [[Double]] {
    let count = network.units(0)
    return (0..<1 << count).map { Self.bits($0, count) }
  }

  var logPartition: Double { log(inputs.reduce(0) { $0 + exp(logWeight($1)) }) }

  /// p(v) of every input.
  var model: [Double] { inputs.map { exp(logWeight($0) - logPartition) } }

  /// The share of each input among the examples.
  var data: [Double] {
    inputs.map { v in Double(patterns.count { $0 == v }) / Double(patterns.count) }
  }

  /// What a distribution of inputs becomes by a sweep: h given v, then v given h.
  func swept(_ shares: [Double]) -> [Double] {
    let states = (0..<1 << network.units(1)).map { Self.bits($0, network.units(1)) }
    func probability(_ x: [Double], _ means: [Double]) -> Double {
      zip(x, means).reduce(1) { $0 * ($1.0 == 1 ? $1.1 : 1 - $1.1) }
    }
    let inputs = inputs
    var hidden = states.map { _ in 0.0 }
    for (v, share) in zip(inputs, shares) where share > 0 {
      let means = self.hidden(v)
      for (index, h) in states.enumerated() { hidden[index] += share * probability(h, means) }
    }
    var swept = inputs.map { _ in 0.0 }
    for (h, share) in zip(states, hidden) {
      let means = visible(h)
      for (index, v) in inputs.enumerated() { swept[index] += share * probability(v, means) }
    }
    return swept
  }

  /// ⟨v h⟩, ⟨v⟩ and ⟨h⟩ of inputs with these shares.
  func statistics(_ shares: [Double]) -> [Double] {
    let (visible, hidden) = (network.units(0), network.units(1))
    var (pairs, v, h) = (
      [Double](repeating: 0, count: visible * hidden), [Double](repeating: 0, count: visible),
      [Double](repeating: 0, count: hidden)
    )
    for (input, share) in zip(inputs, shares) where share > 0 {
      let means = self.hidden(input)
      for i in 0..<visible {
        v[i] += share * input[i]
        for j in 0..<hidden { pairs[i * hidden + j] += share * input[i] * means[j] }
      }
      for j in 0..<hidden { h[j] += share * means[j] }
    }
    return pairs + v + h
  }

  /// d ln p(data) / dθ.
  var gradient: [Double] { zip(statistics(data), statistics(model)).map { $0 - $1 } }

  /// What k sweeps from the data teach in the mean.
  func divergence(_ steps: Int) -> [Double] {
    let shares = (0..<steps).reduce(data) { shares, _ in swept(shares) }
    return zip(statistics(data), statistics(shares)).map { $0 - $1 }
  }

  /// Learns from a gradient.
  mutating func learn(_ gradient: [Double], rate: Double) {
    let (visible, hidden) = (network.units(0), network.units(1))
    let before = parameters.connections[0].forward
    parameters.connections[0].fill { i, j in before[i, j] + rate * gradient[i * hidden + j] }
    for i in 0..<visible { parameters[bias: 0][0, i] += rate * gradient[visible * hidden + i] }
    for j in 0..<hidden { parameters[bias: 1][0, j] += rate * gradient[visible * hidden + visible + j] }
  }
}

private func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
