import EnergyModels
import EquilibriumPropagation
import Foundation
import Tensors
import Testing

/// Samplers against stationary distributions that are known exactly.
@Suite("Samplers") struct SamplerTests {
  /// Means and second moments of all units within four standard errors.
  func expect(
    _ chains: Chains, _ phase: Phase, means: [Double], moments: [[Double]], _ what: String
  ) throws {
    let state = try chains.end(of: phase).state
    let all = (0..<chains.count).map { chains.units(state, row: $0) }
    for i in means.indices {
      let mean = Estimate(all.map { $0[i] })
      #expect(mean.distance(to: means[i]) < 4.5, "\(what): mean \(i) \(mean.mean), not \(means[i])")
      for j in 0...i {
        let moment = Estimate(all.map { $0[i] * $0[j] })
        #expect(
          moment.distance(to: moments[i][j], least: 1 / Double(chains.count)) < 4.5,
          "\(what): \(i), \(j) \(moment.mean), not \(moments[i][j])"
        )
      }
    }
  }

  func nudged(_ chains: Chains, beta: Double) -> Phase {
    var phase = beta == 0 ? Phase.free(chains.scheme) : Phase.nudged(chains.scheme, beta: beta)
    phase.origin = .batch
    return phase
  }

  /// E = ½ sᵀAs − cᵀs: mean (A + βPᵀP)⁻¹(c + βPᵀd), covariance T(A + βPᵀP)⁻¹; of a Langevin chain with step ε its own,
  /// T [A (I − εA/2)]⁻¹.
  @Test("linear units: a normal distribution", arguments: [Updates.gibbs, .langevin], [0.0, 0.7, -0.3])
  func normal(updates: Updates, beta: Double) throws {
    let step = 0.2
    let chains = Chains(
      [3, 2, 2], .linear, updates: updates, temperature: 0.3, chains: 20_000,
      burnIn: updates == .gibbs ? 40 : 100, step: step, gain: 0.6)
    var (a, c) = chains.form
    for (index, i) in chains.outputs.enumerated() {
      a[i][i] += beta
      c[i] += beta * chains.problem.targets[0, index]
    }
    let mean = solve(a, c)
    let bent = a.indices.map { i in
      a.indices.map { j in
        updates == .gibbs ? a[i][j] : a[i][j] - step / 2 * a.indices.reduce(0) { $0 + a[i][$1] * a[$1][j] }
      }
    }
    let covariance = inverse(bent).map { $0.map { 0.3 * $0 } }
    try expect(
      chains, nudged(chains, beta: beta), means: mean,
      moments: mean.indices.map { i in mean.indices.map { covariance[i][$0] + mean[i] * mean[$0] } },
      "\(updates) at β \(beta)")
  }

  /// Three units in [0, 1], their density summed over a fine grid.
  @Test("units of a box: e^{−F/T} on a grid", arguments: [0.01, 0.1, 1], [0.0, 0.6])
  func box(temperature: Double, beta: Double) throws {
    let chains = Chains(
      [2, 1], .hardSigmoid, updates: .gibbs, temperature: temperature, chains: 60_000, gain: 1.5)
    let n = 160
    var (total, means) = (0.0, [0.0, 0, 0])
    var moments = Array(repeating: [0.0, 0, 0], count: 3)
    let (a, c) = chains.form
    let d = chains.problem.targets[0, 0]
    for x in 0..<n {
      for y in 0..<n {
        for z in 0..<n {
          let s = [x, y, z].map { (Double($0) + 0.5) / Double(n) }
          var energy = beta * 0.5 * (s[2] - d) * (s[2] - d)
          for i in 0..<3 {
            energy += s[i] * (0.5 * (a[i][0] * s[0] + a[i][1] * s[1] + a[i][2] * s[2]) - c[i])
          }
          let weight = exp(-energy / temperature)
          total += weight
          for i in 0..<3 {
            means[i] += weight * s[i]
            for j in 0...i { moments[i][j] += weight * s[i] * s[j] }
          }
        }
      }
    }
    try expect(
      chains, nudged(chains, beta: beta), means: means.map { $0 / total },
      moments: moments.map { $0.map { $0 / total } }, "T \(temperature), β \(beta)")
  }

  /// Twelve units, all states of them counted.
  @Test("binary units: all states enumerated", arguments: [0.2, 0.6], [0.0, 0.5])
  func binary(temperature: Double, beta: Double) throws {
    let chains = Chains(
      [7, 5], .binary, updates: .gibbs, temperature: temperature, chains: 20_000, burnIn: 100, gain: 1.5)
    let enumerated = Enumerated(chains, beta: beta)
    try expect(
      chains, nudged(chains, beta: beta), means: enumerated.means, moments: enumerated.moments,
      "T \(temperature), β \(beta)")
  }

  /// d⟨C⟩/dβ at 0 = −Var(C)/T.
  @Test("the output yields to the nudge as its fluctuations tell")
  func response() throws {
    let chains = Chains(
      [3, 2], .hardSigmoid, updates: .gibbs, temperature: 0.05, chains: 60_000, gain: 1.2, noise: .independent
    )
    func costs(_ beta: Double) throws -> [Double] {
      let state = try chains.end(of: nudged(chains, beta: beta), step: beta == 0 ? 1 : 2).state
      return (0..<chains.count).map { chains.problem.cost(state, row: $0) }
    }
    let (beta, free) = (0.02, try costs(0))
    // The same numbers at ±β: their difference is of one chain.
    let slope = Estimate(zip(try costs(beta), try costs(-beta)).map { ($0 - $1) / (2 * beta) })
    let mean = Estimate(free).mean
    let variance = Estimate(free.map { ($0 - mean) * ($0 - mean) })
    let expected = -variance.mean / 0.05
    let error = (slope.error * slope.error + pow(variance.error / 0.05, 2)).squareRoot()
    #expect(abs(slope.mean - expected) < 4 * error, "\(slope.mean), not \(expected) ± \(error)")
    #expect(expected < -10 * error)
  }

  @Test(
    "as T → 0 states come to within 5 √T of their rest, and at 0 have its bits",
    arguments: Updates.allCases.filter(\.samples))
  func cold(updates: Updates) throws {
    // What is reflected at a bound keeps ε |∂F/∂s| from it.
    let activation = updates == .gibbs ? Activation.hardSigmoid : .tanh
    var chains = Chains(
      [6, 5, 3], activation, updates: updates, temperature: 0, chains: 20, burnIn: 100, gain: 0.5)
    let still = try chains.problem.method(Problem.counted(updates.atRest, 101, step: 0.1))
      .freePhase(
        from: chains.problem.zeros, clamped: chains.problem.clamped, parameters: chains.problem.parameters)
    #expect(!chains.relaxation.samples)
    let frozen = try chains.end(of: .free(chains.scheme)).state
    let rows = 0..<20
    #expect(frozen.bits(chains.network, rows: rows) == still.state.bits(chains.network, rows: rows))
    for temperature in [1e-2, 1e-4, 1e-6] {
      chains = Chains(
        [6, 5, 3], activation, updates: updates, temperature: temperature, chains: 20, burnIn: 100,
        gain: 0.5)
      let state = try chains.end(of: .free(chains.scheme)).state
      let distance = state.distance(to: still.state, chains.network, rows: 20)
      #expect(
        distance > 0 && distance < 5 * temperature.squareRoot(), "\(updates) at \(temperature): \(distance)")
    }
  }
}

