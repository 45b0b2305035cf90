import EnergyModels
import EquilibriumPropagation
import MessagePassing
import Records
import RunFiles
import Tensors
import Training

extension Verifier {
  /// Measures everything and judges it; complete on rank 0. Every rank of the grid must call it.
  ///
  /// `progress` hears on rank 0 what is being done.
  public func verify(progress: (String) -> Void) throws -> Verdict {
    let measured = try measure(progress: progress)
    return Verdict(
      record: VerificationRecord(measured, of: run, deal: deal), gradients: measured.gradients,
      network: deal.tiling.network)
  }

  /// What a verification tells, complete on rank 0.
  public struct Verdict: Sendable {
    public let record: VerificationRecord
    let gradients: [(name: String, gradient: Gradient)]
    let network: Network
  }

  private func measure(progress: (String) -> Void) throws -> Measurements {
    var measured = Measurements()
    measured.examples = batch.examples
    func tell(_ what: String) { if grid.isFirst { progress(what) } }
    guard run.procedure.relaxes else {
      tell(run.procedure.objective == .costOfLayers ? "each layer's gradient" : "the twin's gradient")
      var judged = run
      judged.nudging.beta = run.judgedBeta
      let gradient = try gradient(judged, run.relaxation, from: batch.start).gradient
      try onFirst { whole in
        guard run.procedure.objective != .costOfLayers else {
          measured.slopeError = try whole.layerSlopeError(gradient ?? whole.zeros)
          return
        }
        measured.slopeError = try whole.twinSlopeError(gradient ?? whole.zeros)
        if whole.parameterCount <= 5000 {
          measured.own = .init(gradient ?? whole.zeros, try whole.twinGradient())
        }
      }
      return measured
    }
    guard !run.relaxation.samples else {
      try measureDrawn(&measured, tell)
      return measured
    }
    tell("the free phase, and rest")
    let free = try settle(&measured)
    if measured.iterationsToRest != nil {
      try measureGradients(&measured, free: free, tell)
    } else {
      try onFirst { measured.energyRise = try $0.energyRise() }
    }
    return measured
  }

  /// What the theorem says of a network that comes to rest.
  private func measureGradients(
    _ measured: inout Measurements, free: State, _ tell: (String) -> Void
  ) throws {
    tell("the exact gradient")
    let exact = try exactGradient(from: free)
    try measureOwn(&measured, free: free, exact: exact)
    if run.procedure.objective == .costAtRest {
      tell("the gradient's error over β")
      try measureSweeps(&measured, free: free, exact: exact)
    }
    tell("finite differences, backpropagation through time")
    try onFirst { whole in
      try whole.measure(&measured, exact: exact ?? whole.zeros)
    }
  }

  /// The run's own free phase, how long rest takes, and s⁰ at rest.
  private func settle(_ measured: inout Measurements) throws -> State {
    // A run on persistent states is judged where its particles end up.
    let own = Evaluator.relaxation(of: run)
    let free = try infer(own)
    var residual = [free.residual]
    try grid.world.maximum(&residual)
    measured.freeResidual = residual[0]
    measured.iterationsToSettle = try iterations(reaching: 1e-3)
    let rest = try infer(run.relaxation.toRest, from: free.state)
    measured.iterationsToRest = try haveSettled(rest) ? iterations(rest) : nil
    return rest.state
  }

  func infer(_ relaxation: Relaxation, from start: State? = nil) throws -> Settled {
    try run.makeMethod(
      relaxation: relaxation, grid: grid, deal: deal, rows: batch.rows, messages: messages
    )
    .infer(from: start ?? batch.start, clamped: batch.clamped, parameters: parameters)
  }

  /// The iterations of the slowest shard on any rank.
  private func iterations(_ settled: Settled) throws -> Int {
    var most = [Int64(settled.iterations.max() ?? 0)]
    try grid.world.maximum(&most)
    return Int(most[0])
  }

  func haveSettled(_ settled: Settled) throws -> Bool {
    var open: [Int64] = [settled.outcomes.allSatisfy { $0 == .settled } ? 0 : 1]
    try grid.world.maximum(&open)
    return open[0] == 0
  }

  private func iterations(reaching tolerance: Double) throws -> Int? {
    var relaxation = Evaluator.relaxation(of: run)
    relaxation.free = Duration(atMost: 20_000, tolerance: tolerance)
    let settled = try infer(relaxation)
    return try haveSettled(settled) ? iterations(settled) : nil
  }

