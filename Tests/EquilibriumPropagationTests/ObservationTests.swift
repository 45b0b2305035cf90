import EnergyModels
import EquilibriumPropagation
import Tensors
import Testing

/// What a relaxation keeps besides its last state.
@Suite("Observations") struct ObservationTests {
  private static let networks: [Network] = [
    Network(inputs: 6, layers: [7, 6, 4].map { Layer(units: $0, activation: .hardSigmoid) }),
    Network(inputs: 6, layers: [7, 4].map { Layer(units: $0, activation: .tanh) }),
  ]

  /// The states after each of so many iterations, one run for each.
  private func states(_ problem: Problem, _ updates: Updates, _ count: Int) throws -> [State] {
    try (1...count).map { try problem.free(Problem.counted(updates, $0)).state }
  }

  @Test("the states after the last iterations are those of shorter phases", arguments: Updates.toRest)
  func iterations(updates: Updates) throws {
    for network in Self.networks {
      let problem = Problem(network, gain: 0.6, bias: -0.1...0.3)
      let expected = try states(problem, updates, 6)
      let method = problem.method(Problem.counted(updates, 6))
      for last in [1, 4, 6, 9] {
        var phase = Phase.free(method.procedure.scheme)
        phase.keeps = .iterations(last: last)
        let kept = try method.run(
          phase, number: 0, from: problem.zeros, ends: [], clamped: problem.clamped,
          parameters: problem.parameters
        ).kept
        let rows = 0..<problem.rows
        #expect(
          kept.map { $0.bits(network, rows: rows) }
            == expected.suffix(last).map { $0.bits(network, rows: rows) })
      }
    }
  }

  /// Shards that settle stop at iterations of their own, and average over their own last ones.
  @Test(
    "averages of activities and of pair products, over each shard's own last iterations",
    arguments: Updates.toRest)
  func averages(updates: Updates) throws {
    var haveDiffered = false
    for (network, tolerance) in Self.networks.flatMap({ network in
      [nil, 4e-3, 2e-3, 1e-3, 5e-4].map { (network, $0) }
    }) {
      let problem = Problem(network, gain: 0.6, bias: -0.1...0.3)
      var relaxation = Problem.counted(updates, 60)
      relaxation.free.tolerance = tolerance
      let method = problem.method(relaxation)
      var phase = Phase.free(method.procedure.scheme)
      phase.keeps = .averages(last: 4)
      let found = try method.run(
        phase, number: 0, from: problem.zeros, ends: [], clamped: problem.clamped,
        parameters: problem.parameters)
      if tolerance != nil { #expect(found.iterations.allSatisfy { $0 < 60 }) }
      haveDiffered = haveDiffered || Set(found.iterations).count > 1
      let all = try states(problem, updates, 60)
      let average = try #require(found.averages)
      for (shard, count) in found.iterations.enumerated() {
        let last = all[..<count].suffix(4)
        for row in problem.shards[shard]..<problem.shards[shard + 1] {
          for k in 1...network.depth {
            for j in 0..<network.units(k) {
              let expected = last.reduce(0) { $0 + $1.activity(k)[row, j] } / Double(last.count)
              #expect(abs(average.mean[k][row, j] - expected) <= 1e-14)
            }
          }
        }
      }
    }
    #expect(haveDiffered)
  }

  /// ⟨ρρᵀ⟩ is no product of averages where states still move.
  @Test("a contrast of averages is the mean of the products that were kept")
  func contrast() throws {
    let problem = Problem(Self.networks[0], gain: 0.6, bias: -0.1...0.3)
    let gradient = try problem.gradient(
      LearningRule(Averaging()), Nudging(kind: .oneSided, beta: 0.5), Problem.counted(.evenOdd, 5),
      from: problem.free(Problem.counted(.evenOdd, 5)).state)
    let method = problem.method(Problem.counted(.evenOdd, 5), Nudging(kind: .oneSided, beta: 0.5))
    func products(_ beta: Double) throws -> [[Double]] {
      let free = try problem.free(Problem.counted(.evenOdd, 5)).state
      var phase = Phase.nudged(method.procedure.scheme, beta: beta)
      phase.keeps = .iterations(last: 3)
      let kept = try method.run(
        phase, number: 1, ends: [Settled(given: free, shards: 2)], clamped: problem.clamped,
        parameters: problem.parameters
      ).kept
      return (1..<problem.network.depth).map { k in
        let (below, above) = (problem.network.units(k), problem.network.units(k + 1))
        return (0..<below * above).map { place in
          kept.reduce(0) { sum, state in
            (0..<problem.rows).reduce(sum) {
              $0 + state.activity(k)[$1, place / above] * state.activity(k + 1)[$1, place % above]
            }
          } / 3 / Double(problem.rows)
        }
      }
    }
    let (plus, minus) = (try products(0.5), try products(-0.5))
    for k in 1..<problem.network.depth {
      for (found, pair) in zip(gradient.weights[k], zip(plus[k - 1], minus[k - 1])) {
        #expect(abs(found - (pair.0 - pair.1)) <= 1e-13)
      }
      #expect(gradient.weights[k].contains { abs($0) > 1e-4 })
    }
  }

  @Test("a relaxation knows its step, phase, iteration and the examples of its rows")
  func moments() throws {
    let problem = Problem(Self.networks[0], gain: 0.6, bias: -0.1...0.3)
    var clamped = problem.clamped
    (clamped.step, clamped.examples) = (17, [4, 8, 15, 16, 23])
    let method = problem.method(Problem.counted(.evenOdd, 3))
    var phase = Phase.free(method.procedure.scheme)
    phase.dynamics = Telling()
    var path = try method.begin(
      phase, number: 2, from: problem.zeros, ends: [], clamped: clamped, parameters: problem.parameters)
    while !path.isOver { try method.iterate(&path, problem.parameters) }
    let told = try method.end(&path, problem.parameters).findings as? [Instant]
    let moments = try #require(told)
    #expect(moments.map(\.iteration) == [0, 0, 0, 1, 1, 1, 2, 2, 2])
    #expect(
      moments.allSatisfy { $0.phase == 2 && $0.step == 17 && $0.examples == [4, 8, 15, 16, 23] })
  }
}

/// The contrast of averages over the last three iterations of phases at ±β.
private struct Averaging: Rule {
  static let name = "averaging"
  static let summary = "Averages."

  func phases(_ scheme: Scheme, sign: Double) -> [Phase] {
    [.free(scheme)]
      + [scheme.nudging.beta, -scheme.nudging.beta].map {
        var phase = Phase.nudged(scheme, beta: $0)
        phase.keeps = .averages(last: 3)
        return phase
      }
  }

  func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
    ContrastForm([.averages(1, minus: 2)], over: 1)
  }
}

/// Leaves states as they are and remembers where it was asked.
private struct Telling: Dynamics {
  func motion(in scene: Scene) -> any Motion { Ear() }

  private final class Ear: Motion {
    private var heard: [Instant] = []
    var findings: (any Sendable)? { heard }

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      heard.append(instant)
      next.copy(rows: rows, from: state)
      return 1
    }
  }
}
