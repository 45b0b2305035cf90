import EnergyModels
import EquilibriumPropagation
import Foundation
import Tensors
import Testing

/// Metropolis-adjusted Langevin steps: exact whatever their length, and accepted as often as theory tells.
extension SamplerTests {
  /// Covariance T (A + βPᵀP)⁻¹ with no trace of ε, at a step at which unadjusted Langevin is far from it.
  @Test(
    "mala on linear units: a normal distribution, at long steps too", arguments: [0.3, 0.8], [0.0, 0.7, -0.3])
  func adjustedNormal(step: Double, beta: Double) throws {
    func drawn(_ updates: Updates) -> Chains {
      Chains(
        [3, 2, 2], .linear, updates: updates, temperature: 0.3, chains: 20_000, burnIn: 120, step: step,
        gain: 0.6)
    }
    let chains = drawn(.mala)
    var (a, c) = chains.form
    for (index, i) in chains.outputs.enumerated() {
      a[i][i] += beta
      c[i] += beta * chains.problem.targets[0, index]
    }
    let mean = solve(a, c)
    let covariance = inverse(a).map { $0.map { 0.3 * $0 } }
    try expect(
      chains, nudged(chains, beta: beta), means: mean,
      moments: mean.indices.map { i in mean.indices.map { covariance[i][$0] + mean[i] * mean[$0] } },
      "step \(step) at β \(beta)")
    // The same chains without the rule would not pass.
    let unadjusted = drawn(.langevin)
    let state = try unadjusted.end(of: nudged(unadjusted, beta: beta)).state
    let squares = Estimate(
      (0..<chains.count).map { row in
        zip(chains.units(state, row: row), mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      })
    let trace = covariance.indices.reduce(0) { $0 + covariance[$1][$1] }
    #expect(squares.distance(to: trace) > 10)
  }

  /// Three units, their density summed over a fine grid: in a box, where steps are reflected, and of smooth activations,
  /// whose density is no normal one.
  @Test(
    "mala: e^{−F/T} on a grid",
    arguments: [
      (.hardSigmoid, 0.02, 0.05), (.hardSigmoid, 0.1, 0.2), (.hardSigmoid, 1, 0.2),
      (.halfHardSigmoid, 0.1, 0.2), (.tanh, 0.1, 0.3), (.tanh, 0.5, 0.6), (.sigmoid, 0.1, 0.3),
      (.silu, 0.2, 0.4),
    ] as [(Activation, Double, Double)], [0.0, 0.6])
  func adjusted(_ trial: (activation: Activation, temperature: Double, step: Double), beta: Double) throws {
    let chains = Chains(
      [2, 1], trial.activation, updates: .mala, temperature: trial.temperature, chains: 20_000, burnIn: 150,
      step: trial.step, gain: 1.5)
    let density = DensityOnGrid(chains, beta: beta)
    try expect(
      chains, nudged(chains, beta: beta), means: density.means, moments: density.moments,
      "\(trial.activation.rawValue), T \(trial.temperature), β \(beta)")
  }

  /// Of a normal density log P(s′ accepted) is about Normal(−v/2, v) with v = ε³ tr A³ / 2 for small ε, so that a share of
  /// erfc √(v/8) is accepted.
  @Test("mala accepts as many steps as theory tells, nearly all of short ones")
  func acceptance() throws {
    var shares: [Double] = []
    for step in [0.4, 0.2, 0.02] {
      let chains = Chains(
        [20, 16, 8], .linear, updates: .mala, temperature: 0.3, chains: 400, burnIn: 100, step: step,
        gain: 0.6)
      let a = chains.form.a
      let cube = a.indices.reduce(0) { sum, i in
        sum
          + a.indices.reduce(0) { sum, j in
            sum + a[i][j] * a.indices.reduce(0) { $0 + a[j][$1] * a[$1][i] }
          }
      }
      let phase = nudged(chains, beta: 0)
      let settled = try chains.end(of: phase)
      let told = try #require(try chains.end(of: phase, from: settled.state, step: 1).acceptance)
      #expect(told.proposed == 400 * 101)
      let share = try #require(told.share)
      let expected = erfc((step * step * step * cube / 16).squareRoot())
      #expect(
        abs(share - expected) < 0.02 + 0.15 * step * (1 - expected), "\(step): \(share), not \(expected)")
      shares.append(share)
    }
    #expect(shares[0] < shares[1] && shares[1] < shares[2] && shares[2] > 0.98, "\(shares)")
  }

