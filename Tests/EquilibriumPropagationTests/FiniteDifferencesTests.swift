import EnergyModels
import EquilibriumPropagation
import Foundation
import Tensors
import TestBasis
import Testing

@Suite("Finite differences") struct FiniteDifferencesTests {
  /// Σ over every weight, in each direction it is held, and every bias, of c(k, i, j) v(θ).
  private func sum(_ parameters: Parameters, _ value: (Double) -> Double) -> Double {
    let network = parameters.portion.network
    var sum = 0.0
    for k in 1...network.depth {
      let connection = parameters[connection: k - 1]
      for j in 0..<network.units(k) {
        for i in 0..<network.units(k - 1) {
          let c = Problem.random.unit(k, i, j)
          sum += c * value(connection.forward[i, j])
          if k > 1 { sum += c * value(connection.backward?[j, i] ?? .nan) }
        }
        sum += Problem.random.unit(k, 100, j) * value(parameters[bias: k][0, j])
      }
    }
    return sum
  }

  /// The exact −df/dθ of `sum`, given v′.
  private func exact(_ parameters: Parameters, _ slope: (Double) -> Double) -> Gradient {
    let network = parameters.portion.network
    var gradient = Gradient(zerosFor: network)
    for k in 1...network.depth {
      let above = network.units(k)
      for j in 0..<above {
        for i in 0..<network.units(k - 1) {
          let directions: Double = k > 1 ? 2 : 1
          gradient.weights[k - 1][i * above + j] =
            -directions * Problem.random.unit(k, i, j)
            * slope(parameters[connection: k - 1].forward[i, j])
        }
        gradient.biases[k - 1][j] =
          -Problem.random.unit(k, 100, j) * slope(parameters[bias: k][0, j])
      }
    }
    return gradient
  }

  @Test("a polynomial of fourth degree is differentiated exactly, both directions of a connection together")
  func polynomial() {
    let parameters = Problem(hidden: 2, .tanh).parameters
    let expected = exact(parameters) { 4 * $0 * $0 * $0 - 2 * $0 + 3 }
    let found = FiniteDifferences(step: 0.25).gradient(
      of: { sum($0) { $0 * $0 * $0 * $0 - $0 * $0 + 3 * $0 } }, at: parameters)
    let error = found.match(expected).relativeError
    measured("finite differences of a polynomial: relative error", error)
    #expect(error <= 1e-13)
  }

  @Test("the error is of fourth order")
  func order() {
    let parameters = Problem(hidden: 1, .tanh).parameters
    let expected = exact(parameters) { exp($0) }
    let errors = [0.1, 0.05, 0.025].map { step in
      FiniteDifferences(step: step).gradient(of: { sum($0, exp) }, at: parameters).match(expected)
        .relativeError
    }
    for (larger, smaller) in zip(errors, errors.dropFirst()) {
      measured("finite differences of e^θ: ratio", larger / smaller)
      #expect(abs(larger / smaller - 16) <= 0.16)
    }
  }

  @Test("one element at a time is moved, and put back to the bit")
  func oneAtATime() {
    let parameters = Problem(hidden: 2, .tanh).parameters
    let reference = Gradient(parameters)
    var calls = 0
    _ = FiniteDifferences(step: 0.1).gradient(
      of: { moved in
        calls += 1
        #expect(zip(Gradient(moved).all, reference.all).count { $0 != $1 } == 1)
        return 0
      }, at: parameters)
    #expect(calls == 4 * reference.all.count)
  }

  @Test("−dE/dθ of given states is the mean of ρ(s below) ρ(s)ᵀ and of ρ(s)", arguments: Activation.ofStates)
  func energy(activation: Activation) {
    let problem = Problem(hidden: 3, activation)
    let state = problem.anywhere
    let found = FiniteDifferences(step: 0.1).gradient(
      of: { parameters in
        let clamped = Clamped(
          shards: problem.shards, input: problem.input, targets: nil, parameters: parameters)
        return parameters.energy(state: state, clamped: clamped, rows: clamped.rows) / Double(problem.rows)
      }, at: problem.parameters)
    let expected = Gradient(productsOf: state, problem)
    for k in 1...4 {
      for part in [Gradient.Part.weight, .bias] {
        #expect(found.match(expected, layer: k, part).relativeError <= 1e-12)
      }
    }
  }

