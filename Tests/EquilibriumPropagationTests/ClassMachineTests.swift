import EnergyModels
import EquilibriumPropagation
import Foundation
import Tensors
import Testing

/// Restricted Boltzmann machines with classes, and outputs that are let go, against everything listed.
@Suite("Machines with classes") struct ClassMachineTests {
  private static let (visible, hidden, classes) = (5, 4, 3)
  private let network = Network(
    inputs: visible,
    layers: [
      Layer(units: hidden, activation: .binary), Layer(units: classes, activation: .categorical),
    ], first: InputLayer(.free, activation: .binary))
  private let examples: [([Double], Int)] = [
    ([1, 0, 0.4, 0, 1], 0), ([0, 1, 1, 0, 0], 1), ([1, 1, 0, 0.7, 0], 2), ([0, 0, 0, 1, 1], 1),
    ([0.2, 0, 1, 1, 0], 0),
  ]
  /// Of the batch's rows.
  private let shards = [0, 2, 5]

  private var parameters: Parameters {
    var parameters = Parameters(portion: Portion(whole: network), precision: .float64)
    let random = CounterRandom(seed: 5, purpose: .weights)
    for index in 0..<2 { parameters.connections[index].fill { i, j in 0.9 * random.normal(i, j, index) } }
    for k in 0...2 {
      for unit in 0..<network.units(k) {
        parameters[bias: k][0, unit] = 0.5 + 0.5 * random.normal(unit, k, 9)
      }
    }
    return parameters
  }

  private func rule(_ labels: ContrastiveDivergence.Labels, steps: Int = 1) -> ContrastiveDivergence {
    var rule = ContrastiveDivergence()
    (rule.labels, rule.steps, rule.weight) = (labels, steps, 0.3)
    return rule.fitted(to: NetworkForm(hasFreeInput: true, classes: Self.classes))
  }

  private func clamped(_ parameters: Parameters, copies: Int, step: Int = 0) -> Clamped {
    // The rows of a shard stand together.
    let rows = (0..<shards.count - 1).flatMap { shard in
      (0..<copies).flatMap { _ in (shards[shard]..<shards[shard + 1]) }
    }
    let examples = rows.map { self.examples[$0] }
    let input = Matrix(rows: rows.count, columns: Self.visible, precision: .float64) { examples[$0].0[$1] }
    let targets = Matrix(rows: rows.count, columns: Self.classes, precision: .float64) {
      examples[$0].1 == $1 ? 1 : 0
    }
    var clamped = Clamped(
      shards: shards.map { $0 * copies }, input: input, targets: targets, parameters: parameters)
    (clamped.examples, clamped.step) = (Array(rows.indices), step)
    clamped.random = CounterRandom(seed: 3, purpose: .noise)
    return clamped
  }

  private func method(_ rule: ContrastiveDivergence, rows: Int) -> Method {
    let one = Duration(atMost: 1)
    let scheme = Scheme(
      Relaxation(updates: .gibbs, sampling: Sampling(temperature: 1), free: one, nudged: one),
      Nudging(kind: .centered, beta: 1))
    return Method(
      Procedure(LearningRule(rule), scheme), portion: parameters.portion, rows: rows, precision: .float64,
      neighbours: Alone())
  }

