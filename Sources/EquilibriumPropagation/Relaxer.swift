import EnergyModels
import Tensors

/// Lets the states of a portion settle towards a minimum of the total energy F = E + βC.
///
/// It owns the room that a phase works in and the order of its sweeps, so that an iteration allocates next to nothing;
/// nothing else in it outlives a phase.
final class Relaxer {
  private let portion: Portion
  private let relaxation: Relaxation
  private let neighbours: any Neighbours
  /// What one iteration moves together, one set of layers after the other: all at once, or the even ones, then the odd.
  private let sweep: [LayerSet]
  /// The layers one by one from the input upwards.
  private let ascending: [LayerSet]
  /// The drive of each layer of the portion.
  private var drives: [Matrix]
  /// For each layer of the portion and each of its sources the partial drives, where there are any.
  private var partials: [[PartialDrives?]]
  /// Where the next states are written while the present ones are still read.
  private var next: State

  init(
    portion: Portion, relaxation: Relaxation, rows: Int, precision: Precision, neighbours: any Neighbours
  ) {
    self.portion = portion
    self.relaxation = relaxation
    self.neighbours = neighbours
    next = State(rows: rows, portion: portion, precision: precision)
    let (all, known) = (Array(1...portion.network.depth), next.known)
    let sets =
      switch relaxation.updates {
      case .euler: [all]
      case .evenOdd: [all.filter { $0 % 2 == 0 }, all.filter { $0 % 2 == 1 }].filter { !$0.isEmpty }
      }
    sweep = sets.map { LayerSet($0, portion: portion, known: known) }
    ascending = all.map { LayerSet([$0], portion: portion, known: known) }
    drives = portion.layers.map {
      Matrix(rows: rows, columns: portion.units($0).count, precision: precision)
    }
    partials = portion.layers.map { k in
      portion.sources(of: k).map {
        $0.isPartial
          ? Parameters.partialDrives(into: k, of: portion, rows: rows, precision: precision) : nil
      }
    }
  }

  /// Completes the states that a free phase starts from, here and in the neighbours' layers.
  func begin(_ start: State, clamped: Clamped, parameters: Parameters) throws -> State {
    var state = start
    switch relaxation.start {
    case .zero: break
    case .persistent:
      for k in portion.layers { try neighbours.send(.activity(k), state.activity(k), rows: [clamped.rows]) }
      for k in state.known { try receiveActivity(k, into: &state, rows: [clamped.rows]) }
    case .forward:
      let progress = Progress(shards: clamped.shards, tolerance: nil)
      var residuals = [0.0]
      for layers in ascending {
        let moment = Moment(move: .forward, beta: 0, clamped: clamped, progress: progress)
        try move(layers, of: &state, moment, parameters, &residuals)
      }
    }
    return state
  }

  /// Iterates until every shard has settled or the iterations are used up.
  func relax(
    _ start: State, beta: Double, for duration: Duration, clamped: Clamped, parameters: Parameters
  ) throws -> Settled {
    var state = start
    var progress = Progress(shards: clamped.shards, tolerance: duration.tolerance)
    var residuals = Array(repeating: 0.0, count: clamped.shards.count - 1)
    let move: Move = relaxation.updates == .euler ? .euler : .minimize
    for _ in 0..<duration.atMost where !progress.isOver {
      for shard in residuals.indices { residuals[shard] = 0 }
      let moment = Moment(move: move, beta: beta, clamped: clamped, progress: progress)
      for layers in sweep { try self.move(layers, of: &state, moment, parameters, &residuals) }
      if duration.tolerance != nil { try neighbours.maximum(&residuals) }
      // A settled shard's rows are written no more: both copies must hold them.
      for rows in progress.advance(residuals: residuals) {
        for k in portion.layers { next[k].copy(rows: rows, from: state[k]) }
      }
    }
    for shard in residuals.indices
    where !isFinite(state, rows: clamped.shards[shard]..<clamped.shards[shard + 1]) {
      progress.markDiverged(shard)
    }
    return Settled(state: state, outcomes: progress.outcomes, iterations: progress.iterations)
  }
}

