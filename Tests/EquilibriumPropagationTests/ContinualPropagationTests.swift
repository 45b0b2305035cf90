import EnergyModels
import EquilibriumPropagation
import Tensors
import TestBasis
import Testing

/// The spike-timing form: what the two ends of a connection do in every step of the nudged phase.
@Suite("Continual propagation") struct ContinualPropagationTests {
  static let steps = 20

  /// The states s⁰, s¹ … of a nudged phase.
  private func states(
    _ problem: Problem, _ relaxation: Relaxation, beta: Double, steps: Int, from free: State
  )
    throws -> [State]
  {
    var once = relaxation
    once.nudged = Duration(atMost: 1)
    let method = problem.method(once)
    return try (0..<steps).reduce(into: [free]) { states, _ in
      states.append(
        try method.nudgedPhase(
          from: states[states.count - 1], beta: beta, clamped: problem.clamped, parameters: problem.parameters
        ).state)
    }
  }

  /// Σ_t of the batch's mean, over β: a step's share is pre(ρ_i^t, ρ_i^{t+1}) Δρ_j + Δρ_i post(ρ_j^t, ρ_j^{t+1}).
  private func sum(
    _ problem: Problem, _ states: [State], beta: Double, between: (Double, Double) -> Double
  ) -> Gradient {
    let (network, rows) = (problem.network, 0..<problem.rows)
    var sum = Gradient(zerosFor: network)
    let scale = 1 / (beta * Double(problem.rows))
    for (before, after) in zip(states, states.dropFirst()) {
      for k in 1...network.depth {
        let pre = k == 1 ? (problem.input, problem.input) : (before.activity(k - 1), after.activity(k - 1))
        let post = (before.activity(k), after.activity(k))
        for j in 0..<network.units(k) {
          for i in 0..<network.units(k - 1) {
            for row in rows {
              let (a, b) = ((pre.0[row, i], pre.1[row, i]), (post.0[row, j], post.1[row, j]))
              sum.weights[k - 1][i * network.units(k) + j] +=
                scale * (between(a.0, a.1) * (b.1 - b.0) + (a.1 - a.0) * between(b.0, b.1))
            }
          }
          for row in rows { sum.biases[k - 1][j] += scale * (post.1[row, j] - post.0[row, j]) }
        }
      }
    }
    return sum
  }

  @Test("the steps' mean products add up to the contrast of the phase", arguments: Activation.ofStates, 1...3)
  func spikeTiming(activation: Activation, hidden: Int) throws {
    let problem = Problem(hidden: hidden, activation)
    let free = try problem.free().state
    for updates in Updates.toRest {
      for beta in [1, -0.5] {
        let relaxation = Problem.counted(updates, Self.steps)
        let states = try states(problem, relaxation, beta: beta, steps: Self.steps, from: free)
        let found = sum(problem, states, beta: beta) { 0.5 * ($0 + $1) }
        let contrast = try problem.gradient(
          .equilibriumPropagation, Nudging(kind: .oneSided, beta: beta), relaxation, from: free)
        let error = found.match(contrast).relativeError
        measured(
          "spike timing \(activation.rawValue) \(hidden) hidden \(updates.rawValue) β \(beta): relative error",
          error)
        #expect(error <= 1e-14)
      }
    }
  }

  @Test("products taken at the left of each step miss it by O(ε)", arguments: Activation.ofStates)
  func leftPoints(activation: Activation) throws {
    let problem = Problem(hidden: 2, activation)
    let free = try problem.free().state
    // The same stretch of time, 2, in ever smaller steps.
    let errors = try [100, 200, 400].map { steps in
      let relaxation = Problem.counted(.euler, steps, step: 2 / Double(steps))
      let states = try states(problem, relaxation, beta: 0.5, steps: steps, from: free)
      let left = sum(problem, states, beta: 0.5) { before, _ in before }
      return left.match(sum(problem, states, beta: 0.5) { 0.5 * ($0 + $1) }).relativeError
    }
    for (larger, smaller) in zip(errors, errors.dropFirst()) {
      measured("left-point products \(activation.rawValue): ratio on halving ε", larger / smaller)
      #expect(abs(larger / smaller - 2) <= 0.05 * 2)
    }
    measured("left-point products \(activation.rawValue): relative difference at ε .02", errors[0])
    #expect(errors[0] > 1e-5)
  }

