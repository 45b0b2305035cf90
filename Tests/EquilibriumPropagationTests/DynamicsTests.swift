import EnergyModels
import EquilibriumPropagation
import Foundation
import Tensors
import TestBasis
import Testing

/// The states roll downhill, to the same place however they are stepped.
@Suite("The dynamics") struct DynamicsTests {
  static let activations = Activation.ofStates

  /// The largest (F after − F before) / |F| over the examples.
  private func rise(_ before: State, _ after: State, beta: Double, _ problem: Problem, _ clamped: Clamped)
    -> Double
  {
    (0..<problem.rows).map { row in
      let start = problem.totalEnergy(before, beta: beta, clamped: clamped, row: row)
      return (problem.totalEnergy(after, beta: beta, clamped: clamped, row: row) - start) / abs(start)
    }.max() ?? 0
  }

  @Test("F never rises in an Euler step", arguments: activations, [0.1, 0.3, 0.5])
  func euler(activation: Activation, step: Double) throws {
    for hidden in 1...3 {
      let problem = Problem(hidden: hidden, activation)
      let (clamped, method) = (problem.clamped, problem.method(Problem.counted(.euler, 1, step: step)))
      for beta in [0, 0.5, -0.5] {
        var state = problem.anywhere
        var worst = -Double.infinity
        for _ in 0..<120 {
          let next = try method.nudgedPhase(
            from: state, beta: beta, clamped: clamped, parameters: problem.parameters
          ).state
          worst = max(worst, rise(state, next, beta: beta, problem, clamped))
          state = next
        }
        measured(
          "Euler ε \(step) \(activation.rawValue) \(hidden) hidden β \(beta): largest rise of F / |F|", worst)
        #expect(worst <= 1e-12)
      }
    }
  }

  @Test("F never rises in a half-sweep, and two of them are a sweep", arguments: activations, 1...3)
  func halfSweeps(activation: Activation, hidden: Int) throws {
    try halfSweeps(Problem.counted(.evenOdd, 1), activation, hidden)
  }

  @Test("nor where it goes past the minimiser", arguments: [0.6, 1.2, 1.9], activations)
  func overRelaxed(factor: Double, activation: Activation) throws {
    var relaxation = Problem.counted(.overRelaxed, 1)
    relaxation.factor = factor
    try halfSweeps(relaxation, activation, 2)
  }

  private func halfSweeps(_ relaxation: Relaxation, _ activation: Activation, _ hidden: Int) throws {
    let problem = Problem(hidden: hidden, activation)
    let (clamped, method) = (problem.clamped, problem.method(relaxation))
    let factor = relaxation.updates == .overRelaxed ? relaxation.factor : 1
    for beta in [0, 0.5, -0.5] {
      var state = problem.anywhere
      var worst = -Double.infinity
      for _ in 0..<60 {
        var halves = state
        for parity in 0...1 {
          let before = halves
          for k in 1...problem.network.depth where k % 2 == parity {
            minimize(k, of: &halves, given: before, factor: factor, beta: beta, problem, clamped)
          }
          worst = max(worst, rise(before, halves, beta: beta, problem, clamped))
        }
        let next = try method.nudgedPhase(
          from: state, beta: beta, clamped: clamped, parameters: problem.parameters
        ).state
        let rows = 0..<problem.rows
        #expect(next.bits(problem.network, rows: rows) == halves.bits(problem.network, rows: rows))
        state = next
      }
      measured(
        "\(relaxation.updates.rawValue) \(activation.rawValue) \(hidden) hidden β \(beta): largest rise of F / |F|",
        worst)
      #expect(worst <= 1e-12)
    }
  }

  /// Moves one layer towards its minimiser given its neighbours.
  private func minimize(
    _ k: Int, of state: inout State, given before: State, factor: Double, beta: Double, _ problem: Problem,
    _ clamped: Clamped
  ) {
    let units = problem.network.units(k)
    let isOutput = k == problem.network.depth
    let drive = problem.parameters.drive(of: k, state: before, clamped: clamped, rows: 0..<problem.rows)
    let update = LayerUpdate(
      move: .minimize, curve: problem.network.activation(k).curve, step: 0.5, factor: factor,
      beta: isOutput ? beta : 0, targets: isOutput ? problem.targets : nil)
    _ = state[k].apply(update, to: before[k], drive: drive, rows: 0..<problem.rows, columns: 0..<units)
  }

