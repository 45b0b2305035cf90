import EnergyModels
import Tensors

/// Moves the states of a portion by any `Dynamics`, iteration by iteration until they rest, or in one pass.
///
/// It owns the room that a phase works in and the order of its sweeps, so that an iteration allocates next to nothing;
/// nothing else in it outlives a phase.
final class Relaxer {
  let portion: Portion
  let relaxation: Relaxation
  let neighbours: any Neighbours
  let precision: Precision
  /// Rows of its matrices: examples at most, or twice as many for complex states.
  let capacity: Int
  /// What one iteration moves together, one set of layers after the other: all at once, or colour by colour.
  private let sweep: [LayerSet]
  /// The output, where it is a read-out.
  private let readOut: LayerSet?
  /// The sweep without the output.
  private let hiddenSweep: [LayerSet]
  /// The layers one by one from the input upwards.
  private let ascending: [LayerSet]
  /// The drive of each layer of the portion.
  private var drives: [Matrix]
  /// For each layer of the portion and each of its sources the partial drives, where there are any.
  private var partials: [[PartialDrives?]]
  /// For each connection from a free layer of another portion what it sends down.
  private var descending: [PartialDrives]
  /// Where the next states are written while the present ones are still read.
  private var next: State
  /// For each pooled connection what it computes before and after pooling.
  var pools: [(values: Matrix, pooled: Matrix)]
  /// Whether that, and the slopes, are those of the present states.
  var isPooled: [Bool]

  init(
    portion: Portion, relaxation: Relaxation, rows: Int, precision: Precision, neighbours: any Neighbours
  ) {
    self.portion = portion
    self.relaxation = relaxation
    self.neighbours = neighbours
    self.precision = precision
    capacity = rows
    next = State(rows: rows, portion: portion, precision: precision, holdsPools: false)
    pools = portion.pooled.map {
      Parameters.poolRoom($0, of: portion, rows: rows, precision: precision)
    }
    isPooled = portion.pooled.map { _ in false }
    let all = Array(1...portion.network.depth)
    let sets =
      switch relaxation.updates {
      case .euler: [all]
      case .evenOdd, .overRelaxed: portion.network.colours
      }
    let depth = portion.network.depth
    // A read-out tells of the states as they are after each sweep.
    let hidden = sets.map { $0.filter { $0 < depth || !portion.network.hasReadOut } }
    let sweeps = hidden.filter { !$0.isEmpty } + (portion.network.hasReadOut ? [[depth]] : [])
    sweep = sweeps.map { LayerSet($0, portion: portion) }
    readOut = portion.network.hasReadOut ? LayerSet([depth], portion: portion) : nil
    hiddenSweep = sets.map { $0.filter { $0 < portion.network.depth } }.filter { !$0.isEmpty }
      .map { LayerSet($0, portion: portion) }
    ascending = all.map { LayerSet([$0], portion: portion) }
    drives = portion.layers.map {
      Matrix(
        rows: rows * portion.network.positions($0), columns: portion.units($0).count, precision: precision)
    }
    partials = portion.layers.map { k in
      portion.sources(of: k).map {
        $0.isPartial || $0.isElsewhere
          ? Parameters.partialDrives(
            into: k, from: $0.layer, of: portion, rows: rows, precision: precision) : nil
      }
    }
    descending = portion.descending.map {
      let connection = portion.network.connections[$0]
      return Parameters.partialDrives(
        into: connection.source, from: connection.target, of: portion, rows: rows, precision: precision)
    }
  }

  /// Completes the states that a free phase starts from, here and in the neighbours' layers.
  func begin(_ start: State, clamped: Clamped, parameters: Parameters) throws -> State {
    switch relaxation.start {
    case .zero: return start
    case .persistent: return try share(start, layers: Array(1...portion.network.depth), rows: [clamped.rows])
    case .forward:
      let guess = ForwardPass(network: portion.network, showsStates: false)
      return try pass(upwards: true, start, guess, clamped: clamped, parameters: parameters).state
    }
  }

  /// Hands ρ of some layers to whoever needs it and takes in theirs.
  func share(_ start: State, layers: [Int], rows: [Range<Int>]) throws -> State {
    var state = start
    for k in layers where portion.holds(k) {
      try neighbours.send(.activity(k), state.activity(k), rows: places(k, rows))
    }
    for k in layers where state.known.contains(k) { try receiveActivity(k, into: &state, rows: rows) }
    return state
  }

