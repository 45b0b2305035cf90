import EnergyModels
import Tensors

/// Room for states that are proposed, while those that they may replace are kept.
struct ProposalRoom {
  /// The states as they were, and what drove the portion's layers.
  var before: State
  var drives: [Matrix]
  /// Of the portion's layers with bounds: where proposals lie before they are reflected.
  var unfolded: [Matrix?]
  /// What the portion adds to F at the states as they are: rows × layers × slices.
  var energies: [Double]

  init(_ portion: Portion, rows: Int, precision: Precision, drives: [Matrix]) {
    before = State(rows: rows, portion: portion, precision: precision)
    self.drives = drives
    unfolded = zip(portion.layers, drives).map { k, drive in
      portion.network.activation(k).range == nil
        ? nil : Matrix(rows: drive.rows, columns: drive.columns, precision: precision)
    }
    energies = Array(repeating: 0, count: rows * portion.termsPerRow)
  }
}

extension Portion {
  /// Numbers that all portions together add to a sum over layers and slices.
  var termsPerRow: Int { network.states.count * slicing.slices }

  /// The place of a layer's slice among them.
  func term(_ k: Int, slice: Int) -> Int { (k - network.states.lowerBound) * slicing.slices + slice }
}

extension Relaxer {
  /// What a step costs an example that leads to where F is no number, which it then never accepts.
  private static var impossible: Double { 1e150 }
  /// What any step costs one where F is no number already: it accepts them all, so that everybody sees it diverge.
  private static var hopeless: Double { -1e300 }

  /// One iteration: all layers propose where they would go, and each example accepts all of that or nothing.
  ///
  /// The drives of the states as they are, and what these add to F, are known from the iteration before.
  mutating func propose(
    _ layers: LayerSet, _ chain: AdjustedChain, _ path: inout Trajectory, _ parameters: Parameters
  ) throws {
    guard var room else { preconditionFailure("proposals of a relaxation that has no room for them") }
    self.room = nil
    room.before.copy(examples: path.rows, from: path.state)
    swap(&drives, &room.drives)
    for k in layers.mine {
      let (own, update) = (k - portion.layers.lowerBound, chain.update(k, at: path.instant))
      for stretch in path.progress.moving {
        let residual = next[k].apply(
          update, to: path.state[k], drive: room.drives[own],
          rows: stretch.rows.times(network.positions(k)), columns: portion.units(k),
          unfolded: &room.unfolded[own])
        path.residuals[stretch.shard] = max(path.residuals[stretch.shard], residual)
      }
      try neighbours.send(.activity(k), next.activity(k), rows: positions(k, path.rows))
    }
    try take(layers, &path)
    let energies = room.energies
    self.room = room
    try evaluate(chain, &path, parameters)
    try choose(layers, chain, &path, before: energies)
  }

  /// The drives of all layers, and what they add to F, at the states as they are.
  mutating func evaluate(
    _ chain: AdjustedChain, _ path: inout Trajectory, _ parameters: Parameters
  ) throws {
    guard let layers = allAtOnce else {
      preconditionFailure("proposals of states that do not move at once")
    }
    try pool(layers, &path, parameters)
    for index in layers.descending { try sendDrivesBelow(index, &path, parameters) }
    for k in layers.mine { try sendPartialDrives(into: k, &path, parameters) }
    for k in layers.mine {
      try setDrive(of: k, [.constant, .below], &path, parameters)
      let (own, update) = (k - portion.layers.lowerBound, chain.update(k, at: path.instant))
      for term in terms(of: k, path.rows) {
        room?.energies[term.place] = update.energy(
          of: path.state[k], driveFromBelow: drives[own], driveFrom: term.driveFrom, rows: term.rows,
          units: term.units)
      }
      try addDrives(of: k, .above, &path, parameters)
    }
  }

  /// Each example accepts what is proposed or is put back, on every portion alike: what it costs is added by layer, then slice,
  /// after one maximum of rows × layers × slices numbers over the portions.
  private mutating func choose(
    _ layers: LayerSet, _ chain: AdjustedChain, _ path: inout Trajectory, before energies: [Double]
  ) throws {
    guard let room else { return }
    let perRow = portion.termsPerRow
    // Every term is computed in one place; the others have something smaller, and a NaN is no maximum.
    var terms = Array(repeating: -Double.infinity, count: path.clamped.rows.count * perRow)
    for k in portion.layers {
      let (own, update) = (k - portion.layers.lowerBound, chain.update(k, at: path.instant))
      let step = LangevinStep(
        from: room.before[k].end(drive: room.drives[own]), to: path.state[k].end(drive: drives[own]),
        unfolded: room.unfolded[own])
      let moves = layers.mine.contains(k)
      for term in self.terms(of: k, path.rows) {
        let before = energies[term.place]
        var cost = room.energies[term.place] - before
        if moves {
          cost += step.hastings(update, driveFrom: term.driveFrom, rows: term.rows, columns: term.units)
        }
        terms[term.place] = !before.isFinite ? Self.hopeless : cost.isFinite ? cost : Self.impossible
      }
    }
    try neighbours.maximum(&terms)
    let proposed = path.rows.flatMap { $0 }
    let rejected = proposed.filter { row in
      let cost = terms[row * perRow..<(row + 1) * perRow].reduce(0) { $1 == -.infinity ? $0 : $0 + $1 }
      return !chain.accepts(cost, row: row, at: path.instant)
    }
    path.acceptance.add(Acceptance(proposed: proposed.count, accepted: proposed.count - rejected.count))
    putBack(rejected, &path, energies)
  }

  /// Puts examples that reject a step back to where they were.
  private mutating func putBack(_ examples: [Int], _ path: inout Trajectory, _ energies: [Double]) {
    guard let room else { return }
    path.state.copy(examples: examples.map { $0..<$0 + 1 }, from: room.before)
    let perRow = portion.termsPerRow
    for row in examples {
      for (own, k) in portion.layers.enumerated() {
        let rows = (row..<row + 1).times(network.positions(k))
        drives[own].copy(
          rows: rows, columns: 0..<drives[own].columns, from: room.drives[own], rows: rows.lowerBound,
          columns: 0)
      }
      for term in row * perRow..<(row + 1) * perRow { self.room?.energies[term] = energies[term] }
    }
  }

  /// What this portion accounts for of layer k: a term for each example of some rows and each slice.
  private func terms(of k: Int, _ examples: [Range<Int>]) -> [Term] {
    portion.countedSlices(of: k).flatMap { slice in
      let units = portion.slicing.units(k, slice: slice)
      return examples.joined().map { row in
        Term(
          rows: (row..<row + 1).times(network.positions(k)), units: units,
          driveFrom: units.lowerBound - portion.units(k).lowerBound,
          place: row * portion.termsPerRow + portion.term(k, slice: slice))
      }
    }
  }

  /// The positions of an example and the units of a slice, where these begin in a drive, and where their number stands.
  private struct Term {
    let rows: Range<Int>
    let units: Range<Int>
    let driveFrom: Int
    let place: Int
  }
}
