import DataSets
import EnergyModels
import EquilibriumPropagation
import Records
import RunFiles
import Tensors
import Training

/// The verified network and batch in one place, where finite differences and backpropagation through time judge them.
struct WholeNetwork {
  let run: RunFile
  let parameters: Parameters
  let batch: Verifier.Batch
  private let steps: [Int]

  /// - Parameter steps: that are held against as many through time; the usual ones without.
  init(
    run: RunFile, data: DataSet, weights: Verifier.Weights?, steps: [Int]?, deal: Deal, perShard: Int
  ) throws {
    self.steps = steps?.sorted() ?? [1, 2, 5, 10, 20, 40]
    let alone = try Deal(run, tiling: deal.tiling, to: GridShape(replicas: 1, stages: 1, slices: 1))
    let place = Place(replica: 0, stage: 0, slice: 0)
    let batch = try Verifier.Batch(run: run, data: data, deal: alone, place: place, perShard: perShard)
    self.run = run
    parameters = try Verifier.parameters(run, weights: weights, deal: alone, place: place)
    self.batch = batch.clamped(by: parameters)
  }

  var network: Network { parameters.portion.network }
  var zeros: Gradient { Gradient(zerosFor: network) }
  var parameterCount: Int {
    network.connections.enumerated().reduce(network.biased.reduce(0) { $0 + network.units($1) }) {
      $0 + network.weightRows($1.offset) * network.units($1.element.target)
    }
  }

  /// Fourth order where ρ is smooth; nearer where it has kinks that a longer step could cross.
  private var differences: FiniteDifferences { FiniteDifferences(step: run.isSmooth ? 1e-3 : 1e-5) }

  private func method(_ relaxation: Relaxation, beta: Double = 1) -> Method {
    Method(
      relaxation: relaxation, nudging: Nudging(kind: .centered, beta: beta, form: run.nudging.form),
      portion: parameters.portion, rows: batch.rows, precision: .float64)
  }

  /// The run's own rule in one place.
  func method(_ procedure: Procedure) -> Method {
    Method(
      procedure, portion: parameters.portion, rows: batch.rows, precision: .float64, neighbours: Alone())
  }

  /// Everything that is measured in one place.
  func measure(_ measured: inout Measurements, exact: Gradient) throws {
    measured.energyRise = try energyRise()
    // Rest is sought where the run's own free phase ends: there may be other minima.
    let own = try method(Evaluator.relaxation(of: run))
      .infer(from: batch.start, clamped: batch.clamped, parameters: parameters)
    let rest = try method(run.relaxation.toRest)
      .infer(from: own.state, clamped: batch.clamped, parameters: parameters)
    guard rest.outcomes.allSatisfy({ $0 == .settled }) else { return }
    do {
      measured.slopeError = try slopeError(exact: exact, rest: rest.state)
    } catch is NotAtRest {
      measured.slopeError = .infinity
    }
    if run.procedure.objective == .costAtRest { try matchSteps(from: rest.state, &measured) }
  }

  private func slopeError(exact: Gradient, rest: State) throws -> Double {
    guard run.procedure.objective == .costAtRest else {
      let objective = HeldObjective(of: self, rest: rest)
      return try slopeError(objective.gradient(), objective.value)
    }
    return try slopeError(exact) { parameters in
      try method(run.relaxation.toRest).costAtRest(
        from: rest, clamped: batch.clamped, parameters: parameters)
    }
  }
}

extension WholeNetwork {
  /// The largest relative difference, over the layers, between −df along a layer's gradient and ‖gradient‖².
  func slopeError(_ gradient: Gradient, _ function: (Parameters) throws -> Double) throws -> Double {
    try slopeError(gradient) { parameters, _ in try function(parameters) }
  }

  /// The same of layers that each have a function of their own; frozen ones have none.
  private func slopeError(
    _ gradient: Gradient, _ function: (Parameters, _ layer: Int) throws -> Double
  ) throws -> Double {
    var worst = 0.0
    for k in network.biased where !network.isLayerwise || !run.network.isFrozen(k) {
      var direction = zeros
      for index in network.connections(into: k) { direction.weights[index] = gradient.weights[index] }
      direction[bias: k] = gradient[bias: k]
      let expected = direction.all.reduce(0) { $0 + $1 * $1 }
      guard expected > 0 else { return .infinity }
      let slope = try differences.slope(along: direction, of: { try function($0, k) }, at: parameters)
      guard slope.isFinite else { return .infinity }
      worst = max(worst, abs(-slope - expected) / expected)
    }
    return worst
  }

