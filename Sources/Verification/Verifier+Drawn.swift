import EnergyModels
import EquilibriumPropagation
import Records
import RunFiles
import Tensors
import Training

/// Gradients of runs whose states are drawn: estimates made many times over, each of a step of its own, against a long run's.
extension RunFile {
  /// k of a rule whose chains go on for so many sweeps.
  var chainSteps: Int? { (rule.rule as? ContrastiveDivergence)?.steps }
}

extension Verifier {
  /// Estimates of each kind.
  private static var estimates: Int { 40 }

  func measureDrawn(_ measured: inout Measurements, _ tell: (String) -> Void) throws {
    tell("the chain")
    let chain = try energies()
    tell("the run's own gradient, \(Self.estimates) times")
    let own = try spread(of: run, from: 0)
    var long: GradientSpread?
    if run.procedure.objective == .likelihood {
      tell("the gradient of ln p")
      try onFirst { long = try $0.likelihoodGradient().map { GradientSpread(exactly: $0) } }
      measured.isExact = try grid.world.broadcast([long == nil ? 0 : 1], from: 0) == [1]
    }
    if !measured.isExact {
      tell("a long run's gradient")
      long = try spread(of: longRun, from: 1)
    }
    let deviations = try deviations(over: long?.mean, tell)
    guard let own, let long else { return }
    let layers = (1...own.mean.layers).map { k in own.layer(k, against: long) }
    measured.own = .init(own.mean, long.mean)
    measured.gradients += [("estimate", own.mean), ("exact", long.mean)]
    var drawn = DrawnGradient(
      estimates: Self.estimates, layers: layers, deviations: deviations, memory: chain?.memory ?? .nan,
      effectiveStates: Double(run.chainSteps ?? run.relaxation.sampling.average) / (chain?.memory ?? .nan),
      settling: chain?.settling, acceptance: chain?.acceptance)
    drawn.chainSteps = run.chainSteps
    measured.drawn = drawn
  }

  /// Phases ten times as long at a small β, each drawing the same numbers.
  private var longRun: RunFile {
    var long = run
    if var rule = run.rule.rule as? ContrastiveDivergence {
      (rule.steps, rule.persistent) = (max(200, 20 * rule.steps), false)
      long.rule = LearningRule(rule)
    }
    long.nudging.kind = .centered
    long.nudging.beta = min(abs(run.nudging.beta), 0.05 * run.betaUnit)
    (long.nudging.noise, long.nudging.estimator) = (.common, .contrast)
    long.relaxation.sampling.burnIn = 10 * max(run.relaxation.sampling.sweeps, 10)
    long.relaxation.sampling.average = 4 * run.relaxation.sampling.average
    long.relaxation.free = Duration(atMost: long.relaxation.sampling.sweeps)
    long.relaxation.nudged = long.relaxation.free
    return long
  }

  /// Mean and variance of a run's estimates, on rank 0.
  ///
  /// - Parameter series: keeps the numbers of two kinds of estimates apart.
  private func spread(of run: RunFile, from series: Int) throws -> GradientSpread? {
    var relaxation = run.relaxation
    // A chain that is carried on has burnt in long ago.
    if relaxation.start == .persistent {
      relaxation.start = .zero
      relaxation.free.atMost += longRun.relaxation.sampling.burnIn
    }
    let method = try run.makeMethod(
      relaxation: relaxation, grid: grid, deal: deal, rows: batch.rows, messages: messages)
    let optimizer = try Optimizer(gradientsOf: run, parameters: parameters, grid: grid)
    var spread: GradientSpread?
    // Chains that are carried on have left the data long ago.
    var chains: State?
    let burnIn = run.procedure.chains == nil ? 0 : Self.estimates
    for step in -burnIn..<Self.estimates {
      var clamped = batch.clamped
      // No training's and no split's.
      (clamped.step, clamped.stream) = (step + burnIn, 100 + series)
      let free = try method.begin(from: batch.start, clamped: clamped, parameters: parameters)
      var gradient = Parameters(portion: parameters.portion, precision: .float64)
      var lesson = method.lesson(
        from: free, sign: step.isMultiple(of: 2) ? 1 : -1, clamped: clamped, chains: chains)
      while let contrast = try lesson.next(parameters) {
        try optimizer.step(&gradient, contrast: contrast, examples: batch.examples)
      }
      chains = lesson.chains
      guard step >= 0 else { continue }
      guard let whole = try GradientGather(grid: grid, deal: deal).gather(gradient) else { continue }
      if spread == nil { spread = GradientSpread(zerosFor: whole) }
      spread?.add(whole)
    }
    return spread
  }

  /// The deviation of an estimate at falling β, by both laws of the noise.
  private func deviations(over long: Gradient?, _ tell: (String) -> Void) throws -> [DrawnGradient.Deviation]
  {
    guard run.procedure.usesBeta else { return [] }
    return try (choices.betas ?? [0.4, 0.2, 0.1, 0.05, 0.02].map { $0 * run.betaUnit }).sorted(by: >).map {
      beta in
      tell("the deviation of an estimate at β \(beta)")
      func deviation(_ noise: NudgingNoise) throws -> Double {
        var judged = run
        (judged.nudging.beta, judged.nudging.noise) = (beta, noise)
        // On every rank, whoever knows the long run's gradient.
        let spread = try spread(of: judged, from: 2)
        return long.flatMap { long in spread?.deviation(over: long.all) } ?? .nan
      }
      return .init(beta: beta, common: try deviation(.common), independent: try deviation(.independent))
    }
  }

  /// What the energies of the free phase's chains tell, on rank 0.
  private func energies() throws -> ChainEnergies? {
    var found: ChainEnergies?
    try onFirst { found = try $0.chainEnergies() }
    return found
  }
}
