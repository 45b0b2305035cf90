import DataSets
import EnergyModels
import EquilibriumPropagation
import Tensors

extension Inspection {
  /// The numbers of an example's input, as the network gets them without augmentation.
  public func input(_ example: Int, of examples: ShardExamples) -> [Double] {
    row(example, of: examples).row(0)
  }

  /// The numbers of an input before they were normalised.
  public func brightness(of input: [Double]) -> [Double] {
    let (values, channels) = (data.values(.float64), data.extents[2])
    return input.enumerated().map { values.divided($1, channel: $0 % channels) }
  }

  private func row(_ example: Int, of examples: ShardExamples) -> Matrix {
    precondition((0..<examples.count).contains(example), "an example of the split")
    var input = Matrix(rows: 1, columns: network.inputs, precision: parameters.precision)
    data.values(parameters.precision).set(&input, row: 0, to: example, of: examples)
    return input
  }

  /// What one example clamps: its input and its target, as a batch of one row.
  public func clamp(_ example: Int, of examples: ShardExamples) -> Clamped {
    let label = Int(examples.labels[example])
    let targets = Matrix(rows: 1, columns: network.units(network.depth), precision: parameters.precision) {
      $1 == label ? 1 : 0
    }
    return Clamped(
      shards: [0, 1], input: row(example, of: examples), targets: targets, parameters: parameters)
  }

  /// Relaxes one example, free and then as the rule learns, and keeps what every iteration left: the same bits as whole
  /// phases.
  ///
  /// nil where the run's rule is feed-forward and nothing relaxes.
  public func trace(_ clamped: Clamped) throws -> RelaxationTrace? {
    guard let kinds = run.tracedPhases else { return nil }
    let tracer = Tracer(inspection: self, clamped: clamped)
    let start = State(rows: 1, portion: parameters.portion, precision: parameters.precision)
    let (free, state) = try tracer.trace(.free, from: start)
    return RelaxationTrace(phases: [free] + (try kinds.map { try tracer.trace($0, from: state).phase }))
  }
}

/// Runs the phases of one example an iteration at a time.
private struct Tracer {
  let inspection: Inspection
  let clamped: Clamped

  private var network: Network { inspection.network }

  /// A phase of at most so many iterations, with the tolerance that ends the whole one.
  private func phases(_ whole: Duration, atMost: Int) -> Phases {
    var relaxation = inspection.relaxation
    relaxation.free = Duration(atMost: atMost, tolerance: whole.tolerance)
    relaxation.nudged = relaxation.free
    return Phases(
      portion: inspection.parameters.portion, relaxation: relaxation, rows: 1,
      precision: inspection.parameters.precision, neighbours: Alone())
  }

  func trace(
    _ kind: RelaxationTrace.Kind, from state: State
  ) throws -> (phase: RelaxationTrace.Phase, end: State) {
    let whole = kind == .free ? inspection.relaxation.free : inspection.relaxation.nudged
    var state = try start(kind, from: state, phases(whole, atMost: 0)).state
    let single = phases(whole, atMost: 1)
    var phase = RelaxationTrace.Phase(
      kind: kind, moments: [moment(0, state, residual: nil)], outcome: .exhausted)
    for iteration in 0..<whole.atMost where phase.outcome == .exhausted {
      let settled = try move(kind, from: state, single)
      state = settled.state
      phase.outcome = settled.outcomes[0]
      phase.moments.append(moment(iteration + 1, state, residual: settled.residual))
    }
    return (phase, state)
  }

  /// The state in which a phase begins.
  private func start(_ kind: RelaxationTrace.Kind, from state: State, _ phases: Phases) throws -> Settled {
    switch kind {
    case .free:
      try phases.free(from: state, clamped: clamped, parameters: inspection.parameters)
    case .nudged(let beta):
      try phases.nudged(from: state, beta: beta, clamped: clamped, parameters: inspection.parameters)
    case .clamped(let share):
      try phases.clampedOutput(
        from: state, share: share, clamped: clamped, parameters: inspection.parameters)
    }
  }

  /// One iteration.
  private func move(_ kind: RelaxationTrace.Kind, from state: State, _ phases: Phases) throws -> Settled {
    switch kind {
    // A free phase that goes on, wherever the run's own would start.
    case .free: try start(.nudged(beta: 0), from: state, phases)
    case .nudged: try start(kind, from: state, phases)
    // The output stands where it is held.
    case .clamped: try start(.clamped(share: 0), from: state, phases)
    }
  }

  private func moment(_ iteration: Int, _ state: State, residual: Double?) -> RelaxationTrace.Moment {
    guard let targets = clamped.targets else { preconditionFailure("a whole network has targets") }
    return RelaxationTrace.Moment(
      iteration: iteration,
      energy: inspection.parameters.energy(state: state, clamped: clamped, rows: 0..<1),
      cost: network.cost.value(outputs: state[network.depth].states, targets: targets, rows: 0..<1),
      residual: residual,
      states: (1...network.depth).map { k in
        (0..<network.positions(k)).flatMap { state[k].states.row($0) }
      })
  }
}
