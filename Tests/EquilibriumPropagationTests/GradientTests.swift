import EnergyModels
import EquilibriumPropagation
import Tensors
import TestBasis
import Testing

/// The theorem: the contrast over β tends to −dC(s⁰)/dW, and at the rates that its nudging promises.
@Suite("The gradient") struct GradientTests {
  static let smooth: [Activation] = [.sigmoid, .tanh, .silu]

  private func estimated(_ problem: Problem, _ kind: NudgingKind, _ beta: Double, sign: Double = 1) throws
    -> Gradient
  {
    let method = problem.method(Problem.toRest, Nudging(kind: kind, beta: beta))
    let clamped = problem.clamped
    let free = try problem.free()
    let (contrast, phases) = try method.contrast(
      free: free.state, sign: sign, clamped: clamped, parameters: problem.parameters)
    for settled in [free] + phases.map(\.settled) { #expect(settled.outcomes.allSatisfy { $0 == .settled }) }
    return Gradient(contrast, portion: problem.portion)
  }

  @Test(
    "centered at β .05: cosine ≥ .999999 and relative error ≤ 5e-3 in every layer", arguments: smooth, 1...3)
  func centered(activation: Activation, hidden: Int) throws {
    let problem = Problem(curved: hidden, activation)
    let expected = try Gradient(finiteDifferencesOf: problem)
    let found = try estimated(problem, .centered, 0.05)
    for k in 0..<expected.layers {
      for (name, ours, theirs) in [
        ("W", found.weights[k], expected.weights[k]), ("b", found.biases[k], expected.biases[k]),
      ] {
        let (cosine, error) = (cosine(ours, theirs), relativeError(ours, theirs))
        measured("\(activation.rawValue) \(hidden) hidden \(name)\(k + 1): 1 − cosine", 1 - cosine)
        measured("\(activation.rawValue) \(hidden) hidden \(name)\(k + 1): relative error", error)
        #expect(cosine >= 0.999999)
        #expect(error <= 5e-3)
        #expect(norm(theirs) > 1e-7, "nothing to compare with")
      }
    }
  }

  @Test("halving β halves the one-sided error", arguments: smooth, 1...3)
  func firstOrder(activation: Activation, hidden: Int) throws {
    try check(activation, hidden, .oneSided, betas: [0.04, 0.02, 0.01], ratio: 2)
  }

  @Test("halving β quarters the centered error", arguments: smooth, 1...3)
  func secondOrder(activation: Activation, hidden: Int) throws {
    try check(activation, hidden, .centered, betas: [0.1, 0.05, 0.025], ratio: 4)
  }

  private func check(
    _ activation: Activation, _ hidden: Int, _ kind: NudgingKind, betas: [Double], ratio: Double
  ) throws {
    let problem = Problem(curved: hidden, activation)
    let expected = try Gradient(finiteDifferencesOf: problem).all
    let errors = try betas.map { relativeError(try estimated(problem, kind, $0).all, expected) }
    for (larger, smaller) in zip(errors, errors.dropFirst()) {
      measured("\(activation.rawValue) \(hidden) hidden \(kind.rawValue): ratio", larger / smaller)
      #expect(abs(larger / smaller - ratio) <= 0.05 * ratio)
    }
  }

  @Test("random signs: both have a first-order error, their mean is the centered estimate", arguments: smooth)
  func randomSign(activation: Activation) throws {
    let problem = Problem(hidden: 2, activation)
    let plus = try estimated(problem, .randomSign, 0.05, sign: 1).all
    let minus = try estimated(problem, .randomSign, 0.05, sign: -1).all
    let oneSided = try estimated(problem, .oneSided, 0.05).all
    let centered = try estimated(problem, .centered, 0.05).all
    #expect(plus == oneSided && minus != plus)
    #expect(relativeError(plus, centered) > 1e-3 && relativeError(minus, centered) > 1e-3)
    #expect(relativeError(zip(plus, minus).map { ($0 + $1) / 2 }, centered) <= 1e-10)
  }

  @Test("both directions of a connection learn the same bits", arguments: Activation.ofStates)
  func directions(activation: Activation) throws {
    let problem = Problem(hidden: 2, activation)
    let free = try problem.free(Problem.counted(.euler, 20))
    let (contrast, _) = try problem.method(Problem.counted(.euler, 5)).contrast(
      free: free.state, sign: 1, clamped: problem.clamped, parameters: problem.parameters)
    for k in 2...3 {
      let (below, above) = (problem.network.units(k - 1), problem.network.units(k))
      let block = Block(rows: 0..<below, columns: 0..<above)
      let forward = written(contrast, k, block, backward: false)
      let backward = written(contrast, k, block, backward: true)
      for i in 0..<below {
        for j in 0..<above { #expect(forward[i, j].bitPattern == backward[j, i].bitPattern) }
      }
      // A part of the block learns what it learns in the whole.
      let part = Block(rows: 1..<below, columns: 0..<above)
      let lower = written(contrast, k, part, backward: false)
      for i in 1..<below {
        for j in 0..<above { #expect(lower[i - 1, j].bitPattern == forward[i, j].bitPattern) }
      }
    }
  }

  private func written(_ contrast: Contrast, _ k: Int, _ block: Block, backward: Bool) -> Panels {
    let (depth, columns) = (block.rows.count, block.columns.count)
    return Panels(
      contrast.sums(k - 1, block: block, backward: backward),
      depth: backward ? columns : depth,
      columns: backward ? depth : columns, shards: contrast.shards, .float64)
  }
}