  /// Moves the layers one by one, once, from the input upwards or from the output downwards.
  func pass(
    upwards: Bool, _ start: State, _ dynamics: any Dynamics, clamped: Clamped, parameters: Parameters
  ) throws -> Settled {
    var state = start
    var progress = Progress(shards: clamped.shards, tolerance: nil)
    var residuals = Array(repeating: 0.0, count: clamped.shards.count - 1)
    let moment = Moment(dynamics: dynamics, clamped: clamped, progress: progress, half: capacity / 2)
    isPooled = isPooled.map { _ in false }
    for layers in upwards ? ascending : ascending.reversed() {
      try move(layers, of: &state, moment, parameters, &residuals)
    }
    _ = progress.advance(residuals: residuals)
    try completePools(of: &state, moment, parameters)
    try neighbours.finish()
    return settled(state, progress, residuals: [], isComplex: false)
  }

  /// Iterates until every shard has settled or the iterations are used up.
  ///
  /// - Parameter holdsOutput: leaves the output's states as they are.
  func relax(
    _ start: State, _ dynamics: any Dynamics, for duration: Duration, clamped: Clamped,
    parameters: Parameters,
    holdsOutput: Bool = false
  ) throws -> Settled {
    var state = start
    var progress = Progress(shards: clamped.shards, tolerance: duration.tolerance)
    var residuals = Array(repeating: 0.0, count: clamped.shards.count - 1)
    let half = capacity / 2
    var moment = Moment(dynamics: dynamics, clamped: clamped, progress: progress, half: half)
    let whole = moment
    isPooled = isPooled.map { _ in false }
    if let readOut, dynamics.readsOut { try move(readOut, of: &state, moment, parameters, &residuals) }
    for _ in 0..<duration.atMost where !progress.isOver {
      for piece in progress.pieces { residuals[piece.shard] = 0 }
      for layers in holdsOutput ? hiddenSweep : sweep {
        try move(layers, of: &state, moment, parameters, &residuals)
      }
      if duration.tolerance != nil { try neighbours.maximum(&residuals) }
      let rested = progress.advance(residuals: residuals)
      guard !rested.isEmpty else { continue }
      // A settled shard's rows are written no more: both copies must hold them.
      for rows in rested {
        for rows in dynamics.isComplex ? [rows, rows.shifted(by: half)] : [rows] {
          for k in portion.layers { next[k].copy(rows: rows.times(network.positions(k)), from: state[k]) }
        }
      }
      moment = Moment(dynamics: dynamics, clamped: clamped, progress: progress, half: half)
    }
    // Rows that rested early were pooled before the last of their layers moved.
    if duration.tolerance != nil { isPooled = isPooled.map { _ in false } }
    try completePools(of: &state, whole, parameters)
    try neighbours.finish()
    return settled(state, progress, residuals: residuals, isComplex: dynamics.isComplex)
  }

  private func settled(_ state: State, _ progress: Progress, residuals: [Double], isComplex: Bool) -> Settled
  {
    var progress = progress
    var divergedLayers: Set<Int> = []
    for shard in 0..<progress.bounds.count - 1 {
      let rows = progress.bounds[shard]..<progress.bounds[shard + 1]
      let parts = isComplex ? [rows, rows.shifted(by: capacity / 2)] : [rows]
      for k in portion.layers where !parts.allSatisfy({ isFinite(state[k], layer: k, rows: $0) }) {
        progress.markDiverged(shard)
        divergedLayers.insert(k)
      }
    }
    return Settled(
      state: state, outcomes: progress.outcomes, iterations: progress.iterations,
      residual: residuals.max() ?? 0, divergedLayers: divergedLayers)
  }
}

extension Relaxer {
  /// Moves some layers at once, each from its neighbours' present states; the neighbours' share of the same layers
  /// has arrived when it returns.
  ///
  /// What others wait for leaves first: partial drives, then the layers at the border, each as soon as it is done.
  private func move(
    _ layers: LayerSet, of state: inout State, _ moment: Moment, _ parameters: Parameters,
    _ residuals: inout [Double]
  ) throws {
    try pool(layers, of: &state, moment, parameters)
    for place in layers.descending { try sendDrivesBelow(place, state, moment, parameters) }
    for k in layers.mine { try sendPartialDrives(into: k, state, moment, parameters) }
    for k in layers.mine {
      try update(k, state, moment, parameters, &residuals)
      try neighbours.send(.activity(k), next.activity(k), rows: places(k, moment.rows))
    }
    for k in layers.mine { swap(&state[k], &next[k]) }
    for k in layers.known { try receiveActivity(k, into: &state, rows: moment.rows) }
    for place in layers.pooledAbove { isPooled[place] = false }
  }