  @Test(
    "with weights that wait, the contrasts add up to the one-sided one", arguments: Activation.ofStates,
    Updates.toRest)
  func waiting(activation: Activation, updates: Updates) throws {
    for hidden in 1...3 {
      let problem = Problem(hidden: hidden, activation)
      let free = try problem.free().state
      let relaxation = Problem.counted(updates, Self.steps)
      for (kind, sign) in [(NudgingKind.oneSided, 1.0), (.randomSign, 1), (.randomSign, -1)] {
        let nudging = Nudging(kind: kind, beta: 0.5)
        let (lesson, contrasts) = try problem.lesson(.continual, nudging, relaxation, from: free, sign: sign)
        let (whole, one) = try problem.lesson(
          .equilibriumPropagation, nudging, relaxation, from: free, sign: sign)
        #expect(contrasts.count == Self.steps)
        #expect(contrasts.allSatisfy { $0.strength == one[0].strength })
        #expect(lesson.phases.map(\.iterations) == [[20, 20]] && lesson.violations == whole.violations)
        let rows = 0..<problem.rows
        #expect(
          lesson.phases[0].state.bits(problem.network, rows: rows)
            == whole.phases[0].state.bits(problem.network, rows: rows))
        let zeros = Gradient(zerosFor: problem.network)
        let negative = contrasts.map { Gradient($0, portion: problem.portion) }
          .reduce(zeros) { $0.difference($1, over: 1) }
        let sum = zeros.difference(negative, over: 1)
        let error = sum.match(Gradient(one[0], portion: problem.portion)).relativeError
        measured(
          "continual \(activation.rawValue) \(hidden) hidden \(updates.rawValue): relative error", error)
        #expect(error <= 1e-14)
      }
    }
  }

  @Test(
    "weights that change at every step change the next one, the input's drive too",
    arguments: Updates.toRest)
  func changing(updates: Updates) throws {
    let problem = Problem(hidden: 2, .tanh)
    let free = try problem.free().state
    let (beta, relaxation) = (0.5, Problem.counted(updates, 4))
    /// A made-up change of every weight and bias, another one at each step.
    func change(_ parameters: inout Parameters, step: Int) {
      parameters = parameters.moved(
        by: 0.02, along: Gradient(parametersLike: problem.network, seed: step))
    }
    var (parameters, contrasts) = (problem.parameters, [Contrast]())
    var lesson = problem.rule(.continual, Nudging(kind: .oneSided, beta: beta), relaxation)
      .lesson(from: free, sign: 1, clamped: problem.clamped)
    while let contrast = try lesson.next(parameters) {
      change(&parameters, step: contrasts.count)
      contrasts.append(contrast)
    }

    var (ours, expected, states) = (problem, [Contrast](), [free])
    for step in 0..<4 {
      // `clamped` has the drive of the present weights.
      let phase = try ours.lesson(
        .equilibriumPropagation, Nudging(kind: .oneSided, beta: beta), Problem.counted(updates, 1),
        from: states[step])
      expected.append(phase.contrasts[0])
      states.append(phase.lesson.phases[0].state)
      change(&ours.parameters, step: step)
    }
    #expect(Gradient(parameters) == Gradient(ours.parameters))
    #expect(contrasts.map(problem.bits) == expected.map(problem.bits))
    let rows = 0..<problem.rows
    #expect(
      lesson.phases[0].state.bits(problem.network, rows: rows) == states[4].bits(problem.network, rows: rows))
    let waiting = try problem.lesson(.continual, Nudging(kind: .oneSided, beta: beta), relaxation, from: free)
    #expect(problem.bits(waiting.contrasts[0]) == problem.bits(contrasts[0]))
    for step in 1..<4 { #expect(problem.bits(waiting.contrasts[step]) != problem.bits(contrasts[step])) }
  }
}