  /// −dC(s⁰)/dθ at rest, by recurrent backpropagation; nil but on rank 0.
  func exactGradient(from free: State) throws -> Gradient? {
    var exact = run
    exact.rule = .recurrentBackpropagation
    exact.nudging.reject = false
    return try gradient(exact, run.relaxation.toRest, from: free).gradient
  }

  private func measureOwn(_ measured: inout Measurements, free: State, exact: Gradient?) throws {
    var own = Evaluator.relaxation(of: run)
    let settled = try infer(own).state
    own.start = .persistent
    let (gradient, violations) = try gradient(run, own, from: settled)
    if run.procedure.contrast.promise != nil {
      var counts = [Int64(violations.count { $0 }), Int64(violations.count)]
      try grid.world.sum(&counts)
      measured.violations = counts[1] > 0 ? Double(counts[0]) / Double(counts[1]) : 0
    }
    var resting = run
    // While weights wait, the steps of a phase add up to its contrast, which one nudged phase gives at once.
    if run.procedure.contrast.learns == .everyIteration { resting.rule = .equilibriumPropagation }
    let atRest = try self.gradient(resting, run.relaxation.toRest, from: free).gradient
    guard let exact, let gradient, let atRest else { return }
    measured.own = .init(gradient, exact)
    measured.gradients += [("estimate", gradient), ("exact", exact)]
    measured.ownAtRest = .init(atRest, exact)
    measured.durations = .init(gradient, atRest)
  }

  private func measureSweeps(_ measured: inout Measurements, free: State, exact: Gradient?) throws {
    func match(_ nudging: Nudging) throws -> LayerMatches? {
      var swept = run
      swept.rule = .equilibriumPropagation
      swept.nudging = nudging
      let gradient = try gradient(swept, run.relaxation.toRest, from: free).gradient
      guard let gradient, let exact else { return nil }
      return .init(gradient, exact)
    }
    let form = run.nudging.form
    var kinds = [NudgingKind.oneSided, .randomSign, .centered].map { Nudging(kind: $0, beta: 1, form: form) }
    if run.isHolomorphic, form == .full {
      let points = run.nudging.points.map { max($0, 3) } ?? 4
      kinds.append(Nudging(kind: .points, beta: 1, points: points))
    }
    for kind in kinds {
      var sweep = GradientSweep(of: kind)
      for beta in betas {
        var nudging = kind
        nudging.beta = beta
        if let found = try match(nudging) { sweep.points.append(.init(beta: beta, match: found)) }
      }
      measured.sweeps.append(sweep.aboveRounding)
    }
    measured.centered = try match(Nudging(kind: .centered, beta: run.judgedBeta, form: form))
  }

  /// The gradient that a rule computes from given free states, on rank 0, and which rows here broke its promise.
  func gradient(
    _ run: RunFile, _ relaxation: Relaxation, from free: State
  ) throws -> (gradient: Gradient?, violations: [Bool]) {
    let method = try run.makeMethod(
      relaxation: relaxation, grid: grid, deal: deal, rows: batch.rows, messages: messages)
    let known =
      run.procedure.relaxes
      ? Settled(given: free, shards: batch.clamped.shards.count - 1)
      : try method.begin(from: free, clamped: batch.clamped, parameters: parameters)
    let optimizer = try Optimizer(gradientsOf: run, parameters: parameters, grid: grid)
    // A step of rate 1 from nothing leaves the gradient.
    var gradient = Parameters(portion: parameters.portion, precision: .float64)
    // Negative: the second of the two signs, so that random-sign nudging is not one-sided again.
    var lesson = method.lesson(from: known, sign: -1, clamped: batch.clamped)
    while let contrast = try lesson.next(parameters) {
      try optimizer.step(&gradient, contrast: contrast, examples: batch.examples)
    }
    let counts = Counter(deal: deal, place: grid.place).countsOutput
    let whole = try GradientGather(grid: grid, deal: deal).gather(gradient)
    return (whole, counts ? lesson.violations : [])
  }

  /// Does something on rank 0 alone.
  func onFirst(_ body: (WholeNetwork) throws -> Void) throws {
    try grid.world.agree { if let whole { try body(whole) } }
  }
}