  /// What others compute of the drive is taken in when its turn comes, after what is computed here.
  private func update(
    _ k: Int, _ state: State, _ moment: Moment, _ parameters: Parameters, _ residuals: inout [Double]
  ) throws {
    let place = k - portion.layers.lowerBound
    for rows in moment.rows {
      // Bias and input are real: imaginary parts have none.
      let isReal = rows.lowerBound < moment.clamped.rows.upperBound
      try parameters.setDrive(
        &drives[place], of: k, state: state, clamped: moment.clamped,
        partials: { source, use in
          // All rows arrive in one message.
          if source.isPooled, let pool = portion.pool(into: k, from: source.layer) {
            return use(&pools[pool].pooled)
          }
          let index = self.index(of: source, into: k)
          if rows == moment.rows[0] {
            try neighbours.receive(
              .partialDrives(into: k, from: source.layer), into: &partials[place][index]!,
              rows: places(k, moment.rows))
          }
          use(&partials[place][index]!)
        }, rows: rows,
        parts: isReal ? moment.dynamics.parts : moment.dynamics.parts.subtracting(.constant))
    }
    for piece in moment.progress.pieces {
      let residual = moment.dynamics.move(
        k, from: state[k], drive: drives[place], rows: piece.rows.times(network.positions(k)),
        units: portion.units(k), to: &next[k])
      residuals[piece.shard] = max(residuals[piece.shard], residual)
    }
  }

  private func sendDrivesBelow(
    _ place: Int, _ state: State, _ moment: Moment, _ parameters: Parameters
  ) throws {
    guard moment.dynamics.parts.contains(.above) else { return }
    let connection = portion.network.connections[portion.descending[place]]
    let (j, k) = (connection.source, connection.target)
    for rows in moment.rows {
      parameters.setPartialDrives(&descending[place], into: j, from: k, state: state, rows: rows)
    }
    try neighbours.send(.partialDrives(into: j, from: k), descending[place], rows: places(j, moment.rows))
  }

  private func sendPartialDrives(
    into k: Int, _ state: State, _ moment: Moment, _ parameters: Parameters
  ) throws {
    let place = k - portion.layers.lowerBound
    for (i, source) in portion.sources(of: k).enumerated()
    where source.isPartial && !source.isElsewhere && moment.counts(source) {
      for rows in moment.rows {
        parameters.setPartialDrives(
          &partials[place][i]!, into: k, from: source.layer, state: state, rows: rows)
      }
      try neighbours.send(
        .partialDrives(into: k, from: source.layer), partials[place][i]!, rows: places(k, moment.rows))
    }
  }

  private func index(of source: Source, into k: Int) -> Int {
    guard let index = portion.sources(of: k).firstIndex(of: source) else {
      preconditionFailure("a source that drives the layer")
    }
    return index
  }

  private func receiveActivity(_ k: Int, into state: inout State, rows: [Range<Int>]) throws {
    try state[k].withActivity { try neighbours.receive(.activity(k), into: &$0, rows: places(k, rows)) }
  }

  private func isFinite(_ layer: LayerState, layer k: Int, rows: Range<Int>) -> Bool {
    layer.states.isFinite(rows: rows.times(network.positions(k)), columns: portion.units(k))
  }

  var network: Network { portion.network }

  /// The rows of layer k's positions in some examples.
  private func places(_ k: Int, _ rows: [Range<Int>]) -> [Range<Int>] {
    rows.map { $0.times(network.positions(k)) }
  }
}

extension Relaxer {
  /// d − y where the output is computed.
  func outputForce(_ state: State, clamped: Clamped) -> (layer: Int, Matrix)? {
    let k = portion.network.depth
    guard portion.holds(k), let targets = clamped.targets else { return nil }
    var force = Matrix(rows: targets.rows, columns: targets.columns, precision: precision)
    force.setDifference(of: targets, state[k].states, rows: clamped.rows, columns: 0..<targets.columns)
    return (k, force)
  }
}
