import EnergyModels
import EquilibriumPropagation
import Tensors
import TestBasis
import Testing

/// The exact gradient by implicit differentiation: what contrasts are judged by.
@Suite("Recurrent backpropagation") struct RecurrentBackpropagationTests {
  static let activations: [(Activation, Activation)] = [
    (.sigmoid, .sigmoid), (.tanh, .tanh), (.sigmoid, .linear), (.hardSigmoid, .linear),
    (.hardSigmoid, .hardSigmoid), (.linear, .tanh), (.silu, .silu), (.silu, .linear), (.relu6, .linear),
    (.relu6, .relu6), (.halfHardSigmoid, .linear), (.halfHardSigmoid, .halfHardSigmoid),
  ]

  private func problem(_ hidden: Int, _ activations: (Activation, Activation)) throws -> Problem {
    activations.0.range != nil
      ? try Problem(awayFromKinks: hidden, activations.0, output: activations.1)
      : Problem(lively: hidden, activations.0, output: activations.1)
  }

  private func toRest(_ updates: Updates) -> Relaxation {
    var relaxation = Problem.toRest
    relaxation.updates = updates
    return relaxation
  }

  @Test("equals finite differences of C(s⁰)", arguments: activations, 1...3)
  func exact(activations: (Activation, Activation), hidden: Int) throws {
    let problem = try problem(hidden, activations)
    let free = try problem.free()
    #expect(free.outcomes.allSatisfy { $0 == .settled } && free.residual <= 1e-13)
    let name = "\(activations.0.rawValue)-\(activations.1.rawValue) \(hidden) hidden"
    // Nearer to rest than elsewhere: whatever is left is divided by the step of the differences.
    var nearer = toRest(.evenOdd)
    nearer.free.tolerance = 1e-14
    let method = problem.method(nearer)
    let expected = try FiniteDifferences().gradient(
      of: { try method.costAtRest(from: free.state, clamped: problem.clamped, parameters: $0) },
      at: problem.parameters)
    for updates in Updates.toRest {
      let (lesson, contrasts) = try problem.lesson(
        .recurrentBackpropagation, nil, toRest(updates), from: free.state)
      #expect(lesson.phases[0].outcomes.allSatisfy { $0 == .settled } && lesson.violations.isEmpty)
      let found = Gradient(contrasts[0], portion: problem.portion)
      for k in 1...found.layers {
        for part in [Gradient.Part.weight, .bias] {
          let match = found.match(expected, layer: k, part)
          measured("\(name) \(updates.rawValue) \(part.rawValue) \(k): relative error", match.relativeError)
          #expect(match.relativeError <= 1e-6, "\(name) \(updates.rawValue) \(part.rawValue) \(k)")
        }
      }
    }
  }

  /// A clipped output is left out: nudged, its units reach kinks that at rest are far.
  @Test(
    "centered nudging at β .01: cosine ≥ .999999 in every layer",
    arguments: activations.filter { $0.1.range == nil }, 1...3)
  func centered(activations: (Activation, Activation), hidden: Int) throws {
    let problem =
      activations.0.range != nil
      ? try problem(hidden, activations) : Problem(curved: hidden, activations.0, output: activations.1)
    let free = try problem.free().state
    for updates in Updates.toRest {
      let exact = try problem.gradient(.recurrentBackpropagation, nil, toRest(updates), from: free)
      let nudging = Nudging(kind: .centered, beta: 0.01)
      let found = try problem.gradient(.equilibriumPropagation, nudging, toRest(updates), from: free)
      for k in 1...exact.layers {
        let match = found.match(exact, layer: k)
        let name =
          "\(activations.0.rawValue)-\(activations.1.rawValue) \(hidden) hidden \(updates.rawValue) layer \(k)"
        measured("\(name): 1 − cosine", 1 - match.cosine)
        #expect(match.cosine >= 0.999999, "\(name)")
      }
    }
  }

  @Test("a network at its targets learns nothing, and says nothing of a proposition")
  func atTargets() throws {
    var problem = Problem(curved: 2, .tanh, output: .linear)
    let free = try problem.free().state
    problem.targets = free[3].states
    let gradient = try problem.gradient(.recurrentBackpropagation, from: free)
    #expect(gradient.all.allSatisfy { $0 == 0 })
  }
}
