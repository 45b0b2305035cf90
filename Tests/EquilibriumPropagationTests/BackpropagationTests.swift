import EnergyModels
import EquilibriumPropagation
import Tensors
import TestBasis
import Testing

/// The feed-forward twin: the same network without a way back.
@Suite("Backpropagation") struct BackpropagationTests {
  /// Those whose slopes follow from what a layer shows.
  static let activations = Activation.ofStates.filter(\.showsSlope)

  /// Drives wide enough that ρ is clipped below, above (but relu6) and not at all, and far from the kinks.
  private func problem(_ hidden: Int, _ activation: Activation, _ output: Activation) throws -> Problem {
    try Problem.chosen { examples in
      Problem(
        hidden: hidden, activation, output: output, gain: activation == .sigmoid ? 0.7 : 1.2,
        bias: activation.range == nil ? -0.3...0.5 : -0.8...1.5, examples: examples)
    } distance: { problem in
      let drives = try forward(problem).drives
      return (1...problem.network.depth).map { k in
        let range = problem.network.activation(k).range
        return Problem.distance(drives[k - 1][0], from: range.map { [$0.lowerBound, $0.upperBound] } ?? [])
      }.min() ?? .infinity
    }
  }

  private func twin(_ problem: Problem) -> Method { problem.rule(.backpropagation) }

  /// h_k of every layer and row, and what drives it, by the formula.
  private func forward(_ problem: Problem) throws -> (activities: [[[Double]]], drives: [[[Double]]]) {
    var below = (0..<problem.rows).map(problem.input.row)
    var (activities, drives): ([[[Double]]], [[[Double]]]) = ([], [])
    for k in 1...problem.network.depth {
      let weights = problem.parameters[connection: k - 1].forward
      let drive = below.map { row in
        (0..<problem.network.units(k)).map { j in
          row.indices.reduce(problem.parameters[bias: k][0, j]) { $0 + row[$1] * weights[$1, j] }
        }
      }
      below = drive.map { $0.map(problem.network.activation(k).value) }
      drives.append(drive)
      activities.append(below)
    }
    return (activities, drives)
  }

  @Test(
    "infers h_k = ρ(W_kᵀ h_{k−1} + b_k) in one pass, whatever it starts from",
    arguments: activations, 1...3)
  func pass(activation: Activation, hidden: Int) throws {
    let problem = try problem(hidden, activation, activation)
    let expected = try forward(problem).activities
    for start in [problem.zeros, problem.anywhere] {
      let found = try twin(problem).infer(
        from: start, clamped: problem.clamped, parameters: problem.parameters)
      #expect(found.iterations == [1, 1])
      for k in 1...problem.network.depth {
        for row in 0..<problem.rows {
          for (j, h) in expected[k - 1][row].enumerated() {
            #expect(abs(found.state[k].states[row, j] - h) <= 1e-14)
            #expect(found.state.activity(k)[row, j] == found.state[k].states[row, j])
          }
        }
      }
    }
  }

  @Test("equals finite differences of its own cost", arguments: activations, activations)
  func exact(activation: Activation, output: Activation) throws {
    for hidden in 1...3 {
      let problem = try problem(hidden, activation, output)
      let twin = twin(problem)
      func cost(_ parameters: Parameters) throws -> Double {
        var clamped = problem.clamped
        clamped.setInputDrives(parameters)
        let state = try twin.infer(from: problem.zeros, clamped: clamped, parameters: parameters).state
        return (0..<problem.rows).reduce(0) { $0 + problem.cost(state, row: $1) } / Double(problem.rows)
      }
      let expected = try FiniteDifferences().gradient(of: cost, at: problem.parameters)
      let inferred = try twin.infer(
        from: problem.zeros, clamped: problem.clamped, parameters: problem.parameters)
      let (lesson, contrasts) = try problem.lesson(.backpropagation, from: inferred.state)
      #expect(contrasts.count == 1 && lesson.violations.isEmpty)
      let found = Gradient(contrasts[0], portion: problem.portion)
      for k in 1...expected.layers {
        for part in [Gradient.Part.weight, .bias] {
          let match = found.match(expected, layer: k, part)
          let name = "twin \(activation.rawValue)-\(output.rawValue) \(hidden) hidden \(part.rawValue) \(k)"
          measured("\(name): relative error", match.relativeError)
          #expect(match.relativeError <= 1e-6, "\(name)")
          #expect(expected.elements(layer: k, part).contains { $0 != 0 }, "\(name): nothing to compare with")
        }
      }
    }
  }
}