  /// Nothing is known from one sweep to the next: drives and F are computed anew, the densities as the paper has them.
  @Test(
    "mala sweep by sweep: what is kept of a sweep is what the next would compute",
    arguments: [Activation.tanh, .hardSigmoid, .silu, .linear], [0.0, 0.6])
  func sweeps(activation: Activation, beta: Double) throws {
    let (temperature, step, count, sweeps) = (0.2, 0.35, 12, 30)
    let chains = Chains(
      [6, 5, 3], activation, updates: .mala, temperature: temperature, chains: count, burnIn: sweeps - 1,
      step: step, gain: 1.2)
    let (clamped, network, parameters) = (chains.clamped(step: 7), chains.network, chains.problem.parameters)
    func noise(_ word: Int, _ sweep: Int, units: Int) -> Noise {
      var noise = Noise(
        clamped.random, layer: word, stream: 0, step: 7, chains: clamped.examples, temperature: temperature,
        positions: 1, units: units)
      noise.sweep = sweep
      return noise
    }
    func total(_ state: State) -> [Double] {
      zip(0..., parameters.energies(state: state, clamped: clamped, rows: 0..<count)).map {
        $1 + beta * chains.problem.cost(state, row: $0)
      }
    }
    /// −∂F/∂s of each layer.
    func forces(_ state: State) -> [Matrix] {
      network.states.map { k in
        let drive = parameters.drive(of: k, state: state, clamped: clamped, rows: 0..<count)
        return Matrix(rows: count, columns: network.units(k), precision: .float64) { row, j in
          let (s, rho) = (state[k].states[row, j], state.activity(k)[row, j])
          let pull = k == network.output ? beta * (chains.problem.targets[row, j] - s) : 0
          return activation.derivatives(s, activity: rho).first * drive[row, j] - s + pull
        }
      }
    }
    var (state, accepted) = (chains.problem.zeros, 0)
    for sweep in 0..<sweeps {
      let (before, there) = (total(state), forces(state))
      var (next, ways, signs) = (state, there, there)
      for (index, k) in network.states.enumerated() {
        for row in 0..<count {
          let numbers = noise(k, sweep, units: network.units(k)).numbers(
            row: row, units: 0..<network.units(k), areNormal: true)
          for j in numbers.indices {
            let way = step * there[index][row, j] + (2 * temperature * step).squareRoot() * numbers[j]
            var (image, sign) = (state[k].states[row, j] + way, 1.0)
            if let range = activation.range {
              while !range.contains(image) {
                image = 2 * (image < 0 ? 0 : range.upperBound) - image
                sign = -sign
              }
            }
            next[k].states[row, j] = image
            (ways[index][row, j], signs[index][row, j]) = (way, sign)
          }
        }
        next[k].refreshActivity(activation, rows: 0..<count, columns: 0..<network.units(k))
      }
      let (after, back) = (total(next), forces(next))
      for row in 0..<count {
        var exponent = -(after[row] - before[row]) / temperature
        for index in there.indices {
          for j in 0..<there[index].columns {
            let (way, sign) = (ways[index][row, j], signs[index][row, j])
            let returned = way + step * sign * back[index][row, j]
            let gone = way - step * there[index][row, j]
            exponent -= (returned * returned - gone * gone) / (4 * temperature * step)
          }
        }
        guard log(noise(0xFF_FFFF, sweep, units: 1).numbers(row: row, units: 0..<1)[0]) < exponent else {
          continue
        }
        accepted += 1
        for k in network.states { state[k].copy(rows: row..<row + 1, from: next[k]) }
      }
    }
    let end = try chains.end(of: nudged(chains, beta: beta), step: 7)
    #expect(end.acceptance == Acceptance(proposed: count * sweeps, accepted: accepted))
    #expect(end.state.distance(to: state, network, rows: count) < 1e-9)
    #expect(accepted > 10 && accepted < count * sweeps - 10)
  }

  @Test("a step to where F is no number is never accepted; where it is none already, all are")
  func infinite() throws {
    var chains = Chains(
      [3, 2], .linear, updates: .mala, temperature: 0.1, chains: 20, burnIn: 5, step: 0.5)
    let far = try chains.end(of: nudged(chains, beta: 1e200))
    #expect(far.acceptance?.accepted == 0 && far.outcomes == [.exhausted])
    var broken = chains.problem
    broken.parameters[bias: 1][0, 0] = .nan
    chains = Chains(chains, broken)
    let end = try chains.end(of: nudged(chains, beta: 0))
    #expect(end.acceptance?.share == 1 && end.outcomes == [.diverged])
  }
}

/// The density e^{−F/T} of three units, 2 and an output, summed over a grid.
struct DensityOnGrid {
  private(set) var means = [0.0, 0, 0]
  private(set) var moments = Array(repeating: [0.0, 0, 0], count: 3)

  init(_ chains: Chains, beta: Double, points n: Int = 100) {
    let (a, c) = chains.form
    let activation = chains.network.activation(1)
    let temperature = chains.relaxation.sampling.temperature
    let target = chains.problem.targets[0, 0]
    // Unbounded ones lie within a few deviations and the pull of the others.
    let reach = 2.5 + 5 * temperature.squareRoot()
    let range = activation.range ?? -reach...reach
    let points = (0..<n).map {
      range.lowerBound + (Double($0) + 0.5) / Double(n) * (range.upperBound - range.lowerBound)
    }
    let activity = points.map(activation.value)
    var total = 0.0
    for x in 0..<n {
      for y in 0..<n {
        for z in 0..<n {
          let (s, r) = ([points[x], points[y], points[z]], [activity[x], activity[y], activity[z]])
          var energy = beta * 0.5 * (s[2] - target) * (s[2] - target)
          for i in 0..<3 {
            energy += 0.5 * s[i] * s[i] - c[i] * r[i]
            for j in 0..<i { energy += a[i][j] * r[i] * r[j] }
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
    means = means.map { $0 / total }
    moments = moments.map { $0.map { $0 / total } }
  }
}