/// Every state of a network of binary units, with its weight e^{−F/T}.
struct Enumerated {
  let chains: Chains
  let states: [[Double]]
  let weights: [Double]
  /// log Σ e^{−F/T}.
  let logSum: Double

  init(_ chains: Chains, beta: Double) {
    self.chains = chains
    let (a, c) = chains.form
    let n = c.count
    states = (0..<1 << n).map { bits in (0..<n).map { bits >> $0 & 1 == 1 ? 1 : 0 } }
    let temperature = chains.relaxation.sampling.temperature
    let logs = states.map { s in
      let energy = (0..<n).reduce(0) { sum, i in
        s[i] == 0 ? sum : sum + 0.5 * (0..<n).reduce(0) { $0 + a[i][$1] * s[$1] } - c[i]
      }
      return -(energy + beta * chains.cost(s)) / temperature
    }
    let most = logs.max() ?? 0
    let sum = logs.reduce(0) { $0 + exp($1 - most) }
    logSum = most + log(sum)
    weights = logs.map { [logSum] in exp($0 - logSum) }
  }

  func mean(_ value: ([Double]) -> Double) -> Double {
    zip(states, weights).reduce(0) { $0 + $1.1 * value($1.0) }
  }

  var means: [Double] { states[0].indices.map { i in mean { $0[i] } } }
  var moments: [[Double]] {
    states[0].indices.map { i in states[0].indices.map { j in mean { $0[i] * $0[j] } } }
  }
}
