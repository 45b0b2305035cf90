import EnergyModels
import EquilibriumPropagation
import Foundation
import Records
import Tensors
import TestBasis
import Testing

/// Exact gradients of the relaxation actually run, against finite differences and against the nudged phase.
@Suite("Backpropagation through time") struct BackpropagationThroughTimeTests {
  /// The activation of the hidden layers and of the output.
  static let activations: [(Activation, Activation)] = [
    (.sigmoid, .sigmoid), (.tanh, .tanh), (.hardSigmoid, .hardSigmoid), (.hardSigmoid, .linear),
    (.sigmoid, .linear), (.linear, .tanh), (.silu, .silu), (.silu, .linear), (.relu6, .linear),
    (.halfHardSigmoid, .linear), (.halfHardSigmoid, .halfHardSigmoid),
  ]

  /// Of a hidden layer of clipped units one is held at each end of the range.
  private func problem(_ hidden: Int, _ activations: (Activation, Activation)) -> Problem {
    var problem = Problem(
      hidden: hidden, activations.0, output: activations.1, gain: activations.0.gain(0.5))
    problem.hold(hidden, activations.0)
    return problem
  }

  /// Finite differences of C(s_T) where the last t iterations have the parameters that are moved.
  private func finiteDifferences(
    _ problem: Problem, _ updates: Updates, order: SweepOrder = .evenOdd, last t: Int, of iterations: Int
  ) throws -> Gradient {
    let earlier = try problem.free(Problem.counted(updates, iterations - t)).state
    var relaxation = Problem.counted(updates, t)
    (relaxation.start, relaxation.order.free) = (.persistent, order)
    // Where states are clipped there are kinks, which a small step seldom crosses; of states up to 6 costs are larger,
    // and what rounding leaves of their differences too.
    let hidden = problem.network.activation(1)
    let step = hidden.range == nil ? 1e-3 : hidden == .relu6 ? 3e-5 : 1e-5
    return try FiniteDifferences(step: step).gradient(
      of: { parameters in
        var moved = problem
        moved.parameters = parameters
        let state = try moved.free(relaxation, from: earlier).state
        return (0..<problem.rows).reduce(0) { $0 + moved.cost(state, row: $1) } / Double(problem.rows)
      }, at: problem.parameters)
  }

  @Test(
    "equals finite differences of C(s_T), through all iterations and through the last ones",
    arguments: activations, Updates.toRest)
  func exact(activations: (Activation, Activation), updates: Updates) throws {
    for hidden in 1...3 {
      let problem = problem(hidden, activations)
      let method = BackpropagationThroughTime(Problem.counted(updates, 0))
      var worst = 0.0
      for iterations in [3, 7, 20] {
        let last = [iterations, 1, iterations / 2]
        let found = try method.gradients(
          last: last, of: iterations, from: problem.zeros, clamped: problem.clamped,
          parameters: problem.parameters)
        for (t, gradient) in zip(last, found) {
          let expected = try finiteDifferences(problem, updates, last: t, of: iterations)
          for k in 1...gradient.layers {
            for part in [Gradient.Part.weight, .bias] {
              let (ours, theirs) = (gradient.elements(layer: k, part), expected.elements(layer: k, part))
              // What the iterations do not reach: no term at all in ours, not even rounding in theirs.
              guard ours.contains(where: { $0 != 0 }) else {
                #expect(norm(theirs) == 0)
                continue
              }
              worst = max(worst, GradientMatch(ours, exact: theirs).relativeError)
            }
          }
        }
      }
      let name = "\(activations.0.rawValue)-\(activations.1.rawValue) \(updates.rawValue) \(hidden) hidden"
      measured("BPTT \(name): relative error", worst)
      #expect(worst <= 1e-6)
    }
  }

  @Test(
    "the tests of clipped units have units at both ends and between",
    arguments: [Activation.hardSigmoid, .relu6, .halfHardSigmoid], Updates.toRest)
  func clipped(activation: Activation, updates: Updates) throws {
    let top = try #require(activation.range?.upperBound)
    for hidden in 1...3 {
      let problem = problem(hidden, (activation, .linear))
      for iterations in [3, 7, 20] {
        let state = try problem.free(Problem.counted(updates, iterations)).state
        for k in 1...hidden {
          let values = (0..<problem.rows).flatMap { state[k].states.row($0) }
          #expect(values.contains(0) && values.contains(top) && values.contains { $0 > 0 && $0 < top })
        }
      }
    }
  }

