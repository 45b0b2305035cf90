import EnergyModels
import Tensors

/// A rule at work on one portion of a network and the rows of a batch: the room that its phases need, and the order in which
/// they run.
public final class Method {
  public let procedure: Procedure
  /// The one that a step begins with, and those that answer.
  private let first: Phase
  private let inference: [Phase]
  private var relaxer: Relaxer
  /// Where complex states settle.
  private var complexRelaxer: Relaxer?

  /// For batches of at most `rows` rows, for which the room is made here.
  public init(
    _ procedure: Procedure, portion: Portion, rows: Int, precision: Precision, neighbours: any Neighbours
  ) {
    self.procedure = procedure
    (first, inference) = (procedure.phases[0], procedure.inference)
    func relaxer(rows: Int) -> Relaxer {
      Relaxer(
        portion: portion, relaxation: procedure.scheme.relaxation, rows: rows, precision: precision,
        neighbours: neighbours)
    }
    self.relaxer = relaxer(rows: rows)
    complexRelaxer = procedure.isComplex ? relaxer(rows: 2 * rows) : nil
  }

  /// Equilibrium propagation on a whole network, or the part of it that is alone.
  public convenience init(
    relaxation: Relaxation, nudging: Nudging = Nudging(kind: .centered, beta: 1), portion: Portion, rows: Int,
    precision: Precision
  ) {
    self.init(
      Procedure(.equilibriumPropagation, Scheme(relaxation, nudging)), portion: portion, rows: rows,
      precision: precision, neighbours: Alone())
  }

  var portion: Portion { relaxer.portion }
  var network: Network { relaxer.network }
  var neighbours: any Neighbours { relaxer.neighbours }

  /// The first phase of a step: s⁰, or a feed-forward pass.
  ///
  /// - Parameter start: gives the portion's own units; neighbours' are exchanged first. Its room is taken over.
  public func begin(
    from start: consuming State, clamped: Clamped, parameters: Parameters
  ) throws -> Settled {
    try run(first, number: 0, from: consume start, ends: [], clamped: clamped, parameters: parameters)
  }

  /// The phases by which examples are answered: the last one's outputs are the predictions.
  public func answer(
    from start: consuming State, clamped: Clamped, parameters: Parameters
  ) throws -> [Settled] {
    var ends = [
      try run(
        inference[0], number: 0, from: consume start, ends: [], clamped: clamped, parameters: parameters)
    ]
    for (number, phase) in inference.enumerated().dropFirst() {
      ends.append(try run(phase, number: number, ends: ends, clamped: clamped, parameters: parameters))
    }
    return ends
  }

  /// The states whose outputs are the predictions.
  public func infer(
    from start: consuming State, clamped: Clamped, parameters: Parameters
  ) throws -> Settled {
    let ends = try answer(from: consume start, clamped: clamped, parameters: parameters)
    return ends[ends.count - 1]
  }

  /// The lesson of a batch whose free states are known.
  ///
  /// - Parameters:
  ///   - sign: +1 or −1, drawn once a step, for phases whose nudge has a random sign.
  ///   - chains: where the run's chains were left, where they are carried on.
  public func lesson(
    from free: Settled, sign: Double, clamped: Clamped, chains: State? = nil
  ) -> Lesson {
    Lesson(self, from: free, sign: sign, clamped: clamped, chains: chains)
  }

  /// The same from states that no phase of this method has found.
  public func lesson(from free: State, sign: Double, clamped: Clamped) -> Lesson {
    lesson(from: Settled(given: free, shards: clamped.shards.count - 1), sign: sign, clamped: clamped)
  }

  /// Runs any phase to its end.
  ///
  /// - Parameters:
  ///   - start: where it begins, if it begins where the run lets examples begin.
  ///   - ends: of the phases before it, which it may begin with.
  public func run(
    _ phase: Phase, number: Int, from start: consuming State? = nil, ends: [Settled], clamped: Clamped,
    parameters: Parameters
  ) throws -> Settled {
    var path = try begin(
      phase, number: number, from: consume start, ends: ends, clamped: clamped, parameters: parameters)
    while !path.isOver { try iterate(&path, parameters) }
    return try end(&path, parameters)
  }

  /// Begins a phase, to be moved on by `iterate`.
  public func begin(
    _ phase: Phase, number: Int, from start: consuming State? = nil, ends: [Settled], clamped: Clamped,
    parameters: Parameters
  ) throws -> Trajectory {
    let instant = Instant(phase: number, step: clamped.step, examples: clamped.examples)
    let isCarriedOn = phase.origin == .chains && start != nil
    let start = origin(of: phase, start: consume start, ends: ends)
    return try withRelaxer(of: phase) {
      try $0.begin(
        phase, from: consume start, isCarriedOn: isCarriedOn, instant: instant, ends: ends, clamped: clamped,
        parameters: parameters)
    }
  }

