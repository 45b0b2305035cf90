import EnergyModels
import EquilibriumPropagation
import Tensors
import TestBasis
import Testing

@Suite("Coupled learning") struct CoupledLearningTests {
  /// The shares of the way to the targets, and what the energies at each count.
  struct Form: Sendable, CustomTestStringConvertible {
    let nudging: Nudging
    let sign: Double
    let terms: [(share: Double?, weight: Double)]
    let strength: Double
    var testDescription: String { "\(nudging.kind.rawValue) \(nudging.beta) × \(sign)" }

    init(_ kind: NudgingKind, _ beta: Double, sign: Double = 1) {
      (nudging, self.sign) = (Nudging(kind: kind, beta: beta), sign)
      let share = kind == .randomSign ? sign * beta : beta
      terms =
        kind == .centered
        ? [(share, 0.5 / share), (-share, -0.5 / share)] : [(share, 1 / share), (nil, -1 / share)]
      strength = kind == .centered ? 2 * share : share
    }
  }

  static let forms = [
    Form(.oneSided, 0.5), Form(.oneSided, -0.3), Form(.centered, 0.25), Form(.randomSign, 0.4, sign: -1),
    Form(.oneSided, 1),
  ]
  static let activations: [(Activation, Activation)] = [
    (.sigmoid, .sigmoid), (.tanh, .tanh), (.sigmoid, .linear), (.hardSigmoid, .linear),
  ]

  @Test(
    "the contrast over the displacement is −d/dθ of the energies' difference over it", arguments: activations,
    forms)
  func exact(activations: (Activation, Activation), form: Form) throws {
    for hidden in 1...3 {
      let problem =
        activations.0 == .hardSigmoid
        ? try Problem(awayFromKinks: hidden, output: activations.1, shares: form.terms.compactMap(\.share))
        : Problem(lively: hidden, activations.0, output: activations.1)
      let free = try problem.free().state
      let (lesson, contrasts) = try problem.lesson(.coupled, form.nudging, from: free, sign: form.sign)
      #expect(contrasts[0].strength == form.strength)
      #expect(lesson.phases.count == form.terms.count { $0.share != nil })
      #expect(lesson.violations == Array(repeating: false, count: problem.rows))
      for (phase, term) in zip(lesson.phases, form.terms) {
        let outputs = problem.outputs(free, share: term.share ?? .nan)
        #expect(phase.outcomes.allSatisfy { $0 == .settled })
        for row in 0..<problem.rows {
          #expect(phase.state[hidden + 1].states.row(row) == outputs.row(row))
        }
      }
      let expected = try problem.energyGradient(
        form.terms.map { ($0.share.map { problem.outputs(free, share: $0) }, $0.weight) }, from: free)
      let found = Gradient(contrasts[0], portion: problem.portion)
      for k in 1...found.layers {
        for part in [Gradient.Part.weight, .bias] {
          let match = found.match(expected, layer: k, part)
          let name =
            "\(activations.0.rawValue)-\(activations.1.rawValue) \(hidden) hidden \(form.testDescription)"
          measured("coupled \(name) \(part.rawValue) \(k): relative error", match.relativeError)
          #expect(match.relativeError <= 1e-8, "\(name) \(part.rawValue) \(k)")
        }
      }
    }
  }

  @Test(
    "at β = 1 it is contrastive Hebbian learning, bit by bit", arguments: Activation.ofStates,
    Updates.toRest)
  func whole(activation: Activation, updates: Updates) throws {
    for hidden in 1...3 {
      let problem = Problem(hidden: hidden, activation)
      let free = try problem.free().state
      let relaxation = Problem.counted(updates, 12)
      let coupled = try problem.lesson(.coupled, Nudging(kind: .oneSided, beta: 1), relaxation, from: free)
      let contrastive = try problem.lesson(.contrastiveHebbian, nil, relaxation, from: free)
      #expect(problem.bits(coupled.contrasts[0]) == problem.bits(contrastive.contrasts[0]))
      #expect(coupled.contrasts[0].strength == contrastive.contrasts[0].strength)
      #expect(coupled.lesson.violations == contrastive.lesson.violations)
    }
  }

  @Test("a hard sigmoid's output is held within its range")
  func clipped() throws {
    let problem = Problem(hidden: 1, .hardSigmoid)
    let free = try problem.free().state
    let (lesson, _) = try problem.lesson(.coupled, Nudging(kind: .oneSided, beta: -4), from: free)
    for row in 0..<problem.rows {
      let expected = problem.outputs(free, share: -4).row(row).map { min(max($0, 0), 1) }
      #expect(lesson.phases[0].state[2].states.row(row) == expected)
      #expect(expected.contains(0))
    }
  }

  @Test("rows whose energy falls from where they were pushed are told, in either phase", arguments: forms)
  func violations(form: Form) throws {
    let problem = Problem(hidden: 2, .tanh, output: .linear)
    var pushed = try problem.free().state
    for j in 0..<7 { pushed[1].states[2, j] += 4 }
    pushed[1].refreshActivity(.tanh, rows: 2..<3, columns: 0..<7)
    let (lesson, _) = try problem.lesson(.coupled, form.nudging, from: pushed, sign: form.sign)
    #expect(lesson.violations == [false, false, true, false, false])
    let before = problem.energies(pushed)
    for phase in lesson.phases { #expect(problem.energies(phase.state)[2] < before[2]) }
  }
}
