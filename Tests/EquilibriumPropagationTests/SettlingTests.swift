import EnergyModels
import EquilibriumPropagation
import Tensors
import Testing

/// Each shard comes to rest by itself: the rule that makes shards free to live anywhere.
@Suite("Settling") struct SettlingTests {
  static let shards = [[0, 1, 2], [3], [4, 5], [6, 7, 8, 9]]

  private func relaxation(_ updates: Updates, atMost: Int, tolerance: Double?) -> Relaxation {
    let duration = Duration(atMost: atMost, tolerance: tolerance)
    return Relaxation(updates: updates, step: 0.5, start: .zero, free: duration, nudged: duration)
  }

  /// Free and nudged phases of a batch made of some of the shards.
  private func settled(
    _ shards: [[Int]], _ activation: Activation, _ relaxation: Relaxation, _ precision: Precision
  )
    throws -> [(problem: Problem, phase: Settled)]
  {
    let problem = Problem(hidden: 2, activation, examples: shards, precision: precision)
    let method = problem.method(relaxation)
    let free = try method.freePhase(
      from: problem.zeros, clamped: problem.clamped, parameters: problem.parameters)
    let nudged = try method.nudgedPhase(
      from: free.state, beta: -0.2, clamped: problem.clamped, parameters: problem.parameters)
    return [(problem, free), (problem, nudged)]
  }