  /// The largest rise of an example's F = E + βC in an iteration, over |F|: along the run's free phase, then along each
  /// nudged one that stays real.
  func energyRise() throws -> Double {
    var relaxation = run.relaxation
    relaxation.start = .persistent
    let method = method(relaxation)
    let scheme = method.procedure.scheme
    var (ends, worst): ([Settled], Double) = ([], 0)
    let nudged = run.procedure.strengths.map { Phase.nudged(scheme, beta: $0) }
    for phase in [Phase.free(scheme)] + nudged {
      var path = try method.begin(
        phase, number: ends.isEmpty ? 0 : 1, from: batch.start, ends: ends, clamped: batch.clamped,
        parameters: parameters)
      var before = totalEnergies(path.state, beta: phase.beta, rest: ends.first?.state)
      // Beyond some hundred iterations nothing moves but the last bits.
      while !path.isOver, path.instant.iteration < 200 {
        try method.iterate(&path, parameters)
        let after = totalEnergies(path.state, beta: phase.beta, rest: ends.first?.state)
        guard after.allSatisfy(\.isFinite) else { return .infinity }
        for (old, new) in zip(before, after) { worst = max(worst, (new - old) / max(abs(old), 1e-300)) }
        before = after
      }
      let end = try method.end(&path, parameters)
      if ends.isEmpty { ends = [end] }
    }
    return worst
  }

  /// F of each example: nudged around where the free phase ended.
  private func totalEnergies(_ state: State, beta: Double?, rest: State?) -> [Double] {
    let energies = parameters.energies(state: state, clamped: batch.clamped, rows: batch.clamped.rows)
    return zip(batch.clamped.rows, energies).map { row, energy in
      guard let beta, let rest, let targets = batch.clamped.targets else { return energy }
      let k = network.output
      return energy
        + beta
        * run.nudging.form.value(
          network.cost, .init(state[k].states, atRest: rest[k].states, targets: targets, row: row))
    }
  }

  /// Contrasts of t nudged Euler steps from rest, against backpropagation through the last t steps at rest.
  private func matchSteps(from rest: State, _ measured: inout Measurements) throws {
    let most = steps.max() ?? 0
    var relaxation = run.relaxation
    relaxation.updates = .euler
    // Units that cross a kink on the way respond to another network.
    let beta = (run.isSmooth ? 0.01 : 1e-4) * run.betaUnit
    let exact = try BackpropagationThroughTime(relaxation)
      .gradients(last: steps, of: most, from: rest, clamped: batch.clamped, parameters: parameters)
    for (step, exact) in zip(steps, exact) {
      relaxation.nudged = Duration(atMost: step)
      var lesson = method(relaxation, beta: beta).lesson(from: rest, sign: 1, clamped: batch.clamped)
      guard let contrast = try lesson.next(parameters) else { preconditionFailure("a contrast to compare") }
      let found = Gradient(contrast, portion: parameters.portion)
      measured.gradients += [("steps.\(step)", found), ("through-time.\(step)", exact)]
      measured.steps.append(
        StepMatch(
          step: step,
          cosines: (1...exact.layers).map { k in
            let match = found.match(exact, layer: k)
            return exact.elements(layer: k).allSatisfy { $0 == 0 } ? nil : match.cosine
          }))
    }
  }
}

extension WholeNetwork {
  private var twin: Method { method(Procedure(.backpropagation, Scheme(run.relaxation, run.nudging))) }

  /// The mean cost of the feed-forward twin.
  private func twinCost(_ parameters: Parameters) throws -> Double {
    var clamped = batch.clamped
    clamped.setInputDrives(parameters)
    let outputs = try twin.infer(from: batch.start, clamped: clamped, parameters: parameters)
    guard let targets = clamped.targets else { preconditionFailure("a whole network has targets") }
    let state = outputs.state[network.output].states
    return network.cost.value(outputs: state, targets: targets, rows: clamped.rows)
      / Double(clamped.rows.count)
  }

  /// What each layer makes small by itself.
  func layerSlopeError(_ gradient: Gradient) throws -> Double {
    let method = method(run.procedure)
    return try slopeError(gradient) { parameters, k in
      var clamped = batch.clamped
      clamped.setInputDrives(parameters)
      let first = try method.begin(from: batch.start, clamped: clamped, parameters: parameters)
      var lesson = method.lesson(from: first, sign: 1, clamped: clamped)
      _ = try lesson.next(parameters)
      return lesson.cost(ofLayer: k, targets: clamped.targets) / Double(clamped.rows.count)
    }
  }

  func twinSlopeError(_ gradient: Gradient) throws -> Double { try slopeError(gradient, twinCost) }

  /// The twin's gradient by finite differences in every weight.
  func twinGradient() throws -> Gradient { try differences.gradient(of: twinCost, at: parameters) }
}