  @Test(
    "steps of .1, .3, .5 and .9 and even-odd sweeps come to rest at one point", arguments: activations, 1...3)
  func fixedPoint(activation: Activation, hidden: Int) throws {
    let problem = Problem(hidden: hidden, activation)
    for beta in [0, 0.3, -0.3] {
      func rest(_ updates: Updates, _ step: Double, from start: State) throws -> State {
        let duration = Duration(atMost: 5000, tolerance: 1e-9)
        let relaxation = Relaxation(
          updates: updates, step: step, start: .zero, free: duration, nudged: duration)
        let settled = try problem.method(relaxation).nudgedPhase(
          from: start, beta: beta, clamped: problem.clamped, parameters: problem.parameters)
        #expect(settled.outcomes.allSatisfy { $0 == .settled })
        return settled.state
      }
      let reference = try rest(.euler, 0.5, from: problem.zeros)
      var worst = 0.0
      for start in [problem.zeros, problem.anywhere] {
        for step in [0.1, 0.3, 0.5, 0.9] {
          for updates in Updates.toRest {
            let found = try rest(updates, step, from: start)
            worst = max(worst, found.distance(to: reference, problem.network, rows: problem.rows))
          }
        }
      }
      measured("\(activation.rawValue) \(hidden) hidden β \(beta): distance of fixed points", worst)
      #expect(worst <= 1e-6)
    }
  }

  @Test(
    "a single driven unit follows I (1 − (1 − ε)ⁿ)", arguments: [0.1, 0.25, 0.5, 0.9],
    [Activation.linear, .hardSigmoid, .relu6])
  func drivenUnit(step: Double, activation: Activation) throws {
    let network = Network(inputs: 1, layers: [Layer(units: 1, activation: activation)])
    let portion = Portion(whole: network)
    for drive in [0.3, 0.8, 1.7, -0.4] {
      var parameters = Parameters(portion: portion, precision: .float64)
      parameters[connection: 0].forward[0, 0] = drive - 0.125
      parameters[bias: 1][0, 0] = 0.125
      let input = Matrix(rows: 1, columns: 1, precision: .float64) { _, _ in 1 }
      let clamped = Clamped(shards: [0, 1], input: input, targets: nil, parameters: parameters)
      let method = Method(
        relaxation: Problem.counted(.euler, 1, step: step), nudging: Nudging(kind: .oneSided, beta: 1),
        portion: portion, rows: 1, precision: .float64)
      var state = State(rows: 1, portion: portion, precision: .float64)
      var worst = 0.0
      for n in 1...80 {
        state = try method.freePhase(from: state, clamped: clamped, parameters: parameters).state
        let curve = drive * (1 - pow(1 - step, Double(n)))
        worst = max(worst, abs(state[1].states[0, 0] - activation.value(curve)))
      }
      measured("driven unit, ε \(step), I \(drive): largest error", worst)
      #expect(worst <= 1e-14)
    }
  }

  @Test("a nudged unit without neighbours rests at (I + β d) / (1 + β)", arguments: Updates.toRest)
  func nudgedUnit(updates: Updates) throws {
    let network = Network(inputs: 1, layers: [Layer(units: 1, activation: .linear)])
    let portion = Portion(whole: network)
    var parameters = Parameters(portion: portion, precision: .float64)
    parameters[bias: 1][0, 0] = 0.25
    let input = Matrix(rows: 1, columns: 1, precision: .float64)
    let targets = Matrix(rows: 1, columns: 1, precision: .float64) { _, _ in 1 }
    let clamped = Clamped(shards: [0, 1], input: input, targets: targets, parameters: parameters)
    for beta in [2, 0.5, -0.5] {
      let method = Method(
        relaxation: Problem.counted(updates, 200, step: 0.3), nudging: Nudging(kind: .oneSided, beta: beta),
        portion: portion, rows: 1, precision: .float64)
      let start = State(rows: 1, portion: portion, precision: .float64)
      let found = try method.nudgedPhase(from: start, beta: beta, clamped: clamped, parameters: parameters)
        .state
      #expect(abs(found[1].states[0, 0] - (0.25 + beta) / (1 + beta)) <= 1e-14)
    }
  }
}
