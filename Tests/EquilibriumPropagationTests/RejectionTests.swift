import EnergyModels
import EquilibriumPropagation
import Tensors
import Testing

/// Examples that break a rule's promise, and learning without them.
@Suite("The proposition and its violations") struct RejectionTests {
  /// A rule with a kind of nudging, and the promise that a row can be made to break.
  struct Case: Sendable, CustomTestStringConvertible {
    let rule: LearningRule
    let nudging: Nudging
    var testDescription: String {
      "\(rule.name) \(nudging.kind.rawValue) \(nudging.points ?? 2) β \(nudging.beta)"
    }

    init(_ rule: LearningRule, _ kind: NudgingKind, _ beta: Double, points: Int? = nil) {
      self.rule = rule
      nudging = Nudging(kind: kind, beta: beta, points: points, reject: true)
    }
  }

  static let cases: [Case] = [
    Case(.equilibriumPropagation, .oneSided, 0.2), Case(.equilibriumPropagation, .oneSided, -0.2),
    Case(.equilibriumPropagation, .centered, 0.2), Case(.equilibriumPropagation, .randomSign, 0.2),
    Case(.equilibriumPropagation, .points, 0.2, points: 3),
    Case(.equilibriumPropagation, .points, 0.2, points: 4),
    Case(.coupled, .oneSided, 0.5), Case(.coupled, .centered, 0.5), Case(.contrastiveHebbian, .oneSided, 1),
  ]

  /// Rows put where they can only break the promise: outputs at their targets, from which they drift away (far off them,
  /// where they are to be pushed away, from which they come back); or states so high in energy that they can only fall.
  private func pushed(_ problem: Problem, _ free: State, _ test: Case, rows: [Int]) -> State {
    var state = free
    let (k, isAttracted) = (problem.network.depth, test.nudging.beta > 0)
    for row in rows {
      for j in 0..<problem.network.units(k) where test.rule == .equilibriumPropagation {
        state[k].states[row, j] = isAttracted ? problem.targets[row, j] : 3
      }
      for j in 0..<problem.network.units(1) where test.rule != .equilibriumPropagation {
        state[1].states[row, j] += 5
      }
    }
    for layer in [1, k] {
      state[layer].refreshActivity(
        problem.network.activation(layer), rows: 0..<problem.rows, columns: 0..<problem.network.units(layer))
    }
    return state
  }

  @Test("none at rest, for +β and −β", arguments: cases)
  func none(test: Case) throws {
    for hidden in 1...3 {
      for sign in [1.0, -1] {
        let problem = Problem(hidden: hidden, .tanh, output: .linear)
        let free = try problem.free().state
        let (lesson, contrasts) = try problem.lesson(test.rule, test.nudging, from: free, sign: sign)
        #expect(lesson.violations == Array(repeating: false, count: problem.rows))
        #expect(contrasts[0].rejected == 0)
        var accepting = test.nudging
        accepting.reject = false
        let plain = try problem.lesson(test.rule, accepting, from: free, sign: sign)
        #expect(problem.bits(contrasts[0]) == problem.bits(plain.contrasts[0]))
      }
    }
  }

  @Test(
    "the rows that do are left out of every sum; the others learn as if these had not been there",
    arguments: cases)
  func reject(test: Case) throws {
    let relaxation = Problem.counted(.euler, 3)
    func problem(_ examples: [[Int]]) -> Problem {
      Problem(hidden: 2, .tanh, output: .linear, examples: examples)
    }
    let whole = problem([[0, 1], [2, 3, 4], [5]])
    let start = pushed(whole, try whole.free().state, test, rows: [1, 2, 5])
    let (lesson, contrasts) = try whole.lesson(test.rule, test.nudging, relaxation, from: start)
    #expect(lesson.violations == [false, true, true, false, false, true])
    #expect(contrasts.count == 1 && contrasts[0].rejected == 3)

    var accepting = test.nudging
    accepting.reject = false
    let kept = problem([[0], [3, 4], []])
    let alone = try kept.lesson(test.rule, accepting, relaxation, from: try kept.free().state)
    #expect(kept.bits(alone.contrasts[0]) == whole.bits(contrasts[0]))
    // The mean is over those that stay.
    let (found, expected) = (
      Gradient(contrasts[0], portion: whole.portion), Gradient(alone.contrasts[0], portion: kept.portion)
    )
    #expect(found == expected && found.all.contains { $0 != 0 })

    let (told, all) = try whole.lesson(test.rule, accepting, relaxation, from: start)
    #expect(told.violations == lesson.violations && all[0].rejected == 0)
    #expect(whole.bits(all[0]) != whole.bits(contrasts[0]))
  }

  @Test(
    "a row is told by the costs of its own phases", arguments: [NudgingKind.centered, .oneSided, .randomSign])
  func costs(kind: NudgingKind) throws {
    let problem = Problem(hidden: 2, .sigmoid, examples: [[0, 1, 2, 3], [4, 5, 6, 7, 8, 9]])
    // Of the rows that are not at rest some drift one way, some the other.
    var free = try problem.free().state
    for row in [1, 2, 4, 5, 7, 8, 9] {
      for k in 1...3 { free[k].copy(rows: row..<row + 1, from: problem.anywhere[k]) }
    }
    var told: Set<Bool> = []
    for (beta, sign) in [(0.3, 1.0), (0.3, -1), (-0.3, 1)] {
      let nudging = Nudging(kind: kind, beta: beta)
      let (lesson, _) = try problem.lesson(
        .equilibriumPropagation, nudging, Problem.counted(.euler, 1), from: free, sign: sign)
      let betas = kind == .centered ? [beta, -beta] : [kind == .randomSign ? sign * beta : beta]
      let expected = (0..<problem.rows).map { row in
        zip(betas, lesson.phases).contains { beta, phase in
          let change = problem.cost(phase.state, row: row) - problem.cost(free, row: row)
          return beta * change > 0
        }
      }
      #expect(lesson.violations == expected)
      told.formUnion(expected)
    }
    #expect(told.count == 2)
  }
}
