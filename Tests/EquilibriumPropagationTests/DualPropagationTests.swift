import EnergyModels
import EquilibriumPropagation
import Tensors
import Testing

@Suite("Dual propagation") struct DualPropagationTests {
  private static let activations: [Activation] = [.sigmoid, .tanh, .silu]

  private func gradients(_ problem: Problem, betas: [Double]) throws -> (exact: Gradient, dual: [Gradient]) {
    let twin = problem.rule(.backpropagation)
    let forward = try twin.infer(
      from: problem.zeros, clamped: problem.clamped, parameters: problem.parameters)
    let exact = try FiniteDifferences().gradient(
      of: { parameters in
        var clamped = problem.clamped
        clamped.setInputDrives(parameters)
        let state = try twin.infer(from: problem.zeros, clamped: clamped, parameters: parameters).state
        return problem.network.cost.value(
          outputs: state[problem.network.depth].states, targets: problem.targets, rows: clamped.rows)
          / Double(problem.rows)
      }, at: problem.parameters)
    let dual = try betas.map { beta in
      let method = problem.rule(.dualPropagation, Nudging(kind: .centered, beta: beta))
      let up = try method.infer(
        from: problem.anywhere, clamped: problem.clamped, parameters: problem.parameters)
      // It infers as the twin does, whatever it starts from.
      let rows = 0..<problem.rows
      #expect(up.state.bits(problem.network, rows: rows) == forward.state.bits(problem.network, rows: rows))
      var lesson = method.lesson(from: up, sign: 1, clamped: problem.clamped)
      let contrast = try #require(try lesson.next(problem.parameters))
      #expect(try lesson.next(problem.parameters) == nil)
      return Gradient(contrast, portion: problem.portion)
    }
    return (exact, dual)
  }

  @Test("its error falls to a quarter with half of β, layer by layer", arguments: activations, 1...3)
  func order(activation: Activation, hidden: Int) throws {
    let problem = Problem(hidden: hidden, activation)
    let (exact, dual) = try gradients(problem, betas: [0.4, 0.2, 0.1])
    for k in 1...problem.network.depth {
      let errors = dual.map { $0.match(exact, layer: k).relativeError }
      #expect(abs(errors[0] / errors[1] / 4 - 1) <= 0.1 && abs(errors[1] / errors[2] / 4 - 1) <= 0.05)
      #expect(dual[2].match(exact, layer: k).cosine >= 0.9999)
    }
  }

  @Test("is backpropagation where ρ is linear, whatever β is")
  func linear() throws {
    let problem = Problem(hidden: 2, .linear)
    let (exact, dual) = try gradients(problem, betas: [5, 1e-3])
    for gradient in dual { #expect(gradient.match(exact).relativeError <= 1e-9) }
  }

  @Test("goes through convolutions, pooling and a read-out")
  func pictures() throws {
    let network = try Network(
      input: Shape(height: 6, width: 6, units: 1),
      layers: [
        Layer(units: 3, activation: .tanh), Layer(units: 4, activation: .tanh),
        Layer(units: 4, activation: .softmax),
      ],
      connections: [
        Connection(
          from: 0, to: 1, by: Convolution(kernel: 3, pooling: Pooling(kind: .average, size: 2))),
        Connection(from: 1, to: 2, by: Convolution(kernel: 1, pooling: Pooling(kind: .max, size: 2))),
        Connection(from: 2, to: 3),
      ], cost: .crossEntropy)
    let problem = Problem(network, gain: 0.8, bias: -0.1...0.1)
    let (exact, dual) = try gradients(problem, betas: [0.05])
    for k in 1...3 { #expect(dual[0].match(exact, layer: k).relativeError <= 1e-3, "layer \(k)") }
  }
}
