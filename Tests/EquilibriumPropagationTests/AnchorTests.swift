import EnergyModels
import EquilibriumPropagation
import Tensors
import Testing

/// Inputs that are layers of states, and costs on any layer: every promise of a clamped chain holds for them.
@Suite("Anchors, and costs on any layer") struct AnchorTests {
  /// A network, what ties its input, and the layer that the cost stands on.
  struct Form: Sendable, CustomTestStringConvertible {
    let name: String
    let network: Network
    var testDescription: String { name }

    init(
      _ name: String, _ activation: Activation, units: [Int] = [7, 5], first: InputLayer, output: Int,
      connections: [Connection]? = nil, costWeight: Double = 1, clamped: Int? = nil
    ) {
      self.name = name
      network = Network(
        inputs: 6,
        layers: units.enumerated().map {
          let isLinear = $0 + 1 == output || $0 + 1 == clamped
          return Layer(units: $1, activation: isLinear ? .linear : activation, isClamped: $0 + 1 == clamped)
        }, connections: connections, costWeight: costWeight, first: first, output: output)
    }

    /// Drives that leave F one minimum.
    var problem: Problem { Problem(network, gain: 0.5, bias: -0.15...0.15) }
  }

  static let forms = [
    Form("a spring, the cost above", .tanh, first: InputLayer(.spring(2)), output: 2),
    Form("a stiff spring, the cost above", .sigmoid, first: InputLayer(.spring(15)), output: 2),
    Form(
      "a spring, the cost in the middle", .tanh, units: [7, 5, 4], first: InputLayer(.spring(2)), output: 2),
    Form("a spring, the cost on the input", .tanh, first: InputLayer(.spring(2)), output: 0),
    Form(
      "a spring without a bias, the cost on the input", .silu, first: InputLayer(.spring(3), hasBias: false),
      output: 0),
    Form("a bent input, the cost above", .tanh, first: InputLayer(.spring(2), activation: .tanh), output: 2),
    Form(
      "a bent input, the cost on it", .sigmoid, first: InputLayer(.spring(2), activation: .tanh), output: 0),
    Form("a free input, the cost above", .tanh, first: InputLayer(.free), output: 2),
    Form("a clamped input, the cost on layer 1", .tanh, units: [7, 5, 4], first: InputLayer(), output: 1),
    Form(
      "a spring and a skip, the cost on the input", .tanh, units: [7, 5], first: InputLayer(.spring(2)),
      output: 0,
      connections: [.init(from: 0, to: 1), .init(from: 1, to: 2), .init(from: 0, to: 2)]),
    Form(
      "a flow: a spring, a weighed cost on the input, capped units", .cappedSilu,
      first: InputLayer(.spring(2)),
      output: 0, costWeight: 3),
    Form("a weighed cost above", .tanh, first: InputLayer(), output: 2, costWeight: 0.4),
    Form(
      "a layer that labels clamp, a weighed cost on the input", .cappedSilu, units: [7, 5, 3],
      first: InputLayer(.spring(2)), output: 0, costWeight: 3, clamped: 3),
    Form(
      "a layer that labels clamp below others, the cost above", .tanh, units: [7, 3, 5], first: InputLayer(),
      output: 3,
      connections: [
        .init(from: 0, to: 1), .init(from: 1, to: 3), .init(from: 2, to: 3), .init(from: 1, to: 2),
      ],
      clamped: 2),
  ]

  private func relaxation(_ updates: Updates, newton: Int = 0) -> Relaxation {
    var relaxation = Problem.toRest
    (relaxation.updates, relaxation.step, relaxation.newton) = (updates, 0.05, newton)
    return relaxation
  }

  /// Ways to come to rest: by Euler steps, and by Newton's where ρ bends.
  static let ways = Updates.toRest.flatMap { updates in
    (updates.alternates ? [0, 1, 3] : [0]).map { Way(updates: updates, newton: $0) }
  }

  struct Way: Sendable {
    let updates: Updates
    let newton: Int
  }

