import EnergyModels
import EquilibriumPropagation
import Foundation
import Tensors
import Testing

/// What contrastive divergence learns from, against machines whose states can all be listed.
@Suite("Contrastive divergence") struct ContrastiveDivergenceTests {
  private func rule(_ steps: Int, persistent: Bool = false, offsets: Double? = nil) -> ContrastiveDivergence {
    var rule = ContrastiveDivergence()
    (rule.steps, rule.persistent, rule.offsets) = (steps, persistent, offsets)
    return rule
  }

  /// Estimates of as many steps.
  private func estimates(
    _ machine: Machine, _ rule: ContrastiveDivergence, count: Int, after burnIn: Int = 0
  ) throws -> [[Double]] {
    var chains: State?
    if rule.persistent { chains = machine.zeros }
    for step in 0..<burnIn { _ = try machine.estimate(rule, step: step, chains: &chains) }
    return try (0..<count).map { try machine.estimate(rule, step: burnIn + $0, chains: &chains) }
  }

  private func mean(_ estimates: [[Double]]) -> [Double] {
    estimates[0].indices.map { i in estimates.reduce(0) { $0 + $1[i] } / Double(estimates.count) }
  }

  private func expect(_ estimates: [[Double]], _ expected: [Double]) {
    var sum = 0.0
    for index in expected.indices {
      let estimate = Estimate(estimates.map { $0[index] })
      let distance = estimate.distance(to: expected[index], least: 1e-9)
      #expect(distance < 4.5, "\(index): \(estimate.mean) ± \(estimate.error), not \(expected[index])")
      sum += distance * distance
    }
    // The elements go together: their mean square scatters around 1 more than that of independent ones.
    #expect(sum / Double(expected.count) < 3, "\(sum / Double(expected.count))")
  }

  @Test("k sweeps teach what all paths of k sweeps teach in the mean", arguments: [1, 3])
  func sweeps(steps: Int) throws {
    let machine = Machine(patterns: Machine.stripes, copies: 300, gain: 1.5)
    let expected = machine.divergence(steps)
    // It is told apart from one sweep more and from one less.
    #expect(relativeError(machine.divergence(steps + 1), expected) > 0.01)
    expect(try estimates(machine, rule(steps), count: 60), expected)
  }

  @Test("it is near the gradient of ln p, nearer with each sweep")
  func gradient() throws {
    let machine = Machine(patterns: Machine.stripes, copies: 500)
    let exact = machine.gradient
    let (one, ten) = (
      mean(try estimates(machine, rule(1), count: 40)), mean(try estimates(machine, rule(10), count: 150))
    )
    #expect(cosine(one, exact) >= 0.99, "\(cosine(one, exact))")
    #expect(cosine(ten, exact) >= 0.9995, "\(cosine(ten, exact))")
  }

  @Test("chains that are carried on teach the gradient of ln p itself")
  func persistent() throws {
    let machine = Machine(patterns: Machine.stripes, copies: 100)
    // A dozen sweeps between two estimates leave little of the one in the other.
    expect(try estimates(machine, rule(12, persistent: true), count: 80, after: 5), machine.gradient)
  }

  @Test(
    "near the optimum what one sweep teaches is another gradient than that of ln p, what ten teach less so")
  func biasAtTheOptimum() throws {
    var machine = Machine(hidden: 2, patterns: Machine.stripes, copies: 400)
    for _ in 0..<800 { machine.learn(machine.gradient, rate: 0.5) }
    let (gradient, one, ten) = (machine.gradient, machine.divergence(1), machine.divergence(10))
    func bias(_ a: [Double]) -> Double { norm(zip(a, gradient).map { $0 - $1 }) }
    #expect(bias(one) > 0.3 * norm(gradient), "\(bias(one)), \(norm(gradient))")
    #expect(bias(ten) < 0.7 * bias(one), "\(bias(ten)), \(bias(one))")
    let found = try estimates(machine, rule(1), count: 40)
    expect(found, one)
    let distance = norm(zip(mean(found), one).map { $0 - $1 })
    #expect(distance < 0.5 * bias(mean(found)), "\(distance), \(bias(mean(found)))")
  }

  @Test("a centred contrast is that of the centred energy, told in the plain one's parameters")
  func offsets() throws {
    let machine = Machine(patterns: Machine.stripes, copies: 3)
    let (visible, hidden) = (6, 4)
    var offsets = Offsets(machine.parameters.portion, precision: .float64)
    let mu = (0..<visible).map { 0.1 + 0.12 * Double($0) }
    let lambda = (0..<hidden).map { 0.8 - 0.15 * Double($0) }
    offsets[0] = Matrix(rows: 1, columns: visible, precision: .float64) { mu[$1] }
    offsets[1] = Matrix(rows: 1, columns: hidden, precision: .float64) { lambda[$1] }
    var chains: State?
    let plain = try machine.estimate(rule(2), step: 0, chains: &chains)
    let centred = try machine.estimate(rule(2, offsets: 0.1), step: 0, offsets: offsets, chains: &chains)
    let (b, c) = (Array(plain[24..<30]), Array(plain[30...]))
    // Σ (v − μ)(h − λ)ᵀ of the data less that of the model.
    let weights = (0..<visible).flatMap { i in
      (0..<hidden).map { j in plain[i * hidden + j] - mu[i] * c[j] - b[i] * lambda[j] }
    }
    let first = (0..<visible).map { i in
      (0..<hidden).reduce(b[i]) { $0 - weights[i * hidden + $1] * lambda[$1] }
    }
    let second = (0..<hidden).map { j in
      (0..<visible).reduce(c[j]) { $0 - weights[$1 * hidden + j] * mu[$1] }
    }
    #expect(norm(centred) > 0.01)
    #expect(relativeError(centred, weights + first + second) < 1e-12)
    #expect(relativeError(centred, plain) > 0.1)
  }

