import EnergyModels
import EquilibriumPropagation
import Tensors
import Testing

@Suite("The phases") struct PhaseTests {
  @Test("a forward start is one sweep upwards: s = ρ(W'ρ(s below) + b)", arguments: Activation.ofStates)
  func forwardStart(activation: Activation) throws {
    let problem = Problem(hidden: 3, activation)
    var relaxation = Problem.counted(.euler, 0)
    relaxation.start = .forward
    let start = try problem.free(relaxation, from: problem.anywhere).state
    for row in 0..<problem.rows {
      var below = problem.input.row(row)
      for k in 1...4 {
        let forward = problem.parameters[connection: k - 1].forward
        let states = (0..<problem.network.units(k)).map { j in
          activation.value(
            below.indices.reduce(problem.parameters[bias: k][0, j]) { $0 + below[$1] * forward[$1, j] })
        }
        for (j, s) in states.enumerated() { #expect(abs(start[k].states[row, j] - s) <= 1e-14) }
        below = states.map(activation.value)
        for (j, rho) in below.enumerated() { #expect(abs(start.activity(k)[row, j] - rho) <= 1e-14) }
      }
    }
  }

  @Test("a persistent start goes on where it stopped", arguments: Updates.toRest, Activation.ofStates)
  func persistentStart(updates: Updates, activation: Activation) throws {
    let problem = Problem(hidden: 3, activation)
    var relaxation = Problem.counted(updates, 10)
    let whole = try problem.free(Problem.counted(updates, 20)).state
    relaxation.start = .persistent
    let half = try problem.free(relaxation).state
    let rest = try problem.free(relaxation, from: half).state
    let rows = 0..<problem.rows
    #expect(rest.bits(problem.network, rows: rows) == whole.bits(problem.network, rows: rows))
    #expect(half.bits(problem.network, rows: rows) != whole.bits(problem.network, rows: rows))
  }

  @Test("a phase leaves the states it started from", arguments: Activation.ofStates)
  func value(activation: Activation) throws {
    let problem = Problem(hidden: 2, activation)
    let start = problem.anywhere
    let before = start.bits(problem.network, rows: 0..<problem.rows)
    let method = problem.method(Problem.counted(.euler, 5))
    let once = try method.nudgedPhase(
      from: start, beta: 0.5, clamped: problem.clamped, parameters: problem.parameters)
    // The room that phases share must not carry anything from one to the next.
    _ = try method.nudgedPhase(
      from: problem.zeros, beta: -1, clamped: problem.clamped, parameters: problem.parameters)
    let again = try method.nudgedPhase(
      from: start, beta: 0.5, clamped: problem.clamped, parameters: problem.parameters)
    let rows = 0..<problem.rows
    #expect(start.bits(problem.network, rows: rows) == before)
    #expect(once.state.bits(problem.network, rows: rows) == again.state.bits(problem.network, rows: rows))
  }

  /// The nudge climbs one layer an Euler step, two a sweep at best; until it arrives the first layer learns nothing.
  @Test(
    "too few nudged iterations give exactly no update to the first layer", arguments: 1...3,
    [Updates.euler, .evenOdd])
  func tooFew(hidden: Int, updates: Updates) throws {
    let problem = Problem(hidden: hidden, .hardSigmoid)
    var toRest = Problem.toRest
    toRest.updates = updates
    // At rest to the last bit: not even rounding moves a unit.
    toRest.free = Duration(atMost: 20_000, tolerance: 0)
    let free = try problem.free(toRest)
    #expect(free.outcomes.allSatisfy { $0 == .settled })
    let depth = problem.network.depth
    // An even-odd sweep moves even layers, then odd ones: an even output's nudge is two layers down after one sweep.
    let needed = updates == .euler ? depth : depth / 2 + (depth % 2)
    for iterations in 1...needed {
      for kind in NudgingKind.allCases {
        let method = problem.method(Problem.counted(updates, iterations), Nudging(kind: kind, beta: 0.5))
        let (contrast, _) = try method.contrast(
          free: free.state, sign: -1, clamped: problem.clamped, parameters: problem.parameters)
        let gradient = Gradient(contrast, portion: problem.portion)
        let isZero = (gradient.weights[0] + gradient.biases[0]).allSatisfy { $0 == 0 }
        #expect(isZero == (iterations < needed), "\(iterations) of \(needed)")
        #expect(gradient.weights[depth - 1].contains { $0 != 0 })
      }
    }
  }

  /// Proposition: dC(y^β)/dβ ≤ 0.
  @Test("C(s^{+β}) ≤ C(s⁰) ≤ C(s^{−β}), example by example", arguments: Activation.ofStates, 1...3)
  func costs(activation: Activation, hidden: Int) throws {
    let problem = Problem(hidden: hidden, activation)
    let free = try problem.free()
    for beta in [0.01, 0.1, 0.5] {
      let method = problem.method(Problem.toRest)
      func nudged(_ beta: Double) throws -> State {
        try method.nudgedPhase(
          from: free.state, beta: beta, clamped: problem.clamped, parameters: problem.parameters
        ).state
      }
      let (plus, minus) = (try nudged(beta), try nudged(-beta))
      for row in 0..<problem.rows {
        let costs = [plus, free.state, minus].map { problem.cost($0, row: row) }
        #expect(costs[0] <= costs[1] && costs[1] <= costs[2])
        #expect(costs[0] < costs[2])
      }
    }
  }

  @Test("each kind of nudging has its phases and its divisor")
  func kinds() throws {
    let problem = Problem(hidden: 2, .hardSigmoid)
    let free = try problem.free()
    let rows = 0..<problem.rows
    func bits(_ state: State) -> [UInt64] { state.bits(problem.network, rows: rows) }
    func nudged(_ beta: Double) throws -> [UInt64] {
      try bits(
        problem.method(Problem.toRest).nudgedPhase(
          from: free.state, beta: beta, clamped: problem.clamped, parameters: problem.parameters
        ).state)
    }
    let cases: [(NudgingKind, sign: Double, betas: [Double], strength: Double)] = [
      (.oneSided, 1, [0.25], 0.25), (.oneSided, -1, [0.25], 0.25), (.randomSign, 1, [0.25], 0.25),
      (.randomSign, -1, [-0.25], -0.25), (.centered, 1, [0.25, -0.25], 0.5),
      (.centered, -1, [0.25, -0.25], 0.5),
    ]
    for (kind, sign, betas, strength) in cases {
      let (contrast, phases) = try problem.method(Problem.toRest, Nudging(kind: kind, beta: 0.25)).contrast(
        free: free.state, sign: sign, clamped: problem.clamped, parameters: problem.parameters)
      #expect(contrast.strength == strength && contrast.shards == problem.shards)
      #expect(try phases.map { bits($0.settled.state) } == betas.map(nudged))
      #expect(phases.map(\.beta) == betas)
    }
  }

  /// ρ′ is 1 on the closed interval: a unit at 0 or 1 must come back when its drive does.
  @Test("a saturated unit moves again", arguments: Updates.toRest)
  func saturated(updates: Updates) throws {
    var problem = Problem(hidden: 1, .hardSigmoid)
    let bias = problem.parameters[bias: 1]
    for (push, bound) in [(-20.0, 0.0), (20, 1)] {
      problem.parameters[bias: 1] = bias
      for j in 0..<7 { problem.parameters[bias: 1][0, j] = push }
      let stuck = try problem.free(Problem.counted(updates, 60)).state
      for row in 0..<problem.rows { #expect(stuck[1].states.row(row).allSatisfy { $0 == bound }) }
      problem.parameters[bias: 1] = bias
      let freed = try problem.free(from: stuck).state
      let expected = try problem.free().state
      #expect(freed.distance(to: expected, problem.network, rows: problem.rows) <= 1e-9)
      #expect(freed[1].states.row(0).contains { $0 > 0 && $0 < 1 })
    }
  }

  @Test("a saturated output follows its target", arguments: Updates.toRest)
  func saturatedOutput(updates: Updates) throws {
    var problem = Problem(hidden: 1, .hardSigmoid)
    for j in 0..<4 { problem.parameters[bias: 2][0, j] = -1.5 }
    let free = try problem.free(Problem.counted(updates, 60)).state
    for row in 0..<problem.rows { #expect(free[2].states.row(row) == [0, 0, 0, 0]) }
    let nudged = try problem.method(Problem.counted(updates, 60)).nudgedPhase(
      from: free, beta: 2, clamped: problem.clamped, parameters: problem.parameters
    ).state
    for row in 0..<problem.rows {
      for j in 0..<4 { #expect((nudged[2].states[row, j] > 0) == (problem.targets[row, j] > 0)) }
    }
  }
}