  @Test("At rest no state feels a force", arguments: forms, ways)
  func rest(form: Form, way: Way) throws {
    let problem = form.problem
    let rest = try problem.free(relaxation(way.updates, newton: way.newton))
    #expect(rest.outcomes.allSatisfy { $0 == .settled })
    let (state, clamped, network) = (rest.state, problem.clamped, problem.network)
    for k in network.states where !network.isClamped(k) {
      let drive = problem.parameters.drive(of: k, state: state, clamped: clamped, rows: 0..<problem.rows)
      let stiffness = k == 0 ? network.input.stiffness : 0
      for row in 0..<problem.rows {
        for j in 0..<network.units(k) {
          let s = state[k].states[row, j]
          let slope = network.activation(k).derivatives(s, activity: state.activity(k)[row, j]).first
          let spring = stiffness == 0 ? 0 : stiffness * (problem.input[row, j] - s)
          #expect(abs(slope * drive[row, j] - s + spring) < 1e-11, "layer \(k)")
        }
      }
    }
    for k in network.clampedLayers {
      for row in 0..<problem.rows { #expect(state[k].states.row(row) == clamped.labels?.row(row)) }
    }
  }

  @Test("Newton's sweeps come to rest in fewer than a third of the Euler steps' sweeps, at the same place")
  func newton() throws {
    let problem = Self.forms[10].problem
    let (slow, quick) = (
      try problem.free(relaxation(.evenOdd)), try problem.free(relaxation(.evenOdd, newton: 1))
    )
    #expect(slow.state.distance(to: quick.state, problem.network, rows: problem.rows) < 1e-11)
    let sweeps = [slow, quick].map { $0.iterations.max() ?? 0 }
    #expect(3 * sweeps[1] < sweeps[0], "\(sweeps)")
  }

  /// The displacement of a spring is the force on its layer: λ (x* − x) = −∂E/∂x at x*.
  @Test("What a spring shows is the slope of the energy without it")
  func slope() throws {
    let problem = Self.forms[10].problem
    let rest = try problem.free(relaxation(.evenOdd, newton: 1)).state
    let clamped = problem.clamped
    func energy(_ row: Int, _ unit: Int, _ step: Double) -> Double {
      var state = rest
      state[0].states[row, unit] += step
      let spring =
        problem.network.input.stiffness * state[0].states.squaredError(problem.input, rows: row..<row + 1)
      return problem.parameters.energy(state: state, clamped: clamped, rows: row..<row + 1) - spring
    }
    for row in 0..<problem.rows {
      for unit in 0..<problem.network.inputs {
        let slope = (energy(row, unit, 1e-4) - energy(row, unit, -1e-4)) / 2e-4
        let shown = problem.network.input.stiffness * (rest[0].states[row, unit] - problem.input[row, unit])
        #expect(abs(shown + slope) <= 1e-8 && abs(shown) > 1e-3)
      }
    }
  }

  @Test("The energy never rises, free and nudged", arguments: forms)
  func descends(form: Form) throws {
    let problem = form.problem
    var relaxation = Problem.counted(.euler, 60, step: 0.04)
    relaxation.start = .persistent
    let method = problem.method(relaxation)
    var ends = [Settled(given: problem.anywhere, shards: 2)]
    for phase in [Phase.free(method.procedure.scheme), .nudged(method.procedure.scheme, beta: 0.3)] {
      var path = try method.begin(
        phase, number: 0, from: problem.anywhere, ends: ends, clamped: problem.clamped,
        parameters: problem.parameters)
      func energies() -> [Double] {
        (0..<problem.rows).map {
          problem.totalEnergy(path.state, beta: phase.beta ?? 0, clamped: problem.clamped, row: $0)
        }
      }
      var before = energies()
      while !path.isOver {
        try method.iterate(&path, problem.parameters)
        let after = energies()
        for (old, new) in zip(before, after) { #expect(new <= old + 1e-12) }
        before = after
      }
      ends = [try method.end(&path, problem.parameters)]
    }
  }

  @Test(
    "The contrast tends to −dC/dθ of finite differences, and so does implicit differentiation",
    arguments: forms)
  func gradient(form: Form) throws {
    let problem = form.problem
    let rest = try problem.free(relaxation(.evenOdd)).state
    var nearer = relaxation(.evenOdd)
    nearer.free.tolerance = 1e-14
    let method = problem.method(nearer)
    let expected = try FiniteDifferences().gradient(
      of: { try method.costAtRest(from: rest, clamped: problem.clamped, parameters: $0) },
      at: problem.parameters)
    #expect(problem.network.input.hasBias == (expected.biased.lowerBound == 0))
    for updates in Updates.toRest {
      let exact = try problem.gradient(.recurrentBackpropagation, nil, relaxation(updates), from: rest)
      #expect(relativeError(exact.all, expected.all) <= 1e-6, "\(updates.rawValue)")
      for form in [NudgeForm.full, .linear] {
        let nudging = Nudging(kind: .centered, beta: 0.02, form: form)
        let found = try problem.gradient(.equilibriumPropagation, nudging, relaxation(updates), from: rest)
        for k in 1...expected.layers {
          let match = found.match(expected, layer: k)
          #expect(
            match.cosine >= 0.999999 && match.relativeError <= 5e-3,
            "\(updates.rawValue) \(form.name) layer \(k)")
        }
      }
    }
  }

  @Test("Halving β quarters the centered error", arguments: forms)
  func order(form: Form) throws {
    let problem = form.problem
    let rest = try problem.free(relaxation(.evenOdd)).state
    let exact = try problem.gradient(.recurrentBackpropagation, nil, relaxation(.evenOdd), from: rest).all
    let errors = try [0.1, 0.05, 0.025].map {
      relativeError(
        try problem.gradient(
          .equilibriumPropagation, Nudging(kind: .centered, beta: $0), relaxation(.evenOdd), from: rest
        ).all, exact)
    }
    #expect(errors[1] > 1e-9, "nothing to compare")
    for (larger, smaller) in zip(errors, errors.dropFirst()) where smaller > 1e-9 {
      #expect(abs(larger / smaller - 4) <= 0.25, "\(errors)")
    }
  }

  @Test("Backpropagation through time equals finite differences", arguments: forms, Updates.toRest)
  func throughTime(form: Form, updates: Updates) throws {
    let problem = form.problem
    var relaxation = Problem.counted(updates, 7, step: 0.1)
    relaxation.start = .persistent
    let found = try BackpropagationThroughTime(relaxation).gradients(
      last: [7], of: 7, from: problem.anywhere, clamped: problem.clamped, parameters: problem.parameters)[0]
    let expected = try FiniteDifferences(step: 1e-3).gradient(
      of: { parameters in
        var moved = problem
        moved.parameters = parameters
        let state = try moved.free(relaxation, from: problem.anywhere).state
        return (0..<problem.rows).reduce(0) { $0 + moved.cost(state, row: $1) } / Double(problem.rows)
      }, at: problem.parameters)
    #expect(relativeError(found.all, expected.all) <= 1e-6)
  }

  @Test(
    "n points meet the same gradient where the cost is not on a spring, of a straight and of a bent input",
    arguments: [0, 5])
  func points(form: Int) throws {
    let problem = Self.forms[form].problem
    let rest = try problem.free(relaxation(.evenOdd)).state
    let exact = try problem.gradient(.recurrentBackpropagation, nil, relaxation(.evenOdd), from: rest)
    let found = try problem.gradient(
      .equilibriumPropagation, Nudging(kind: .points, beta: 0.05, points: 4), relaxation(.euler), from: rest)
    #expect(relativeError(found.all, exact.all) <= 1e-4)
  }

  @Test("A spring that stiffens comes to the clamped network's outputs")
  func stiff() throws {
    func outputs(_ first: InputLayer) throws -> [Double] {
      let problem = Form("", .tanh, first: first, output: 2).problem
      let state = try problem.free(relaxation(.evenOdd)).state
      return (0..<problem.rows).flatMap { state[2].states.row($0) }
    }
    let clamped = try outputs(InputLayer())
    let distances = try [1e2, 1e3, 1e4].map {
      relativeError(try outputs(InputLayer(.spring($0), hasBias: false)), clamped)
    }
    #expect(
      distances[2] < 1e-4 && distances[1] < distances[0] / 8 && distances[2] < distances[1] / 8,
      "\(distances)")
  }

  @Test("A free phase from zero begins at the example, and a forward start goes on from there")
  func beginsAtInput() throws {
    for start in [Start.zero, .forward] {
      let problem = Self.forms[3].problem
      var relaxation = Problem.counted(.evenOdd, 1)
      relaxation.start = start
      let method = problem.method(relaxation)
      let path = try method.begin(
        .free(method.procedure.scheme), number: 0, from: problem.zeros, ends: [], clamped: problem.clamped,
        parameters: problem.parameters)
      for row in 0..<problem.rows { #expect(path.state[0].states.row(row) == problem.input.row(row)) }
      #expect((path.state[1].states[0, 0] != 0) == (start == .forward))
    }
  }

  @Test("The layer that the cost stands on is whole, and the last one may be cut")
  func cut() {
    let network = Network(
      inputs: 64, layers: [Layer(units: 128), Layer(units: 96)], first: InputLayer(.spring(4)), output: 0)
    let slicing = Slicing(network: network, slices: 2)
    #expect((0...2).map(slicing.isCut) == [false, true, true])
    #expect(network.colours == [[1], [0, 2]])
  }
}
