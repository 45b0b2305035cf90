import EnergyModels
import EquilibriumPropagation
import Tensors
import TestBasis
import Testing

/// Phases on complex states: N of them leave an error of O(β^N).
@Suite("N-point nudging") struct PointNudgingTests {
  static let activations: [(Activation, Activation)] = [
    (.sigmoid, .sigmoid), (.tanh, .tanh), (.sigmoid, .linear), (.tanh, .linear),
    (.silu, .silu), (.silu, .linear),
  ]
  /// β of each N, halved twice: the error must stay far above that of phases at rest, 1e-13.
  static let betas: [(points: Int, beta: Double)] = [(3, 0.2), (4, 0.3), (6, 0.4)]

  private func toRest(_ updates: Updates) -> Relaxation {
    var relaxation = Problem.toRest
    relaxation.updates = updates
    return relaxation
  }

  @Test("halving β divides the error by 2^N", arguments: activations, 1...3)
  func order(activations: (Activation, Activation), hidden: Int) throws {
    let problem = Problem(curved: hidden, activations.0, output: activations.1)
    let free = try problem.free().state
    let exact = try problem.gradient(.recurrentBackpropagation, from: free)
    for (points, largest) in Self.betas {
      for updates in Updates.toRest {
        let errors = try [1, 2, 4].map { part in
          let nudging = Nudging(kind: .points, beta: largest / part, points: points)
          let (lesson, contrasts) = try problem.lesson(
            .equilibriumPropagation, nudging, toRest(updates), from: free)
          for phase in lesson.phases { #expect(phase.outcomes.allSatisfy { $0 == .settled }) }
          return Gradient(contrasts[0], portion: problem.portion).match(exact).relativeError
        }
        let expected = Double(1 << points)
        for (larger, smaller) in zip(errors, errors.dropFirst()) {
          let name =
            "\(activations.0.rawValue)-\(activations.1.rawValue) \(hidden) hidden \(updates.rawValue) N \(points)"
          measured("\(name): ratio", larger / smaller)
          measured("\(name): error", smaller)
          #expect(abs(larger / smaller - expected) <= 0.1 * expected, "\(name)")
        }
      }
    }
  }

  /// Three points leave O(β³), as much as 10⁻³ at β .1: enough for the whole gradient, not for every small layer of it.
  @Test("at β .1: cosine ≥ .999999, with four points and more in every layer", arguments: activations, 1...3)
  func cosine(activations: (Activation, Activation), hidden: Int) throws {
    let problem = Problem(curved: hidden, activations.0, output: activations.1)
    let free = try problem.free().state
    let exact = try problem.gradient(.recurrentBackpropagation, from: free)
    for points in [3, 4, 5, 6, 8] {
      let found = try problem.gradient(
        .equilibriumPropagation, Nudging(kind: .points, beta: 0.1, points: points), from: free)
      let layers = (1...exact.layers).map { found.match(exact, layer: $0).cosine }
      let name = "\(activations.0.rawValue)-\(activations.1.rawValue) \(hidden) hidden N \(points), β .1"
      measured("\(name): 1 − cosine", 1 - found.match(exact).cosine)
      measured("\(name), worst layer: 1 − cosine", 1 - (layers.min() ?? .nan))
      #expect(found.match(exact).cosine >= 0.999999)
      for cosine in layers { #expect(cosine >= (points == 3 ? 0.99999 : 0.999999)) }
    }
  }

  @Test("two points are centered nudging, bit by bit", arguments: Activation.ofStates, Updates.toRest)
  func twoPoints(activation: Activation, updates: Updates) throws {
    let problem = Problem(hidden: 2, activation)
    let free = try problem.free().state
    func learnt(_ nudging: Nudging) throws -> Contrast {
      try problem.lesson(.equilibriumPropagation, nudging, Problem.counted(updates, 9), from: free)
        .contrasts[0]
    }
    let centered = try learnt(Nudging(kind: .centered, beta: 0.2))
    let two = try learnt(Nudging(kind: .points, beta: 0.2, points: 2))
    #expect(problem.bits(two) == problem.bits(centered) && two.strength == centered.strength)
  }

  /// The room of complex phases is shared by real and imaginary parts, and by shards that settle one after the other.
  @Test("a shard's complex phases are the same in any company", arguments: activations, Updates.toRest)
  func company(activations: (Activation, Activation), updates: Updates) throws {
    let shards = [[0, 1, 2], [3], [4, 5], [6, 7, 8, 9]]
    let relaxation = Relaxation(
      updates: updates, start: .persistent, free: Duration(atMost: 10),
      nudged: Duration(atMost: 100, tolerance: 1e-6))
    func phases(_ shards: [[Int]]) throws -> (Problem, [Settled]) {
      let problem = Problem(hidden: 2, activations.0, output: activations.1, examples: shards)
      let free = try problem.free(relaxation).state
      let nudging = Nudging(kind: .points, beta: 0.3, points: 6)
      return (
        problem, try problem.lesson(.equilibriumPropagation, nudging, relaxation, from: free).lesson.phases
      )
    }
    func bits(_ problem: Problem, _ phase: Settled, shard: Int) -> [UInt64] {
      let rows = problem.shards[shard]..<problem.shards[shard + 1]
      let isComplex = phase.state[1].states.rows > problem.rows
      let below = rows.lowerBound + problem.rows..<rows.upperBound + problem.rows
      return [rows, below].prefix(isComplex ? 2 : 1).flatMap { phase.state.bits(problem.network, rows: $0) }
    }
    let (whole, together) = try phases(shards)
    // ±β are real; e^{±iπ/3} and e^{±2iπ/3} are two pairs of which one each relaxes.
    #expect(together.count == 4 && together[2].state[1].states.rows == 2 * whole.rows)
    #expect(
      Set(together.flatMap(\.iterations)).count > 2, "no shard settled before another: nothing was shown")
    for company in [[0], [3], [3, 1], [2, 0, 3]] {
      let (part, apart) = try phases(company.map { shards[$0] })
      for (ours, theirs) in zip(apart, together) {
        for (place, shard) in company.enumerated() {
          #expect(bits(part, ours, shard: place) == bits(whole, theirs, shard: shard))
          #expect(ours.iterations[place] == theirs.iterations[shard])
        }
      }
    }
  }

  @Test("both directions of a connection learn the same bits", arguments: [3, 4, 6])
  func directions(points: Int) throws {
    let problem = Problem(hidden: 2, .tanh, output: .linear)
    let free = try problem.free().state
    let contrast = try problem.lesson(
      .equilibriumPropagation, Nudging(kind: .points, beta: 0.2, points: points), from: free
    ).contrasts[0]
    for k in 2...3 {
      let (below, above) = (problem.network.units(k - 1), problem.network.units(k))
      func written(_ backward: Bool) -> Panels {
        let block = Block(rows: 0..<below, columns: 0..<above)
        return Panels(
          contrast.sums(k - 1, block: block, backward: backward),
          depth: backward ? above : below,
          columns: backward ? below : above, shards: contrast.shards, .float64)
      }
      let (forward, backward) = (written(false), written(true))
      for i in 0..<below {
        for j in 0..<above { #expect(forward[i, j].bitPattern == backward[j, i].bitPattern) }
      }
    }
  }
}
