import EnergyModels
import EquilibriumPropagation
import Tensors
import Testing

/// The fast path beside the step that is meant to be read.
@Suite("The reference step") struct ReferenceStepTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let network: Network
    let updates: Updates
    let kind: NudgingKind
    var order = SweepOrders()
    var testDescription: String {
      let layers = network.layers.map { "\($0.units) \($0.activation.rawValue)" }.joined(separator: ", ")
      let orders = "\(order.free.rawValue) and \(order.nudged.rawValue)"
      return "\(layers), \(updates.rawValue), \(kind.rawValue), \(orders)"
    }
  }

  static let dense = Activation.ofStates.map { activation in
    Network(inputs: 6, layers: [7, 6, 4].map { Layer(units: $0, activation: activation) })
  }

  static func picture() throws -> Network {
    try Network(
      input: Shape(height: 5, width: 4, units: 2),
      layers: [
        Layer(units: 3, activation: .hardSigmoid), Layer(units: 5, activation: .tanh),
        Layer(units: 4, activation: .linear),
      ],
      connections: [
        Connection(from: 0, to: 1, by: Convolution(kernel: 3, stride: 1, padding: 1)),
        Connection(from: 1, to: 2, by: Convolution(kernel: 2, stride: 2)), Connection(from: 2, to: 3),
      ])
  }

  static let cases: [Case] = {
    let networks = dense + ((try? picture()).map { [$0] } ?? [])
    return networks.flatMap { network in
      Updates.toRest.flatMap { updates in
        [NudgingKind.oneSided, .centered].map { Case(network: network, updates: updates, kind: $0) }
      }
        + [
          SweepOrders(free: .upwards, nudged: .downwards), SweepOrders(free: .downwards, nudged: .upwards),
        ].map { Case(network: network, updates: .overRelaxed, kind: .centered, order: $0) }
    }
  }()

  @Test("free states, nudged states, contrast and update agree, tensor by tensor", arguments: cases)
  func agrees(test: Case) throws {
    let problem = Problem(test.network, gain: 0.7, bias: -0.1...0.3)
    #expect(Self.cases.contains { $0.network.positions(1) > 1 })
    var relaxation = Problem.counted(test.updates, 7)
    relaxation.nudged = Duration(atMost: 3)
    relaxation.order = test.order
    let nudging = Nudging(kind: test.kind, beta: 0.3)
    var reference = ReferenceStep(problem.referenceLayers(rate: 0.25), relaxation, nudging)
    let (inputs, targets) = (
      (0..<problem.rows).map(problem.input.row), (0..<problem.rows).map(problem.targets.row)
    )

    let method = problem.method(relaxation, nudging)
    let free = try method.infer(
      from: problem.zeros, clamped: problem.clamped, parameters: problem.parameters
    ).state
    let (contrast, phases) = try method.contrast(
      free: free, sign: 1, clamped: problem.clamped, parameters: problem.parameters)
    let gradient = Gradient(contrast, portion: problem.portion)

    let rest = inputs.map(reference.freePhase)
    for row in 0..<problem.rows {
      problem.expect(free, row, toBe: rest[row])
      for phase in phases {
        problem.expect(
          phase.settled.state, row,
          toBe: reference.nudgedPhase(
            inputs[row], from: rest[row], beta: phase.beta, target: targets[row]))
      }
    }
    let expected = reference.contrast(inputs, targets, free: rest)
    let before = reference.layers
    _ = reference.learn(inputs, targets)
    for k in 0..<test.network.depth {
      #expect(farthest(gradient.weights[k], expected.weights[k]) <= 1e-13)
      #expect(farthest(gradient.biases[k], expected.biases[k]) <= 1e-13)
      #expect(gradient.weights[k].contains { abs($0) > 1e-6 })
      let moved = problem.parameters.moved(by: 0.25, along: gradient)
      let above = test.network.units(k + 1)
      #expect(
        farthest(
          reference.layers[k].weights,
          before[k].weights.indices.map { moved[connection: k].forward[$0 / above, $0 % above] }) <= 1e-13)
      #expect(
        farthest(reference.layers[k].bias, (0..<above).map { moved[bias: k + 1][0, $0] }) <= 1e-13)
    }
  }
}

private func farthest(_ a: [Double], _ b: [Double]) -> Double {
  a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}

extension Problem {
  /// The same layers, weights and biases in plain Swift.
  fileprivate func referenceLayers(rate: Double) -> [ReferenceStep.Layer] {
    network.connections.enumerated().map { index, connection in
      let (k, units) = (connection.target, network.units(connection.target))
      let activation = network.activation(k)
      var layer =
        (connection.coupling as? Convolution).map {
          ReferenceStep.Layer(
            kernel: $0.kernel, stride: $0.stride, padding: $0.padding, over: network.shape(k - 1),
            channels: units, activation, rate: rate)
        } ?? ReferenceStep.Layer(dense: network.shape(k - 1).count, units: units, activation, rate: rate)
      layer.weights = layer.weights.indices.map {
        parameters[connection: index].forward[$0 / units, $0 % units]
      }
      layer.bias = (0..<units).map { parameters[bias: k][0, $0] }
      return layer
    }
  }

  /// States of one example, all positions one after the other.
  fileprivate func expect(_ state: State, _ row: Int, toBe expected: ReferenceStep.States) {
    for k in 1...network.depth {
      let positions = network.positions(k)
      let found = (row * positions..<(row + 1) * positions).flatMap { state[k].states.row($0) }
      #expect(farthest(found, expected[k - 1]) <= 1e-13, "layer \(k)")
    }
  }
}