  @Test(
    "the slope along a direction is −gradient · direction", arguments: [Activation.sigmoid, .tanh], 1...3)
  func slope(activation: Activation, hidden: Int) throws {
    let problem = Problem(hidden: hidden, activation)
    let (rest, method) = (try problem.free().state, problem.method(Problem.toRest))
    let clamped = problem.clamped
    func cost(_ parameters: Parameters) throws -> Double {
      try method.costAtRest(from: rest, clamped: clamped, parameters: parameters)
    }
    let differences = FiniteDifferences()
    let gradient = try differences.gradient(of: cost, at: problem.parameters)
    let random = Gradient(parametersLike: problem.network, seed: 3)
    for (name, direction) in [("gradient", gradient), ("random", random)] {
      let expected = -zip(gradient.all, direction.all).reduce(0) { $0 + $1.0 * $1.1 }
      let found = try differences.slope(along: direction, of: cost, at: problem.parameters)
      let error = abs(found / expected - 1)
      measured("\(activation.rawValue) \(hidden) hidden: slope along \(name): relative error", error)
      #expect(error <= 1e-7)
      // The distance moved is the same however long the direction is.
      var longer = direction
      for k in 0..<longer.layers {
        longer.weights[k] = longer.weights[k].map { $0 * 1024 }
        longer.biases[k] = longer.biases[k].map { $0 * 1024 }
      }
      let far = try differences.slope(along: longer, of: cost, at: problem.parameters)
      #expect(abs(far / found / 1024 - 1) <= 1e-7)
    }
    let nowhere = Gradient(zerosFor: problem.network)
    #expect(try differences.slope(along: nowhere, of: cost, at: problem.parameters) == 0)
  }

  @Test("a move along a direction moves both directions of a connection")
  func moved() {
    let problem = Problem(hidden: 2, .tanh)
    let direction = Gradient(parametersLike: problem.network, seed: 4)
    let moved = problem.parameters.moved(by: 0.5, along: direction)
    let (before, after) = (Gradient(problem.parameters), Gradient(moved))
    #expect(zip(zip(before.all, direction.all), after.all).allSatisfy { $0.0 + 0.5 * $0.1 == $1 })
    for k in 2...3 {
      for i in 0..<problem.network.units(k - 1) {
        for j in 0..<problem.network.units(k) {
          #expect(moved[connection: k - 1].backward?[j, i] == moved[connection: k - 1].forward[i, j])
        }
      }
    }
  }

  @Test("the cost at rest is the mean of C, and of states at rest only")
  func costAtRest() throws {
    let problem = Problem(hidden: 2, .sigmoid)
    let rest = try problem.free().state
    let mean = (0..<problem.rows).reduce(0) { $0 + problem.cost(rest, row: $1) } / Double(problem.rows)
    let found = try problem.method(Problem.toRest).costAtRest(
      from: problem.zeros, clamped: problem.clamped, parameters: problem.parameters)
    #expect(abs(found - mean) <= 1e-14)
    // The input drive of other parameters must not be taken for theirs.
    var changed = problem
    for j in 0..<problem.network.units(1) { changed.parameters[bias: 1][0, j] += 0.5 }
    let stale = try problem.method(Problem.toRest).costAtRest(
      from: rest, clamped: problem.clamped, parameters: changed.parameters)
    let fresh = try changed.method(Problem.toRest).costAtRest(
      from: rest, clamped: changed.clamped, parameters: changed.parameters)
    #expect(stale == fresh && abs(fresh - mean) > 1e-4)
    let short = problem.method(Problem.counted(.euler, 5))
    let error = #expect(throws: NotAtRest.self) {
      try short.costAtRest(
        from: problem.zeros, clamped: problem.clamped, parameters: problem.parameters)
    }
    #expect(error?.outcomes == [.exhausted, .exhausted])
    #expect(error?.description.contains("used up its iterations in 2 of 2 shards") == true)
  }
}
