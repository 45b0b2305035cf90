import EnergyModels
import Tensors

/// Lets the states of a portion settle towards a minimum of the total energy F = E + βC.
///
/// It owns the room that a phase works in, so that a step allocates little; nothing in it outlives a phase.
final class Relaxer {
  private let portion: Portion
  private let relaxation: Relaxation
  private let neighbours: any Neighbours
  /// Layers updated together, one set after the other: all at once, or the even ones and then the odd.
  private let sweep: [[Int]]
  private var drives: [Int: Matrix] = [:]
  private var partials: [Parcel: PartialDrives] = [:]
  /// Where the next states are written while the present ones are still read.
  private var next: State

  init(portion: Portion, relaxation: Relaxation, rows: Int, precision: Precision, neighbours: any Neighbours)
  {
    self.portion = portion
    self.relaxation = relaxation
    self.neighbours = neighbours
    let all = Array(1...portion.network.depth)
    switch relaxation.updates {
    case .euler: sweep = [all]
    case .evenOdd: sweep = [all.filter { $0 % 2 == 0 }, all.filter { $0 % 2 == 1 }].filter { !$0.isEmpty }
    }
    next = State(rows: rows, portion: portion, precision: precision)
    for k in portion.layers {
      drives[k] = Matrix(rows: rows, columns: portion.units(k).count, precision: precision)
      for j in portion.neighbours(of: k) where portion.isPartial(into: k, from: j) {
        partials[.partialDrives(into: k, from: j)] = Parameters.partialDrives(
          into: k, of: portion, rows: rows, precision: precision)
      }
    }
  }

  /// Completes the states that a free phase starts from, here and in the neighbours' layers.
  func begin(_ start: State, clamped: Clamped, parameters: Parameters) throws -> State {
    var state = start
    let rows = [clamped.rows]
    switch relaxation.start {
    case .zero: break
    case .persistent:
      for k in border(first: portion.layers) {
        try neighbours.send(.activity(k), state.activity(k), rows: rows)
      }
      for k in state.known {
        try state[k].withActivity { try neighbours.receive(.activity(k), into: &$0, rows: rows) }
      }
    case .forward:
      for k in 1...portion.network.depth {
        let phase = Moment(move: .forward, beta: 0, runs: rows, pieces: [(0, clamped.rows)], belowOnly: true)
        var residuals = [0.0]
        try move([k], of: &state, phase, clamped, parameters, &residuals)
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
    let move: Move = relaxation.updates == .euler ? .euler : .minimize
    for _ in 0..<duration.atMost where !progress.isOver {
      let moment = Moment(
        move: move, beta: beta, runs: progress.runs, pieces: progress.pieces, belowOnly: false)
      var residuals = Array(repeating: 0.0, count: clamped.shards.count - 1)
      for layers in sweep { try self.move(layers, of: &state, moment, clamped, parameters, &residuals) }
      if duration.tolerance != nil { try neighbours.maximum(&residuals) }
      // A settled shard's rows are written no more: both copies must hold them.
      for rows in progress.advance(residuals: residuals) {
        for k in portion.layers { next[k].copy(rows: rows, from: state[k]) }
      }
    }
    for shard in 0..<clamped.shards.count - 1
    where !isFinite(state, rows: clamped.shards[shard]..<clamped.shards[shard + 1]) {
      progress.markDiverged(shard)
    }
    return Settled(state: state, outcomes: progress.outcomes, iterations: progress.iterations)
  }
}

/// What is the same for every layer moved in one iteration.
private struct Moment {
  var move: Move
  var beta: Double
  /// Rows that products are taken over.
  var runs: [Range<Int>]
  /// Rows whose residuals are told apart.
  var pieces: [(shard: Int, rows: Range<Int>)]
  /// Whether a layer sees only the one below it.
  var belowOnly: Bool
}

extension Relaxer {
  /// Moves some layers at once, each from its neighbours' present states; the neighbours' share of the same layers
  /// has arrived when it returns.
  ///
  /// What others wait for leaves first: partial drives, then the layers at the border, each as soon as it is done.
  private func move(
    _ layers: [Int], of state: inout State, _ moment: Moment, _ clamped: Clamped,
    _ parameters: Parameters, _ residuals: inout [Double]
  ) throws {
    let mine = layers.filter(portion.holds)
    for k in mine { try sendPartialDrives(into: k, state, moment, parameters) }
    for k in border(first: mine.filter(portion.slicing.isCut) + mine.filter { !portion.slicing.isCut($0) }) {
      try receivePartialDrives(into: k, moment)
      try update(k, state, moment, clamped, parameters, &residuals)
      try neighbours.send(.activity(k), next.activity(k), rows: moment.runs)
    }
    for k in mine { swap(&state[k], &next[k]) }
    for k in layers where state.known.contains(k) {
      try state[k].withActivity { try neighbours.receive(.activity(k), into: &$0, rows: moment.runs) }
    }
  }

  private func update(
    _ k: Int, _ state: State, _ moment: Moment, _ clamped: Clamped, _ parameters: Parameters,
    _ residuals: inout [Double]
  ) throws {
    let isOutput = k == portion.network.depth
    let update = LayerUpdate(
      move: moment.move, curve: portion.network.activation(k).curve, step: relaxation.step,
      beta: isOutput ? moment.beta : 0, targets: isOutput ? clamped.targets : nil)
    for rows in moment.runs {
      parameters.setDrive(
        &drives[k]!, of: k, state: state, clamped: clamped,
        partials: { partials[.partialDrives(into: k, from: $0)] }, rows: rows, fromBelowOnly: moment.belowOnly
      )
    }
    for (shard, rows) in moment.pieces {
      let residual = next[k].apply(
        update, to: state[k], drive: drives[k]!, rows: rows, columns: portion.units(k))
      residuals[shard] = max(residuals[shard], residual)
    }
  }

  private func sendPartialDrives(
    into k: Int, _ state: State, _ moment: Moment, _ parameters: Parameters
  ) throws {
    for j in portion.neighbours(of: k) where j < k || !moment.belowOnly {
      let parcel = Parcel.partialDrives(into: k, from: j)
      guard partials[parcel] != nil else { continue }
      for rows in moment.runs {
        parameters.setPartialDrives(&partials[parcel]!, into: k, from: j, state: state, rows: rows)
      }
      try neighbours.send(parcel, partials[parcel]!, rows: moment.runs)
    }
  }

  private func receivePartialDrives(into k: Int, _ moment: Moment) throws {
    for j in portion.neighbours(of: k) where j < k || !moment.belowOnly {
      let parcel = Parcel.partialDrives(into: k, from: j)
      guard partials[parcel] != nil else { continue }
      try neighbours.receive(parcel, into: &partials[parcel]!, rows: moment.runs)
    }
  }

  /// The portion's outermost layers first: other stages wait for them.
  private func border(first layers: some Sequence<Int>) -> [Int] {
    let outer = layers.filter { $0 == portion.layers.lowerBound || $0 == portion.layers.upperBound }
    return outer + layers.filter { !outer.contains($0) }
  }

  private func isFinite(_ state: State, rows: Range<Int>) -> Bool {
    portion.layers.allSatisfy { state[$0].states.isFinite(rows: rows, columns: portion.units($0)) }
  }
}
