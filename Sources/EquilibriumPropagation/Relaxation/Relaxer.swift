import EnergyModels
import Tensors

/// Moves the states of a portion through phases, iteration by iteration.
///
/// It owns the room that a phase works in and the order of its sweeps, so that an iteration allocates next to nothing;
/// nothing else in it outlives a phase. Relaxer and trajectory are values that change in place: as objects, each use of
/// their parts was checked and counted anew, 8 % of a small step.
struct Relaxer {
  let portion: Portion
  let relaxation: Relaxation
  let neighbours: any Neighbours
  let precision: Precision
  /// Rows of its matrices: examples at most, or twice as many for complex states.
  let capacity: Int
  /// What one iteration moves together, one set of layers after the other, in each order of sweeps: of all layers, without
  /// the output, without the input, and without both.
  private let sweeps: [[[LayerSet]]]
  /// The output, where it is a read-out.
  private let readOut: LayerSet?
  /// The layers that move, one by one from the input upwards, and without the output.
  private let ascending: [LayerSet]
  private let ascendingBelow: [LayerSet]
  /// The drive of each layer of the portion.
  var drives: [Matrix]
  /// For each layer of the portion and each of its drivers the partial drives, where there are any.
  var partials: [[PartialDrives?]]
  /// For each connection from a layer of states of another portion what it sends down.
  var descending: [PartialDrives]
  /// Of a phase that holds the input and has several iterations what that sends with the bias into a layer.
  var heldDrives: [Int: Matrix] = [:]
  /// Where the next states are written while the present ones are still read.
  var next: State
  /// For each pooled connection what it computes before and after pooling.
  var pools: [(values: Matrix, pooled: Matrix)]
  /// Whether that, and the slopes, are those of the present states.
  var isPooled: [Bool]
  /// Where states are proposed.
  var room: ProposalRoom?
  /// The wrong labels that a read-out here has drawn.
  var drawn: Matrix?

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
    let (network, output) = (portion.network, portion.network.output)
    sweeps = SweepOrder.allCases.map { order in
      let sets = relaxation.updates.sets(network, in: order)
      return [[], [output], [0], [0, output]].map { held in
        sets.map { $0.filter { !held.contains($0) } }.filter { !$0.isEmpty }
          .map { LayerSet($0, portion: portion) }
      }
    }
    readOut = network.hasReadOut ? LayerSet([output], portion: portion) : nil
    ascending = (1...network.depth).filter { !portion.network.isClamped($0) }
      .map { LayerSet([$0], portion: portion) }
    ascendingBelow = (1..<max(network.depth, 1)).filter { !portion.network.isClamped($0) }
      .map { LayerSet([$0], portion: portion) }
    drives = portion.layers.map {
      Matrix(rows: rows * network.positions($0), columns: portion.units($0).count, precision: precision)
    }
    partials = portion.layers.map { k in
      portion.drivers(of: k).map {
        $0.isPartial || $0.isElsewhere
          ? Parameters.partialDrives(
            into: k, from: $0.layer, of: portion, rows: rows, precision: precision) : nil
      }
    }
    room =
      relaxation.updates == .mala
      ? ProposalRoom(portion, rows: rows, precision: precision, drives: drives) : nil
    descending = portion.descending.map {
      let connection = network.connections[$0]
      return Parameters.partialDrives(
        into: connection.source, from: connection.target, of: portion, rows: rows, precision: precision)
    }
  }

  var network: Network { portion.network }

  /// All layers, where they move at once.
  var allAtOnce: LayerSet? { sweeps[0][0].count == 1 ? sweeps[0][0][0] : nil }
}

extension Updates {
  /// The layers that move together in an iteration, one set after the other; a read-out tells of the states as they are
  /// after each sweep.
  public func sets(_ network: Network, in order: SweepOrder = .evenOdd) -> [[Int]] {
    let (output, hasReadOut) = (network.output, network.hasReadOut)
    let sets = alternates ? order.sets(network) : [Array(network.states)]
    return sets.map { $0.filter { ($0 != output || !hasReadOut) && !network.isClamped($0) } }
      .filter { !$0.isEmpty }
      + (hasReadOut ? [[output]] : [])
  }
}

extension Relaxer {
  /// Runs a phase to its end.
  mutating func run(
    _ phase: Phase, from start: consuming State, instant: Instant, ends: [Settled], clamped: Clamped,
    parameters: Parameters
  ) throws -> Settled {
    var path = try begin(
      phase, from: consume start, instant: instant, ends: ends, clamped: clamped, parameters: parameters)
    while !path.isOver { try iterate(&path, parameters) }
    return try end(&path, parameters)
  }

