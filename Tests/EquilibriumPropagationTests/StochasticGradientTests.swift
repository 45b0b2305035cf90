import EnergyModels
import EquilibriumPropagation
import Foundation
import Tensors
import Testing

/// What is learnt from states that are drawn, against gradients that are known exactly.
@Suite("Stochastic gradients") struct StochasticGradientTests {
  private let temperature = 0.4

  private func chains(
    beta: Double = 0.3, kind: NudgingKind = .centered, noise: NudgingNoise = .common,
    estimator: Estimator = .contrast, count: Int = 500, average: Int = 40, sign: Double = 1
  ) -> Chains {
    Chains(
      [7, 5], .binary, updates: .gibbs, temperature: temperature, chains: count, burnIn: 60, average: average,
      beta: beta, gain: 1.5, noise: noise, estimator: estimator, kind: kind)
  }

  /// The weights between the two layers and both biases, as a contrast of one step estimates −dC/dθ of each.
  private func estimate(_ chains: Chains, step: Int, sign: Double = 1) throws -> [Double] {
    let method = Method(
      chains.procedure, portion: chains.problem.portion, rows: chains.count, precision: .float64,
      neighbours: Alone())
    let clamped = chains.clamped(step: step)
    let free = try method.infer(
      from: chains.problem.zeros, clamped: clamped, parameters: chains.problem.parameters)
    var lesson = method.lesson(from: free, sign: sign, clamped: clamped)
    let contrast = try #require(try lesson.next(chains.problem.parameters))
    let gradient = Gradient(contrast, portion: chains.problem.portion)
    return gradient.weights[1] + gradient.biases[0] + gradient.biases[1]
  }

  /// The same of a function of all units, averaged.
  private func exact(_ derivative: ((_ s: [Double]) -> Double) -> Double) -> [Double] {
    let pairs = (0..<7).flatMap { i in (7..<12).map { (i, $0) } }
    return pairs.map { pair in derivative { $0[pair.0] * $0[pair.1] } }
      + (0..<12).map { i in derivative { $0[i] } }
  }

  /// −dC/dθ = (⟨∂(−E)/∂θ⟩^β − ⟨·⟩^β′) / (β − β′), of enumerated states.
  private func contrast(_ plus: Double, minus: Double) -> [Double] {
    let chains = chains(count: 1)
    let (upper, lower) = (Enumerated(chains, beta: plus), Enumerated(chains, beta: minus))
    return exact { (upper.mean($0) - lower.mean($0)) / (plus - minus) }
  }

  /// −d⟨C⟩/dθ = −Cov(∂(−E)/∂θ, C) / T.
  private var gradient: [Double] {
    let chains = chains(count: 1)
    let free = Enumerated(chains, beta: 0)
    let cost = free.mean(chains.cost)
    return exact { value in -free.mean { value($0) * (chains.cost($0) - cost) } / temperature }
  }

  @Test("the contrast of averages is the gradient of the difference of free energies, whatever β is")
  func freeEnergies() {
    let base = chains(count: 1)
    for beta in [0.3, 2.0] {
      let found = contrast(beta, minus: 0)
      // (𝓕(β) − 𝓕(0)) / β by central differences in a weight and a bias.
      func difference(_ change: (inout Problem) -> Void) -> Double {
        var problem = base.problem
        change(&problem)
        let moved = Chains(base, problem)
        return -temperature
          * (Enumerated(moved, beta: beta).logSum - Enumerated(moved, beta: 0).logSum) / beta
      }
      let step = 1e-3
      func slope(_ change: (inout Problem, Double) -> Void) -> Double {
        func at(_ steps: Double) -> Double { difference { change(&$0, steps * step) } }
        return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step)
      }
      for (i, j) in [(0, 0), (3, 2), (6, 4)] {
        let expected = slope { $0.parameters[connection: 1].forward[i, j] += $1 }
        #expect(abs(found[i * 5 + j] + expected) < 1e-10, "\(found[i * 5 + j]), \(-expected)")
      }
      let expected = slope { $0.parameters[bias: 2][0, 1] += $1 }
      #expect(abs(found[35 + 7 + 1] + expected) < 1e-10)
    }
  }

  @Test("the contrast tends to the covariance, with an error of β, and of β² where it is centered")
  func order() {
    let exact = gradient
    func error(_ plus: Double, _ minus: Double) -> Double {
      zip(contrast(plus, minus: minus), exact).reduce(0) { $0 + pow($1.0 - $1.1, 2) }.squareRoot()
    }
    #expect(abs(error(0.02, 0) / error(0.01, 0) - 2) < 0.05)
    #expect(abs(error(0.04, -0.04) / error(0.02, -0.02) - 4) < 0.2)
  }

  /// 10⁶ states for each estimate: within four standard errors in every parameter.
  @Test(
    "what is drawn estimates it without a bias",
    arguments: [NudgingNoise.common, .independent], [NudgingKind.oneSided, .centered, .randomSign])
  func unbiased(noise: NudgingNoise, kind: NudgingKind) throws {
    let beta = 0.5
    let chains = chains(beta: beta, kind: kind, noise: noise)
    let sign = kind == .randomSign ? -1.0 : 1
    let expected =
      kind == .centered
      ? contrast(beta, minus: -beta)
      : kind == .oneSided ? contrast(beta, minus: 0) : contrast(-beta, minus: 0)
    try expect((0..<50).map { try estimate(chains, step: $0, sign: sign) }, expected)
  }

  @Test("the covariance of a free phase is the gradient itself")
  func covariance() throws {
    // Of n correlated states a share of the covariance is missing: it is small where n is large.
    let chains = chains(estimator: .covariance, count: 400, average: 500)
    try expect((0..<40).map { try estimate(chains, step: $0) }, gradient)
  }

  private func expect(_ estimates: [[Double]], _ expected: [Double]) throws {
    var sum = 0.0
    for index in expected.indices {
      let estimate = Estimate(estimates.map { $0[index] })
      let distance = estimate.distance(to: expected[index])
      #expect(distance < 5, "\(index): \(estimate.mean) ± \(estimate.error), not \(expected[index])")
      sum += distance * distance
    }
    // Not only no outlier: all together no farther than chance.
    #expect(sum / Double(expected.count) < 2, "\(sum / Double(expected.count))")
    #expect(expected.contains { abs($0) > 0.01 })
  }

  /// Of the whole contrast with independent numbers as 1/β, with common ones not at all.
  @Test(
    "the deviation does not depend on β where phases draw the same numbers, and grows as 1/β where they do not"
  )
  func deviations() throws {
    func slope(_ noise: NudgingNoise) throws -> Double {
      let betas = [0.02, 0.05, 0.1, 0.2]
      let logs = try betas.map { beta -> Double in
        let chains = Chains(
          [8, 6, 3], .hardSigmoid, updates: .gibbs, temperature: 0.01, chains: 1, burnIn: 30, average: 10,
          beta: beta, noise: noise)
        let found = try (0..<200).map { try estimate(chains, step: $0) }
        let deviation = found[0].indices.reduce(0) { sum, i in
          sum + pow(Estimate(found.map { $0[i] }).error, 2)
        }
        return 0.5 * log(deviation)
      }
      let (x, y) = (betas.map { log($0) }, logs)
      let (mx, my) = (x.reduce(0, +) / 4, y.reduce(0, +) / 4)
      return zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
        / x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
    }
    let (common, independent) = (try slope(.common), try slope(.independent))
    #expect(abs(common) < 0.15, "\(common)")
    #expect(abs(independent + 1) < 0.15, "\(independent)")
  }
}