  @Test("the free energy is that of all hidden states, of grey inputs too", arguments: [1.0, 0.6])
  func freeEnergy(temperature: Double) throws {
    let grey: [[Double]] = [[0.1, 0.9, 0.3, 0, 1, 0.5], [0, 0.2, 1, 1, 0.7, 0.4]]
    let machine = Machine(patterns: grey, copies: 1)
    let means = ConditionalMeans(temperature: temperature)
    let data = Phase("data", from: .batch, means, for: Duration(atMost: 1), holdsInput: true)
    let end = try machine.method(rule(1)).run(
      data, number: 0, from: machine.zeros, ends: [], clamped: machine.clamped,
      parameters: machine.parameters)
    for (row, input) in grey.enumerated() {
      let rows = row..<row + 1
      let free =
        machine.parameters.energy(state: end.state, clamped: machine.clamped, rows: rows)
        + machine.parameters.entropyTerms(state: end.state, at: temperature, rows: rows).reduce(0) {
          $0 + $1.value
        }
      let drives = machine.hidden(input).map { log($0 / (1 - $0)) }
      let expected = drives.reduce(
        input.indices.reduce(0) {
          $0 - input[$1] * (machine.parameters[bias: 0][0, $1] - 0.5)
        }
      ) { $0 - temperature * log(1 + exp($1 / temperature)) }
      #expect(abs(free - expected) < 1e-10, "\(free), \(expected)")
    }
  }

  /// −T ln ∫ e^{−E/T} dh = ½‖v‖² − b·v − Σ_j D_j²/2 − (T/2) ln 2πT each.
  @Test("the free energy of normal units is that of their integral", arguments: [1.0, 0.6])
  func normalUnits(temperature: Double) throws {
    let network = Network(
      inputs: 2, layers: [Layer(units: 3, activation: .linear)],
      first: InputLayer(.free, activation: .linear), output: 0)
    var parameters = Parameters(portion: Portion(whole: network), precision: .float64)
    parameters.connections[0].fill { 0.3 * Double($0 + 1) - 0.2 * Double($1) }
    for unit in 0..<3 { parameters[bias: 1][0, unit] = 0.1 * Double(unit) }
    let v = [0.7, -1.2]
    parameters[bias: 0][0, 1] = 0.4
    let input = Matrix(rows: 1, columns: 2, precision: .float64) { v[$1] }
    let clamped = Clamped(shards: [0, 1], input: input, targets: nil, parameters: parameters)
    let data = Phase(
      "data", from: .batch, ConditionalMeans(temperature: temperature), for: Duration(atMost: 1),
      holdsInput: true)
    let method = Method(
      relaxation: Relaxation(updates: .gibbs, free: Duration(atMost: 1), nudged: Duration(atMost: 1)),
      portion: parameters.portion, rows: 1, precision: .float64)
    let end = try method.run(
      data, number: 0, from: State(rows: 1, portion: parameters.portion, precision: .float64), ends: [],
      clamped: clamped, parameters: parameters)
    let found =
      parameters.energy(state: end.state, clamped: clamped, rows: 0..<1)
      + parameters.entropyTerms(state: end.state, at: temperature, rows: 0..<1).reduce(0) { $0 + $1.value }
    let expected = (0..<3).reduce(0.5 * (v[0] * v[0] + v[1] * v[1]) - 0.4 * v[1]) { sum, j in
      let drive = v.indices.reduce(0.1 * Double(j)) { $0 + v[$1] * parameters.connections[0].forward[$1, j] }
      return sum - drive * drive / 2 - temperature / 2 * log(2 * Double.pi * temperature)
    }
    #expect(abs(found - expected) < 1e-12, "\(found), \(expected)")
  }

  @Test("a reconstruction is the mean of the input given the mean of the hidden units")
  func reconstruction() throws {
    let machine = Machine(patterns: Machine.stripes, copies: 1)
    let ends = try machine.method(rule(1)).answer(
      from: machine.zeros, clamped: machine.clamped, parameters: machine.parameters)
    #expect(ends.count == 2)
    for (row, pattern) in machine.patterns.enumerated() {
      #expect(ends[0].state[0].states.row(row) == pattern)
      let expected = machine.visible(machine.hidden(pattern))
      #expect(relativeError(ends[1].outputs.row(row), expected) < 1e-12)
    }
  }
}
