import EnergyModels
import EquilibriumPropagation
import Tensors
import TestBasis
import Testing

@Suite("Contrastive Hebbian learning") struct ContrastiveHebbianTests {
  static let activations: [(Activation, Activation)] = [
    (.sigmoid, .sigmoid), (.tanh, .tanh), (.sigmoid, .linear), (.hardSigmoid, .linear),
    (.hardSigmoid, .hardSigmoid),
  ]

  @Test("the contrast is −d(E(s^∞) − E(s⁰))/dθ", arguments: activations, 1...3)
  func exact(activations: (Activation, Activation), hidden: Int) throws {
    let problem =
      activations.0 == .hardSigmoid
      ? try Problem(awayFromKinks: hidden, output: activations.1, shares: [1])
      : Problem(lively: hidden, activations.0, output: activations.1)
    let free = try problem.free().state
    let expected = try problem.energyGradient([(problem.targets, 1), (nil, -1)], from: free)
    for updates in Updates.toRest {
      var relaxation = Problem.toRest
      relaxation.updates = updates
      let (lesson, contrasts) = try problem.lesson(.contrastiveHebbian, nil, relaxation, from: free)
      let held = lesson.phases[0]
      #expect(lesson.phases.count == 1 && held.outcomes.allSatisfy { $0 == .settled })
      #expect(contrasts[0].strength == 1)
      #expect(lesson.violations == Array(repeating: false, count: problem.rows))
      for row in 0..<problem.rows {
        for j in 0..<4 {
          #expect(abs(held.state[hidden + 1].states[row, j] - problem.targets[row, j]) <= 1e-15)
        }
      }
      let found = Gradient(contrasts[0], portion: problem.portion)
      for k in 1...found.layers {
        for part in [Gradient.Part.weight, .bias] {
          let match = found.match(expected, layer: k, part)
          let name =
            "\(activations.0.rawValue)-\(activations.1.rawValue) \(hidden) hidden \(updates.rawValue)"
          measured("contrastive \(name) \(part.rawValue) \(k): relative error", match.relativeError)
          #expect(match.relativeError <= 1e-8, "\(name) \(part.rawValue) \(k)")
        }
      }
    }
  }

  @Test(
    "the objective is never negative from a minimum, and rows pushed off it are told",
    arguments: Activation.ofStates)
  func violations(activation: Activation) throws {
    let problem = Problem(hidden: 2, activation)
    let rest = try problem.free().state
    var pushed = rest
    for row in [1, 3] {
      for j in 0..<7 {
        pushed[1].states[row, j] = (activation.range?.upperBound ?? 4) - pushed[1].states[row, j]
      }
      pushed[1].refreshActivity(activation, rows: row..<row + 1, columns: 0..<7)
    }
    for (free, expected) in [(rest, []), (pushed, [1, 3])] {
      let (lesson, _) = try problem.lesson(.contrastiveHebbian, from: free)
      let (before, after) = (problem.energies(free), problem.energies(lesson.phases[0].state))
      for row in 0..<problem.rows {
        #expect(lesson.violations[row] == (after[row] < before[row]))
        #expect(lesson.violations[row] == expected.contains(row))
      }
    }
  }
}