  /// Completes the states that a phase starts from, here and in the neighbours' layers.
  ///
  /// What nobody else holds of these states is moved itself; the rest is copied when it moves.
  mutating func begin(
    _ phase: Phase, from start: consuming State, isCarriedOn: Bool = false, instant: Instant, ends: [Settled],
    clamped: Clamped,
    parameters: Parameters
  ) throws -> Trajectory {
    var scene = Scene(
      portion: portion, rows: capacity, precision: precision, clamped: clamped, ends: ends)
    if network.activation(network.output).isCategorical, portion.holds(network.output) {
      scene.classBias = parameters[bias: network.output]
    }
    heldDrives = [:]
    if phase.dynamics.isComplex { start = start.complex }
    if phase.origin == .batch, phase.labels == nil {
      start = try begin(consume start, instant: instant, clamped: clamped, parameters: parameters)
    }
    if isCarriedOn { start = try share(consume start, layers: Array(network.states), rows: [clamped.rows]) }
    if let labels = phase.labels, labels != .each {
      start = try show(labels, consume start, iteration: 0, clamped: clamped)
    }
    if let share = phase.held { start = try hold(consume start, at: share, clamped: clamped) }
    var path = Trajectory(phase, scene: scene, from: consume start, instant: instant)
    try follow(&path, isPooled: takePools(phase, ends), parameters)
    return path
  }

  /// Brings what follows from the states up to date, where the parameters have changed.
  mutating func refresh(_ path: inout Trajectory, _ parameters: Parameters) throws {
    try follow(&path, isPooled: false, parameters)
  }

  /// - Parameter isPooled: whether what was pooled is of the states as they are.
  private mutating func follow(
    _ path: inout Trajectory, isPooled: Bool, _ parameters: Parameters
  ) throws {
    self.isPooled = self.isPooled.map { _ in isPooled }
    if let readOut, path.phase.dynamics.readsOut { try move(readOut, &path, parameters) }
    if let chain = path.adjusted { try evaluate(chain, &path, parameters) }
  }

  /// One iteration: every set of layers once.
  mutating func iterate(_ path: inout Trajectory, _ parameters: Parameters) throws {
    let hasTolerance = path.phase.duration.tolerance != nil
    if path.phase.labels == .each {
      path.state = try show(
        .each, path.state, iteration: path.instant.iteration, clamped: path.clamped)
    }
    if path.phase.order == .apart {
      for k in portion.layers where !network.isClamped(k) {
        update(k, &path)
        path.state.swapLayer(k, with: &next)
      }
    }
    for stretch in path.progress.moving { path.residuals[stretch.shard] = 0 }
    let sets: [LayerSet] =
      switch path.phase.order {
      case .sweeps: sweeps[path.phase.sweep.place][path.phase.heldEnds]
      case .upwards: path.phase.movesOutput ? ascending : ascendingBelow
      case .apart: []
      case .downwards: ascending.reversed()
      }
    for layers in sets {
      if let chain = path.adjusted {
        try propose(layers, chain, &path, parameters)
      } else {
        try move(layers, &path, parameters)
      }
    }
    if hasTolerance { try neighbours.maximum(&path.residuals) }
    let moved = path.rows
    let rested = path.progress.advance(residuals: path.residuals)
    path.instant.iteration += 1
    if path.keeper.isKeeping {
      // What is averaged is what kernels see.
      if path.phase.keeps.averages { try completePools(&path, parameters) }
      path.keeper.see(path.state, iteration: path.instant.iteration - 1, moved: moved)
    }
    guard !rested.isEmpty else { return }
    // A settled shard's rows are written no more: both copies must hold them.
    for rows in rested.flatMap(path.parts) {
      for k in portion.layers {
        next[k].copy(rows: rows.times(network.positions(k)), from: path.state[k])
      }
    }
    path.setRows()
  }

  /// The end of a phase.
  mutating func end(_ path: inout Trajectory, _ parameters: Parameters) throws -> Settled {
    // Rows that rested early were pooled before the last of their layers moved.
    if path.phase.duration.tolerance != nil { isPooled = isPooled.map { _ in false } }
    try completePools(&path, parameters)
    if path.phase.labels == .neutral(draws: true) { try drawNegatives(path) }
    let classScores = try joinScores(&path)
    try neighbours.finish()
    return settled(
      path, costs: try path.keeper.costs(path.clamped, portion: portion, neighbours: neighbours),
      weights: try path.keeper.weights(
        path.motion.logWeights, rows: path.clamped.rows.count, slices: portion.slicing.slices,
        neighbours: neighbours), classScores: classScores)
  }