  @Test(
    "a shard's states and iterations are the same in any company", arguments: Activation.ofStates,
    [Updates.euler, .evenOdd])
  func company(activation: Activation, updates: Updates) throws {
    var isVaried = false
    for precision in Precision.allCases {
      for tolerance in [1e-2, 1e-4, 1e-7, nil] {
        let relaxation = relaxation(updates, atMost: 100, tolerance: tolerance)
        let together = try settled(Self.shards, activation, relaxation, precision)
        for company in [[0], [1], [2], [3], [3, 1], [2, 0, 3], [1, 2]] {
          let apart = try settled(company.map { Self.shards[$0] }, activation, relaxation, precision)
          for (whole, part) in zip(together, apart) {
            for (place, shard) in company.enumerated() {
              let theirs = whole.problem.shards[shard]..<whole.problem.shards[shard + 1]
              let ours = part.problem.shards[place]..<part.problem.shards[place + 1]
              #expect(
                part.phase.state.bits(part.problem.network, rows: ours)
                  == whole.phase.state.bits(whole.problem.network, rows: theirs))
              #expect(part.phase.iterations[place] == whole.phase.iterations[shard])
              #expect(part.phase.outcomes[place] == whole.phase.outcomes[shard])
            }
          }
        }
        isVaried = isVaried || Set(together[0].phase.iterations).count > 1
      }
    }
    #expect(isVaried, "no shard settled before another: nothing was shown")
  }

  /// Slow rows keep those beside them no longer.
  @Test(
    "rows that rest together do so by themselves: as if they were a shard of their own", arguments: [1, 2, 3])
  func parts(together: Int) throws {
    for precision in Precision.allCases {
      for updates in [Updates.euler, .evenOdd] {
        var relaxation = relaxation(updates, atMost: 100, tolerance: 1e-4)
        let whole = try settled(Self.shards, .tanh, relaxation, precision)
        (relaxation.free.together, relaxation.nudged.together) = (together, together)
        let found = try settled(Self.shards, .tanh, relaxation, precision)
        let parts = Self.shards.flatMap { shard in
          stride(from: 0, to: shard.count, by: together).map {
            Array(shard[$0..<min($0 + together, shard.count)])
          }
        }
        (relaxation.free.together, relaxation.nudged.together) = (nil, nil)
        let apart = try settled(parts, .tanh, relaxation, precision)
        for (found, apart) in zip(found, apart) {
          #expect(found.phase.iterations == apart.phase.iterations)
          #expect(found.phase.iterations.count == parts.count && found.phase.outcomes == apart.phase.outcomes)
          let rows = 0..<found.problem.rows
          #expect(
            found.phase.state.bits(found.problem.network, rows: rows)
              == apart.phase.state.bits(apart.problem.network, rows: rows))
        }
        let sums = [found, whole].map { $0[0].phase.iterations }
        #expect(Set(sums[0]).count > 1 && sums[0].max() == sums[1].max(), "\(sums)")
      }
    }
  }

  @Test("settled at the first residual within the tolerance, and counted", arguments: Updates.toRest)
  func counted(updates: Updates) throws {
    let problem = Problem(hidden: 2, .hardSigmoid, examples: Self.shards)
    let tolerance = 1e-5
    let found = try problem.free(relaxation(updates, atMost: 1000, tolerance: tolerance))
    #expect(found.outcomes.allSatisfy { $0 == .settled })
    // Step by step, with the residual measured from outside: the largest |Δs| / ε (ε is 1 where a layer is minimised).
    let once = problem.method(Problem.counted(updates, 1))
    for shard in 0..<Self.shards.count {
      var state = problem.zeros
      var (iterations, residual) = (0, Double.infinity)
      let rows = problem.shards[shard]..<problem.shards[shard + 1]
      while residual > tolerance, iterations < 1000 {
        let next = try once.freePhase(from: state, clamped: problem.clamped, parameters: problem.parameters)
          .state
        residual =
          (1...3).flatMap { k in
            rows.flatMap { row in
              zip(next[k].states.row(row), state[k].states.row(row)).map { abs($0 - $1) }
            }
          }.max()! / (updates == .euler ? 0.5 : 1)
        state = next
        iterations += 1
      }
      #expect(found.iterations[shard] == iterations)
      #expect(found.state.bits(problem.network, rows: rows) == state.bits(problem.network, rows: rows))
    }
  }

  @Test("exhausted when the iterations are used up", arguments: Updates.toRest)
  func exhausted(updates: Updates) throws {
    let problem = Problem(hidden: 2, .hardSigmoid, examples: Self.shards)
    let fixed = try problem.free(relaxation(updates, atMost: 7, tolerance: nil))
    #expect(fixed.outcomes == Array(repeating: .exhausted, count: 4) && fixed.iterations == [7, 7, 7, 7])
    let short = try problem.free(relaxation(updates, atMost: 3, tolerance: 1e-12))
    #expect(short.outcomes == Array(repeating: .exhausted, count: 4) && short.iterations == [3, 3, 3, 3])
    let none = try problem.free(relaxation(updates, atMost: 0, tolerance: nil))
    #expect(none.iterations == [0, 0, 0, 0])
    #expect(none.state.distance(to: problem.zeros, problem.network, rows: problem.rows) == 0)
  }

  @Test("a shard at rest stops at once while the others go on")
  func mixed() throws {
    let problem = Problem(hidden: 2, .sigmoid, examples: Self.shards)
    let rest = try problem.free(relaxation(.euler, atMost: 5000, tolerance: 1e-12))
    var start = problem.zeros
    for k in 1...3 { start[k].copy(rows: problem.shards[1]..<problem.shards[2], from: rest.state[k]) }
    let found = try problem.free(relaxation(.euler, atMost: 4, tolerance: 1e-6), from: start)
    #expect(found.outcomes == [.exhausted, .settled, .exhausted, .exhausted])
    #expect(found.iterations == [4, 1, 4, 4])
  }

  @Test("a NaN in one shard is told of that shard alone", arguments: Activation.ofStates, [1e-6, nil])
  func notANumber(activation: Activation, tolerance: Double?) throws {
    let problem = Problem(hidden: 2, activation, examples: Self.shards)
    let relaxation = relaxation(.euler, atMost: 200, tolerance: tolerance)
    var input = problem.input
    input[4, 2] = .nan
    let clamped = Clamped(
      shards: problem.shards, input: input, targets: problem.targets, parameters: problem.parameters)
    let found = try problem.method(relaxation).freePhase(
      from: problem.zeros, clamped: clamped, parameters: problem.parameters)
    let healthy = try problem.free(relaxation)
    let others: Outcome = tolerance == nil ? .exhausted : .settled
    #expect(found.outcomes == [others, others, .diverged, others])
    for rows in [0..<4, 6..<10] {
      #expect(
        found.state.bits(problem.network, rows: rows) == healthy.state.bits(problem.network, rows: rows))
    }
  }

  @Test("states that grow without bound are told as diverged", arguments: Updates.toRest)
  func infinite(updates: Updates) throws {
    let problem = Problem(hidden: 2, .linear, gain: 40, examples: Self.shards)
    let found = try problem.free(relaxation(updates, atMost: 3000, tolerance: 1e-6))
    #expect(found.outcomes == Array(repeating: .diverged, count: 4))
  }
}