  /// What weights and biases learn from, as means over the batch: W, U, b, c, d.
  private func estimate(
    _ rule: ContrastiveDivergence, copies: Int = 1, step: Int = 0, weights: [Double] = []
  ) throws -> [Double] {
    let parameters = parameters
    var clamped = clamped(parameters, copies: copies, step: step)
    clamped.weights = weights
    let rows = clamped.rows.count
    let method = method(rule, rows: rows)
    let zeros = State(rows: rows, portion: parameters.portion, precision: .float64)
    let data = try method.begin(from: zeros, clamped: clamped, parameters: parameters)
    var lesson = method.lesson(from: data, sign: 1, clamped: clamped)
    let contrast = try #require(try lesson.next(parameters))
    func sums(_ sums: [ContrastSum], _ depth: Int, _ columns: Int) -> [Double] {
      let panels = Panels(sums, depth: depth, columns: columns, shards: clamped.shards, .float64)
      return (0..<depth).flatMap { i in (0..<columns).map { panels[i, $0] / Double(rows) } }
    }
    let sizes = [Self.visible, Self.hidden, Self.classes]
    return (0..<2).flatMap { index in
      sums(
        contrast.sums(
          index, block: Block(rows: 0..<sizes[index], columns: 0..<sizes[index + 1]), backward: false),
        sizes[index], sizes[index + 1])
    } + (0...2).flatMap { k in sums([contrast.sum(bias: k, units: 0..<sizes[k])], 1, sizes[k]) }
  }

  // MARK: Listed

  private func weight(_ parameters: Parameters, _ v: [Double], _ h: [Double], _ c: Int) -> Double {
    var sum = parameters[bias: 2][0, c]
    for j in h.indices where h[j] == 1 {
      sum += parameters[bias: 1][0, j] - 0.5 + parameters.connections[1].forward[j, c]
      for i in v.indices { sum += v[i] * parameters.connections[0].forward[i, j] }
    }
    return exp(v.indices.reduce(sum) { $0 + v[$1] * (parameters[bias: 0][0, $1] - 0.5) })
  }

  private var hiddenStates: [[Double]] { (0..<1 << Self.hidden).map { Machine.bits($0, Self.hidden) } }

  private func share(_ parameters: Parameters, _ v: [Double], _ c: Int) -> Double {
    hiddenStates.reduce(0) { $0 + weight(parameters, v, $1, c) }
  }

  /// p(c | v) of each class.
  private func answers(_ parameters: Parameters, _ v: [Double]) -> [Double] {
    let shares = (0..<Self.classes).map { share(parameters, v, $0) }
    return shares.map { $0 / shares.reduce(0, +) }
  }

  /// The mean of ln p(y | x), and of ln p(x, y), over the examples.
  private func conditional(_ parameters: Parameters, weights: [Double] = []) -> Double {
    examples.enumerated().reduce(0) { sum, example in
      let weight = weights.isEmpty ? 1 : weights[example.offset]
      return sum + weight * log(answers(parameters, example.element.0)[example.element.1])
    } / Double(examples.count)
  }
  private func joint(_ parameters: Parameters) -> Double {
    let inputs = (0..<1 << Self.visible).map { Machine.bits($0, Self.visible) }
    let partition = log(
      inputs.reduce(0) { sum, v in (0..<Self.classes).reduce(sum) { $0 + share(parameters, v, $1) } })
    return examples.reduce(0) { $0 + log(share(parameters, $1.0, $1.1)) } / Double(examples.count) - partition
  }

  /// Derivatives by every parameter, in the order of an estimate.
  private func gradient(_ value: (Parameters) -> Double) -> [Double] {
    let step = 1e-4
    func slope(_ change: (inout Parameters, Double) -> Void) -> Double {
      func at(_ size: Double) -> Double {
        var moved = parameters
        change(&moved, size)
        return value(moved)
      }
      return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
    }
    let sizes = [Self.visible, Self.hidden, Self.classes]
    return (0..<2).flatMap { index in
      (0..<sizes[index]).flatMap { i in
        (0..<sizes[index + 1]).map { j in
          slope { parameters, size in
            let before = parameters.connections[index].forward
            parameters.connections[index].fill { before[$0, $1] + ($0 == i && $1 == j ? size : 0) }
          }
        }
      }
    } + (0...2).flatMap { k in (0..<sizes[k]).map { unit in slope { $0[bias: k][0, unit] += $1 } } }
  }