  @Test(
    "equals finite differences of C(s_T) in every order of sweeps", arguments: SweepOrder.allCases,
    [Updates.evenOdd, .overRelaxed])
  func orders(order: SweepOrder, updates: Updates) throws {
    let problem = problem(3, (.tanh, .linear))
    var relaxation = Problem.counted(updates, 4)
    relaxation.order.free = order
    let found = try BackpropagationThroughTime(relaxation).gradients(
      last: [4], of: 4, from: problem.zeros, clamped: problem.clamped, parameters: problem.parameters)[0]
    let expected = try finiteDifferences(problem, updates, order: order, last: 4, of: 4)
    for k in 1...4 {
      #expect(
        GradientMatch(found.elements(layer: k), exact: expected.elements(layer: k)).relativeError <= 1e-6)
    }
  }

  @Test("through no iteration: nothing; through one: what the last move reached", arguments: 1...3)
  func reach(hidden: Int) throws {
    let problem = problem(hidden, (.tanh, .tanh))
    let (none, one) = (
      try gradients(problem, .euler, last: [0, 1])[0], try gradients(problem, .euler, last: [1])[0]
    )
    #expect(none == Gradient(zerosFor: problem.network))
    for k in 1...hidden { #expect(one.elements(layer: k).allSatisfy { $0 == 0 }) }
    #expect(one.elements(layer: hidden + 1).allSatisfy { $0 != 0 })
  }

  @Test("in the order asked for, the same however many are asked for", arguments: Updates.toRest)
  func order(updates: Updates) throws {
    let problem = problem(2, (.hardSigmoid, .linear))
    let found = try gradients(problem, updates, last: [7, 2, 7, 5])
    #expect(found.count == 4 && found[0] == found[2] && found[1] != found[3])
    for (t, gradient) in zip([7, 2, 7, 5], found) {
      #expect(try gradients(problem, updates, last: [t])[0] == gradient)
    }
  }

  private func gradients(_ problem: Problem, _ updates: Updates, last: [Int]) throws -> [Gradient] {
    try BackpropagationThroughTime(Problem.counted(updates, 0)).gradients(
      last: last, of: 7, from: problem.zeros, clamped: problem.clamped, parameters: problem.parameters)
  }

  /// Ernoult et al. 2019: nudged step by step from rest, the contrast over β grows as the gradient does.
  @Test(
    "the contrast after t nudged steps matches the last t iterations: cosine ≥ .996, .9998, .99999",
    arguments: activations, Updates.toRest)
  func stepByStep(activations: (Activation, Activation), updates: Updates) throws {
    for hidden in 1...3 {
      let problem = problem(hidden, activations)
      let free = try problem.free()
      #expect(free.outcomes.allSatisfy { $0 == .settled })
      let (steps, thresholds, beta) = ([5, 10, 20], [0.996, 0.9998, 0.99999], 1e-4)
      let exact = try BackpropagationThroughTime(Problem.counted(updates, 0)).gradients(
        last: steps, of: 20, from: free.state, clamped: problem.clamped, parameters: problem.parameters)
      for ((t, threshold), exact) in zip(zip(steps, thresholds), exact) {
        let method = problem.method(Problem.counted(updates, t))
        func products(_ beta: Double) throws -> Gradient {
          let nudged = try method.nudgedPhase(
            from: free.state, beta: beta, clamped: problem.clamped, parameters: problem.parameters)
          return Gradient(productsOf: nudged.state, problem)
        }
        let contrast = try products(beta).difference(products(-beta), over: 2 * beta)
        for k in 1...exact.layers {
          let match = contrast.match(exact, layer: k)
          guard exact.elements(layer: k).contains(where: { $0 != 0 }) else { continue }
          let name =
            "\(activations.0.rawValue)-\(activations.1.rawValue) \(updates.rawValue) \(hidden) hidden, "
            + "layer \(k) after \(t) steps"
          measured("\(name): 1 − cosine", 1 - match.cosine)
          measured("\(name): relative error", match.relativeError)
          #expect(match.cosine >= threshold, "\(name)")
          // Euler steps are symmetric, so the two are one as β → 0; a sweep is not: it goes back the other way round.
          if updates == .euler { #expect(match.relativeError <= 1e-6, "\(name)") }
        }
      }
    }
  }

  /// 784-500-10, 16 examples, 100 iterations: too many weights to try each, so one direction stands for all.
  @Test("a network of full size", arguments: [Activation.hardSigmoid, .tanh], Updates.toRest)
  func fullSize(activation: Activation, updates: Updates) throws {
    let (rows, iterations, random) = (16, 100, Problem.random)
    let network = Network(
      inputs: 784,
      layers: [Layer(units: 500, activation: activation), Layer(units: 10, activation: activation)])
    var parameters = Parameters(portion: Portion(whole: network), precision: .float64)
    parameters.initialize(.uniform(gain: 0.7), seed: 9)
    let input = Matrix(rows: rows, columns: 784, precision: .float64) {
      max(0, 5 * random.unit($0, $1, 60) - 4)
    }
    let targets = Matrix(rows: rows, columns: 10, precision: .float64) { $0 % 10 == $1 ? 1 : 0 }
    func clamped(_ parameters: Parameters) -> Clamped {
      Clamped(shards: [0, rows], input: input, targets: targets, parameters: parameters)
    }
    let start = State(rows: rows, portion: parameters.portion, precision: .float64)
    let relaxation = Problem.counted(updates, iterations)
    let clock = ContinuousClock()
    var gradient = Gradient(zerosFor: network)
    let time = try clock.measure {
      gradient = try BackpropagationThroughTime(relaxation).gradients(
        last: [iterations], of: iterations, from: start, clamped: clamped(parameters), parameters: parameters
      )[0]
    }
    let method = Method(
      relaxation: relaxation, nudging: Nudging(kind: .centered, beta: 1), portion: parameters.portion,
      rows: rows, precision: .float64)
    let anyDirection = Gradient(parametersLike: network, seed: 6)
    for (name, direction) in [("gradient", gradient), ("random", anyDirection)] {
      let found = try FiniteDifferences(step: 1e-4).slope(
        along: direction,
        of: { moved in
          let clamped = clamped(moved)
          let outputs = try method.freePhase(from: start, clamped: clamped, parameters: moved).state[2].states
          return network.cost.value(outputs: outputs, targets: targets, rows: 0..<rows) / Double(rows)
        }, at: parameters)
      let expected = -zip(gradient.all, direction.all).reduce(0) { $0 + $1.0 * $1.1 }
      let error = abs(found / expected - 1)
      measured("784-500-10 \(activation.rawValue) \(updates.rawValue): slope along \(name): error", error)
      #expect(error <= 1e-6)
    }
    measured("784-500-10 \(activation.rawValue) \(updates.rawValue): seconds", time / .seconds(1))
  }
}