/// Layers that move together.
private struct LayerSet {
  /// Those of the portion: first what other stages wait for, whole layers (which wait themselves) last.
  let mine: [Int]
  /// Those whose activity is known here.
  let known: [Int]

  init(_ layers: [Int], portion: Portion, known: ClosedRange<Int>) {
    let isOuter = { $0 == portion.layers.lowerBound || $0 == portion.layers.upperBound }
    let held = layers.filter(portion.holds)
    let cut = held.filter(portion.slicing.isCut)
    let whole = held.filter { !portion.slicing.isCut($0) }
    mine = [cut, whole].flatMap { layers in layers.filter(isOuter) + layers.filter { !isOuter($0) } }
    self.known = layers.filter(known.contains)
  }
}

/// What is the same for every layer moved in one iteration.
private struct Moment {
  let move: Move
  let beta: Double
  let clamped: Clamped
  let progress: Progress

  /// The forward sweep has seen nothing above yet.
  var seesBelowOnly: Bool { move == .forward }
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
    for k in layers.mine { try sendPartialDrives(into: k, state, moment, parameters) }
    for k in layers.mine {
      try receivePartialDrives(into: k, moment)
      update(k, state, moment, parameters, &residuals)
      try neighbours.send(.activity(k), next.activity(k), rows: moment.progress.runs)
    }
    for k in layers.mine { swap(&state[k], &next[k]) }
    for k in layers.known { try receiveActivity(k, into: &state, rows: moment.progress.runs) }
  }

  private func update(
    _ k: Int, _ state: State, _ moment: Moment, _ parameters: Parameters, _ residuals: inout [Double]
  ) {
    let isOutput = k == portion.network.depth
    let update = LayerUpdate(
      move: moment.move, curve: portion.network.activation(k).curve, step: relaxation.step,
      beta: isOutput ? moment.beta : 0, targets: isOutput ? moment.clamped.targets : nil)
    let place = k - portion.layers.lowerBound
    for rows in moment.progress.runs {
      parameters.setDrive(
        &drives[place], of: k, state: state, clamped: moment.clamped,
        partials: { partials[place][$0.layer < k ? 0 : partials[place].count - 1] }, rows: rows,
        fromBelowOnly: moment.seesBelowOnly)
    }
    for piece in moment.progress.pieces {
      let residual = next[k].apply(
        update, to: state[k], drive: drives[place], rows: piece.rows, columns: portion.units(k))
      residuals[piece.shard] = max(residuals[piece.shard], residual)
    }
  }

  private func sendPartialDrives(
    into k: Int, _ state: State, _ moment: Moment, _ parameters: Parameters
  ) throws {
    let place = k - portion.layers.lowerBound
    for (i, source) in portion.sources(of: k).enumerated()
    where source.isPartial && (source.layer < k || !moment.seesBelowOnly) {
      for rows in moment.progress.runs {
        parameters.setPartialDrives(
          &partials[place][i]!, into: k, from: source.layer, state: state, rows: rows)
      }
      try neighbours.send(
        .partialDrives(into: k, from: source.layer), partials[place][i]!, rows: moment.progress.runs)
    }
  }

  private func receivePartialDrives(into k: Int, _ moment: Moment) throws {
    let place = k - portion.layers.lowerBound
    for (i, source) in portion.sources(of: k).enumerated()
    where source.isPartial && (source.layer < k || !moment.seesBelowOnly) {
      try neighbours.receive(
        .partialDrives(into: k, from: source.layer), into: &partials[place][i]!, rows: moment.progress.runs)
    }
  }

  private func receiveActivity(_ k: Int, into state: inout State, rows: [Range<Int>]) throws {
    try state[k].withActivity { try neighbours.receive(.activity(k), into: &$0, rows: rows) }
  }

  private func isFinite(_ state: State, rows: Range<Int>) -> Bool {
    portion.layers.allSatisfy { state[$0].states.isFinite(rows: rows, columns: portion.units($0)) }
  }
}