  @Test("the answer is p(y | x)")
  func answers() throws {
    let parameters = parameters
    let clamped = clamped(parameters, copies: 1)
    let end = try method(rule(.hybrid), rows: 5).infer(
      from: State(rows: 5, portion: parameters.portion, precision: .float64), clamped: clamped,
      parameters: parameters)
    for (row, example) in examples.enumerated() {
      #expect(relativeError(end.outputs.row(row), answers(parameters, example.0)) < 1e-12)
    }
  }

  @Test("discriminative labels teach the exact gradient of ln p(y | x)", arguments: [[], [1, 3, 0.5, 2, 1]])
  func discriminative(weights: [Double]) throws {
    let exact = gradient { conditional($0, weights: weights) }
    #expect(norm(exact) > 0.1)
    #expect(relativeError(try estimate(rule(.discriminative), weights: weights), exact) < 1e-8)
  }

  @Test("generative labels teach that of ln p(x, y), hybrid ones both")
  func generative() throws {
    let (both, answered) = (gradient { joint($0) }, gradient { conditional($0) })
    func mean(_ rule: ContrastiveDivergence) throws -> [Double] {
      let estimates = try (0..<40).map { try estimate(rule, copies: 400, step: $0) }
      return estimates[0].indices.map { i in estimates.reduce(0) { $0 + $1[i] } / 40 }
    }
    let found = try mean(rule(.generative, steps: 12))
    #expect(relativeError(found, both) < 0.03, "\(relativeError(found, both))")
    let hybrid = try mean(rule(.hybrid, steps: 12))
    let expected = zip(answered, both).map { $0 + 0.3 * $1 }
    #expect(relativeError(hybrid, expected) < 0.03, "\(relativeError(hybrid, expected))")
    #expect(relativeError(answered, expected) > 0.1)
  }

  /// Of binary units with the input held: long chains teach T · d ln p(y | x) / dθ.
  @Test("an output that is let go teaches p(y | x), the more so the longer its chain")
  func heldAnswers() throws {
    let chains = Chains(
      [5, 3], .binary, updates: .gibbs, temperature: 0.5, chains: 3000, burnIn: 25, average: 4, gain: 1.2)
    let binary = Matrix(rows: 3000, columns: 3, precision: .float64) { _, column in [1.0, 0, 1][column] }
    func mean(_ steps: Int) throws -> [Double] {
      var rule = ContrastiveDivergence()
      rule.steps = steps
      let method = Method(
        Procedure(LearningRule(rule), chains.scheme), portion: chains.problem.portion, rows: chains.count,
        precision: .float64, neighbours: Alone())
      var sum: [Double] = []
      for step in 0..<20 {
        var clamped = chains.clamped(step: step)
        clamped.targets = binary
        let data = try method.begin(
          from: chains.problem.zeros, clamped: clamped, parameters: chains.problem.parameters)
        var lesson = method.lesson(from: data, sign: 1, clamped: clamped)
        let contrast = try #require(try lesson.next(chains.problem.parameters))
        let gradient = Gradient(contrast, portion: chains.problem.portion)
        let found = gradient.weights[1] + gradient.biases[0] + gradient.biases[1]
        sum = sum.isEmpty ? found : zip(sum, found).map { $0 + $1 }
      }
      return sum.map { $0 / 20 }
    }
    let free = Enumerated(chains, beta: 0)
    let answer = [1.0, 0, 1]
    func isAnswer(_ s: [Double]) -> Double { Array(s[5...]) == answer ? 1 : 0 }
    let pairs = (0..<5).flatMap { i in (5..<8).map { (i, $0) } }
    func exact(_ value: ([Double]) -> Double) -> Double {
      free.mean { value($0) * isAnswer($0) } / free.mean(isAnswer) - free.mean(value)
    }
    let expected =
      pairs.map { pair in exact { $0[pair.0] * $0[pair.1] } } + (0..<8).map { i in exact { $0[i] } }
    let (one, many) = (try mean(1), try mean(30))
    #expect(relativeError(many, expected) < 0.05, "\(relativeError(many, expected))")
    #expect(relativeError(one, expected) > 2 * relativeError(many, expected))
  }
}