  private func origin(
    of phase: Phase, start: consuming State?, ends: [Settled]
  ) -> State {
    switch phase.origin {
    case .batch:
      guard let start = consume start else {
        preconditionFailure("a phase that begins where examples do needs to be told where")
      }
      return start
    case .end(let earlier): return ends[earlier].state
    case .chains: return consume start ?? ends[ends.count - 1].state
    case .silence(let earlier):
      let rows = phase.dynamics.isComplex ? 2 * relaxer.capacity : relaxer.capacity
      var silent = State(rows: rows, portion: portion, precision: relaxer.precision)
      silent.silence()
      if let earlier { silent.takeSlopes(of: ends[earlier].state) }
      return silent
    }
  }

  /// One iteration.
  public func iterate(_ path: inout Trajectory, _ parameters: Parameters) throws {
    try withRelaxer(of: path.phase) { try $0.iterate(&path, parameters) }
  }

  /// The end of a phase.
  public func end(_ path: inout Trajectory, _ parameters: Parameters) throws -> Settled {
    try withRelaxer(of: path.phase) { try $0.end(&path, parameters) }
  }

  /// Brings what follows from parameters that have changed up to date.
  func refresh(_ path: inout Trajectory, _ parameters: Parameters) throws {
    path.clamped.setInputDrives(parameters)
    try withRelaxer(of: path.phase) { try $0.refresh(&path, parameters) }
  }

  /// Completes what contrasts are taken of.
  func complete(_ path: inout Trajectory, _ parameters: Parameters) throws {
    try withRelaxer(of: path.phase) { try $0.completePools(&path, parameters) }
  }

  private func withRelaxer<T>(of phase: Phase, _ body: (inout Relaxer) throws -> T) rethrows -> T {
    guard phase.dynamics.isComplex else { return try body(&relaxer) }
    precondition(complexRelaxer != nil, "a complex phase of a rule that has none")
    return try body(&complexRelaxer!)
  }
}

/// What a rule makes of a batch after its first phase: contrasts, one after the other, each to be learned from before the
/// next is asked for.
public struct Lesson {
  private let method: Method
  let plan: [Phase]
  private let form: ContrastForm
  private let clamped: Clamped
  private(set) var ends: [Settled]
  /// Where the run's chains are: at the end of the step where they go on from there.
  public private(set) var chains: State?
  /// The phase in whose iterations the parameters learn.
  private var path: Trajectory?
  private var isOver = false
  /// For each row whether it broke the rule's promise, once the lesson is over; empty where the output is not computed.
  public private(set) var violations: [Bool] = []

  /// The end of a phase, once it is there.
  public func end(of phase: Int) -> Settled { ends[phase] }

  /// The ends of the phases after the first, in order, as far as they are there; without those that left the states as
  /// they were.
  public var phases: [Settled] {
    ends.indices.dropFirst().filter { !plan[$0].dynamics.isStill }.map { ends[$0] }
  }

  fileprivate init(
    _ method: Method, from free: Settled, sign: Double, clamped: Clamped, chains: consuming State?
  ) {
    self.method = method
    self.clamped = clamped
    self.chains = consume chains
    let (rule, scheme) = (method.procedure.rule, method.procedure.scheme)
    plan = rule.phases(scheme, sign: sign)
    form = rule.contrast(scheme, sign: sign)
    ends = [free]
  }

  /// The next contrast; nil when there is nothing more to learn.
  public mutating func next(_ parameters: Parameters) throws -> Contrast? {
    if isOver { return nil }
    switch form.learns {
    case .once:
      try runPhases(plan.count, parameters)
      violations = try method.violations(plan, form, ends: ends, clamped: clamped, parameters: parameters)
      var contrast = form.contrast(of: ends, clamped: clamped)
      if form.offsets != nil { try method.center(&contrast, clamped) }
      contrast.weigh(clamped.weights)
      if method.procedure.scheme.nudging.reject { try method.reject(violations, from: &contrast, clamped) }
      isOver = true
      return contrast
    case .everyIteration:
      return try nextIteration(parameters)
    }
  }

  private mutating func nextIteration(_ parameters: Parameters) throws -> Contrast? {
    let last = plan.count - 1
    try runPhases(last, parameters)
    var path =
      try path
      ?? method.begin(plan[last], number: last, ends: ends, clamped: clamped, parameters: parameters)
    guard !path.isOver else {
      ends.append(try method.end(&path, parameters))
      violations = try method.violations(plan, form, ends: ends, clamped: clamped, parameters: parameters)
      (isOver, self.path) = (true, nil)
      return nil
    }
    let isBegun = self.path != nil
    // Nobody else may hold the states while they are changed in place.
    self.path = nil
    if isBegun { try method.refresh(&path, parameters) }
    let before = path.state
    try method.iterate(&path, parameters)
    try method.complete(&path, parameters)
    self.path = path
    var contrast = Contrast(path.state, minus: before, over: form.strength, clamped: clamped)
    contrast.weigh(clamped.weights)
    return contrast
  }

  /// Runs those of the first phases that have not ended.
  private mutating func runPhases(_ count: Int, _ parameters: Parameters) throws {
    for number in ends.count..<max(count, ends.count) {
      let isOfChains = plan[number].origin == .chains
      // Nobody else may hold what is moved in place.
      let start = isOfChains ? chains.take() : nil
      ends.append(
        try method.run(
          plan[number], number: number, from: consume start, ends: ends, clamped: clamped,
          parameters: parameters
        ))
      if isOfChains { chains = ends[number].state }
    }
  }
}
