import EnergyModels
import EquilibriumPropagation
import Tensors
import Testing

@Suite("The linearised nudge") struct LinearNudgeTests {
  private static let outputs: [Activation] = [.linear, .hardSigmoid, .halfHardSigmoid, .tanh, .silu]

  private func nudging(_ kind: NudgingKind, _ beta: Double) -> Nudging {
    Nudging(kind: kind, beta: beta, form: .linear)
  }

  /// At rest y = ρ′ D + β (d − y⁰), within bounds; hidden layers as ever.
  @Test("a nudged output rests where a constant force puts it", arguments: outputs, Updates.toRest)
  func rest(output: Activation, updates: Updates) throws {
    let problem = Problem(hidden: 1, .tanh, output: output)
    let free = try problem.free().state
    var relaxation = Problem.toRest
    relaxation.updates = updates
    let method = problem.method(relaxation, nudging(.oneSided, 0.3))
    // Far beyond −1, where the whole cost has no minimum, too.
    for beta in [0.3, -0.3, -1.7] {
      let nudged = try method.nudgedPhase(
        from: free, beta: beta, clamped: problem.clamped, parameters: problem.parameters)
      #expect(nudged.outcomes.allSatisfy { $0 == .settled })
      let drive = problem.parameters.drive(
        of: 2, state: nudged.state, clamped: problem.clamped, rows: 0..<problem.rows)
      for row in 0..<problem.rows {
        for j in 0..<problem.network.units(2) {
          let y = nudged.state[2].states[row, j]
          let slope = output.derivatives(y, activity: output.value(y)).first
          let pull = beta * (problem.targets[row, j] - free[2].states[row, j])
          let expected = slope * drive[row, j] + pull
          let bounded = output.range.map { min(max(expected, $0.lowerBound), $0.upperBound) } ?? expected
          #expect(abs(y - bounded) <= 1e-11)
        }
      }
    }
  }

  @Test(
    "its error falls to a quarter with half of β, layer by layer", arguments: [Activation.tanh, .sigmoid])
  func order(activation: Activation) throws {
    let problem = Problem(curved: 2, activation)
    let free = try problem.free().state
    let exact = try problem.gradient(.recurrentBackpropagation, from: free)
    let errors = try [0.2, 0.1, 0.05].map { beta in
      let found = try problem.gradient(.equilibriumPropagation, nudging(.centered, beta), from: free)
      return (1...3).map { found.match(exact, layer: $0).relativeError }
    }
    for k in 0..<3 {
      #expect(abs(errors[0][k] / errors[1][k] / 4 - 1) <= 0.2)
      #expect(abs(errors[1][k] / errors[2][k] / 4 - 1) <= 0.06)
    }
  }

  /// The whole cost pulls less and less as y nears d; where that matters the direction is lost.
  @Test("β that are not small still find the gradient where nothing bends")
  func large() throws {
    let problem = Problem(hidden: 2, .linear)
    let free = try problem.free().state
    let exact = try problem.gradient(.recurrentBackpropagation, from: free)
    for beta in [0.5, 3.0] {
      let linear = try problem.gradient(.equilibriumPropagation, nudging(.centered, beta), from: free)
      #expect(linear.match(exact).relativeError <= 1e-9)
    }
    let whole = try problem.gradient(
      .equilibriumPropagation, Nudging(kind: .centered, beta: 0.5), from: free)
    #expect(whole.match(exact).relativeError > 0.05)
  }

  @Test("the force on a read-out is that of the free phase")
  func readOut() throws {
    let network = Network(
      inputs: 6,
      layers: [Layer(units: 7, activation: .tanh), Layer(units: 4, activation: .softmax)],
      cost: .crossEntropy)
    let problem = Problem(network, gain: 0.5, bias: -0.1...0.1)
    let free = try problem.free().state
    let exact = try problem.gradient(.recurrentBackpropagation, from: free)
    for kind in [NudgingKind.oneSided, .centered] {
      let found = try problem.gradient(.equilibriumPropagation, nudging(kind, 1e-3), from: free)
      for k in 1...2 { #expect(found.match(exact, layer: k).relativeError <= 5e-3) }
    }
    let nudged = try problem.method(Problem.toRest, nudging(.oneSided, 0.5)).nudgedPhase(
      from: free, beta: 0.5, clamped: problem.clamped, parameters: problem.parameters
    ).state
    for row in 0..<problem.rows {
      for j in 0..<4 {
        let force = 0.5 * (problem.targets[row, j] - free[2].states[row, j])
        #expect(abs(nudged.activity(2)[row, j] - force) <= 1e-15)
      }
    }
  }
}
