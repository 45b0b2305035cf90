import DataSets
import EnergyModels
import EquilibriumPropagation
import RunFiles
import Tensors
import Training

/// The verified network and batch in one place, where finite differences and backpropagation through time judge them.
struct WholeNetwork {
  let run: RunFile
  let parameters: Parameters
  let batch: Verifier.Batch

  init(run: RunFile, data: DataSet, weights: Verifier.Weights?, deal: Deal, perShard: Int) throws {
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
    network.connections.enumerated().reduce((1...network.depth).reduce(0) { $0 + network.units($1) }) {
      $0 + network.weightRows($1.offset) * network.units($1.element.target)
    }
  }

  /// Fourth order where ρ is smooth; nearer where it has kinks that a longer step could cross.
  private var differences: FiniteDifferences { FiniteDifferences(step: run.isSmooth ? 1e-3 : 1e-5) }

  private func method(_ relaxation: Relaxation, beta: Double = 1) -> EquilibriumPropagation {
    EquilibriumPropagation(
      portion: parameters.portion, relaxation: relaxation, nudging: Nudging(kind: .centered, beta: beta),
      rows: batch.rows, precision: .float64, neighbours: Alone())
  }

  /// Everything that is measured in one place.
  func measure(_ measured: inout Measurements, rule: Rule, exact: Gradient) throws {
    measured.energyRise = try energyRise()
    // Rest is sought where the run's own free phase ends: there may be other minima.
    let own = try method(Evaluator.relaxation(of: run))
      .freePhase(from: batch.start, clamped: batch.clamped, parameters: parameters)
    let rest = try method(run.relaxation.toRest)
      .freePhase(from: own.state, clamped: batch.clamped, parameters: parameters)
    guard rest.outcomes.allSatisfy({ $0 == .settled }) else { return }
    do {
      measured.slopeError = try slopeError(rule: rule, exact: exact, rest: rest.state)
    } catch is NotAtRest {
      measured.slopeError = .infinity
    }
    if rule.descendsCost { measured.steps = try stepMatches(from: rest.state) }
  }

  private func slopeError(rule: Rule, exact: Gradient, rest: State) throws -> Double {
    guard rule.descendsCost else {
      let objective = ClampedObjective(of: self, rest: rest)
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
    var worst = 0.0
    for k in 1...network.depth {
      var direction = zeros
      for index in network.connections(into: k) { direction.weights[index] = gradient.weights[index] }
      direction.biases[k - 1] = gradient.biases[k - 1]
      let expected = direction.all.reduce(0) { $0 + $1 * $1 }
      guard expected > 0 else { return .infinity }
      let slope = try differences.slope(along: direction, of: function, at: parameters)
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
    relaxation.free = Duration(atMost: 1)
    relaxation.nudged = Duration(atMost: 1)
    let method = method(relaxation)
    var (state, rest, worst) = (batch.start, batch.start, 0.0)
    // Beyond some hundred iterations nothing moves but the last bits.
    for (beta, duration) in [(0, run.relaxation.free)]
      + run.nudgedStrengths.map({ ($0, run.relaxation.nudged) })
    {
      if beta != 0 { state = rest }
      var before = totalEnergies(state, beta: beta)
      for _ in 0..<min(duration.atMost, 200) {
        state = try
          (beta == 0
          ? method.freePhase(from: state, clamped: batch.clamped, parameters: parameters)
          : method.nudgedPhase(from: state, beta: beta, clamped: batch.clamped, parameters: parameters)).state
        let after = totalEnergies(state, beta: beta)
        guard after.allSatisfy(\.isFinite) else { return .infinity }
        for (old, new) in zip(before, after) { worst = max(worst, (new - old) / max(abs(old), 1e-300)) }
        before = after
      }
      if beta == 0 { rest = state }
    }
    return worst
  }

  /// F of each example.
  private func totalEnergies(_ state: State, beta: Double) -> [Double] {
    batch.clamped.rows.map { row in
      let energy = parameters.energy(state: state, clamped: batch.clamped, rows: row..<row + 1)
      guard beta != 0, let targets = batch.clamped.targets else { return energy }
      return energy
        + beta
        * network.cost.value(outputs: state[network.depth].states, targets: targets, rows: row..<row + 1)
    }
  }

  /// Contrasts of t nudged Euler steps from rest, against backpropagation through the last t steps at rest.
  private func stepMatches(from rest: State) throws -> [Measurements.StepMatch] {
    let steps = [1, 2, 5, 10, 20, 40]
    let most = steps.max() ?? 0
    var relaxation = run.relaxation
    relaxation.updates = .euler
    // Units that cross a kink on the way respond to another network.
    let beta = run.isSmooth ? 0.01 : 1e-4
    let exact = try BackpropagationThroughTime(relaxation)
      .gradients(last: steps, of: most, from: rest, clamped: batch.clamped, parameters: parameters)
    return try zip(steps, exact).map { step, exact in
      relaxation.nudged = Duration(atMost: step)
      let (contrast, _) = try method(relaxation, beta: beta)
        .contrast(free: rest, sign: 1, clamped: batch.clamped, parameters: parameters)
      let found = Gradient(contrast, portion: parameters.portion)
      return Measurements.StepMatch(
        step: step,
        cosines: (1...network.depth).map { k in
          let match = found.match(exact, layer: k)
          return exact.elements(layer: k).allSatisfy { $0 == 0 } ? nil : match.cosine
        })
    }
  }
}

extension WholeNetwork {
  private var twin: Backpropagation {
    Backpropagation(portion: parameters.portion, rows: batch.rows, precision: .float64, neighbours: Alone())
  }

  /// The mean cost of the feed-forward twin.
  private func twinCost(_ parameters: Parameters) throws -> Double {
    var clamped = batch.clamped
    clamped.setInputDrives(parameters)
    let outputs = try twin.infer(from: batch.start, clamped: clamped, parameters: parameters)
    guard let targets = clamped.targets else { preconditionFailure("a whole network has targets") }
    let state = outputs.state[network.depth].states
    return network.cost.value(outputs: state, targets: targets, rows: clamped.rows)
      / Double(clamped.rows.count)
  }

  func twinSlopeError(_ gradient: Gradient) throws -> Double { try slopeError(gradient, twinCost) }

  /// The twin's gradient by finite differences in every weight.
  func twinGradient() throws -> Gradient { try differences.gradient(of: twinCost, at: parameters) }
}

extension RunFile {
  /// β of every nudged phase on real states.
  fileprivate var nudgedStrengths: [Double] {
    guard rule == .equilibriumPropagation || rule == .continual else { return [] }
    let isSymmetric = nudging.kind != .oneSided && (nudging.points ?? 2).isMultiple(of: 2)
    return isSymmetric ? [nudging.beta, -nudging.beta] : [nudging.beta]
  }
}