  /// Brings together what classes are worth, on every portion alike by one maximum, and answers by it.
  private func joinScores(_ path: inout Trajectory) throws -> ClassScores? {
    guard var scores = path.motion.classScores else { return nil }
    try neighbours.maximum(&scores.values)
    let k = network.output
    if portion.holds(k), !precision.isHollow {
      for row in path.clamped.rows {
        for (column, share) in scores.probabilities(row: row).enumerated() {
          path.state[k].states[row, column] = share
        }
      }
    }
    return scores
  }

  private func settled(
    _ path: Trajectory, costs: [[Double]], weights: [[Double]]?, classScores: ClassScores?
  ) -> Settled {
    var progress = path.progress
    var divergedLayers: Set<Int> = []
    for shard in 0..<progress.bounds.count - 1 {
      let parts = path.parts(progress.bounds[shard]..<progress.bounds[shard + 1])
      for k in portion.layers where !parts.allSatisfy({ isFinite(path.state[k], layer: k, rows: $0) }) {
        progress.markDiverged(shard)
        divergedLayers.insert(k)
      }
    }
    return Settled(
      state: path.state, outcomes: progress.outcomes, iterations: progress.iterations,
      residual: path.residual, divergedLayers: divergedLayers, half: path.half,
      findings: classScores ?? path.motion.findings, acceptance: path.adjusted == nil ? nil : path.acceptance,
      kept: path.keeper.iterations(path.instant.iteration),
      averages: path.keeper.averages(progress.iterations, costs: costs, weights: weights),
      pooled: path.phase.origin == .batch && path.half == 0 ? pools.map(\.pooled) : [])
  }
}

extension Relaxer {
  /// Moves some layers at once, each from its neighbours' present states; the neighbours' share of the same layers
  /// has arrived when it returns.
  ///
  /// What others wait for leaves first: partial drives, then the layers at the border, each as soon as it is done.
  private mutating func move(_ layers: LayerSet, _ path: inout Trajectory, _ parameters: Parameters) throws {
    try pool(layers, &path, parameters)
    for index in layers.descending { try sendDrivesBelow(index, &path, parameters) }
    for k in layers.mine { try sendPartialDrives(into: k, &path, parameters) }
    for k in layers.mine {
      try setDrive(of: k, path.phase.dynamics.parts, &path, parameters)
      update(k, &path)
      try neighbours.send(.activity(k), next.activity(k), rows: positions(k, path.rows))
    }
    try take(layers, &path)
  }

  /// What some layers have moved to becomes their state, here and in the neighbours' share of them.
  mutating func take(_ layers: LayerSet, _ path: inout Trajectory) throws {
    for k in layers.mine { path.state.swapLayer(k, with: &next) }
    for k in layers.known {
      try receiveActivity(k, into: &path.state, rows: path.rows)
      guard path.phase.dynamics.takesWholeLayers else { continue }
      path.motion.take(k, &path.state[k], rows: path.rows, at: path.instant)
    }
    for pool in layers.pooledAbove { isPooled[pool] = false }
  }

  private mutating func update(_ k: Int, _ path: inout Trajectory) {
    let own = k - portion.layers.lowerBound
    for stretch in path.progress.moving {
      let residual = path.motion.move(
        k, from: path.state[k], drive: drives[own], rows: stretch.rows.times(network.positions(k)),
        units: portion.units(k), to: &next[k], at: path.instant)
      path.residuals[stretch.shard] = max(path.residuals[stretch.shard], residual)
    }
  }

  func receiveActivity(_ k: Int, into state: inout State, rows: [Range<Int>]) throws {
    try state[k].withActivity { try neighbours.receive(.activity(k), into: &$0, rows: positions(k, rows)) }
  }

  private func isFinite(_ layer: LayerState, layer k: Int, rows: Range<Int>) -> Bool {
    layer.states.isFinite(rows: rows.times(network.positions(k)), columns: portion.units(k))
  }

  /// The rows of layer k's positions in some examples.
  func positions(_ k: Int, _ rows: [Range<Int>]) -> [Range<Int>] {
    let count = network.positions(k)
    return count == 1 ? rows : rows.map { $0.times(count) }
  }
}
