import DataSets
import EnergyModels
import FileFormats
import MessagePassing
import Tensors

// What a trainer writes, what it goes on from, and how it ends where neither may be.

extension Trainer {
  /// Goes on from the newest whole checkpoint, which rank 0 alone picks.
  ///
  /// - Parameter origin: what it begins with where there is none.
  func resume(isFresh: Bool, origin: Origin) throws {
    Watchdog.note("picking up the run")
    var standing: RunDirectory.Standing?
    let name = try grid.world.agree { () -> String in
      guard grid.isFirst else { return "" }
      let inputs = try data.inputDigest()
      state.inputs = inputs
      standing = try directory.examine(
        run, data: state.data, inputs: inputs, grid: grid.shape, isFresh: isFresh)
      return standing?.found?.name ?? ""
    }
    let picked = String(decoding: try grid.world.broadcast(Array(name.utf8), from: 0), as: UTF8.self)
    if picked.isEmpty { try load(origin) } else { try load(picked, origin) }
    // Whatever is to be refused has been: from here on files are written.
    try grid.world.agree {
      guard let standing else { return }
      lock = try directory.lock()
      try directory.takeUp(standing, run) { report(.notice($0)) }
    }
    if picked.isEmpty { try save(origin) }
  }

  /// Takes over what was read.
  func take(_ model: Model) {
    parameters = model.parameters
    (optimizer.moments, offsets) = (model.moments, model.offsets)
    for data in splits { data.persistent = data.carried.flatMap { model.persistent[$0] } }
  }

  private func load(_ picked: String, _ origin: Origin) throws {
    try grid.world.agree {
      let folder = directory.store.folder(picked)
      var model = self.model
      try layout.read(folder, into: &model, place: grid.place, deal: deal)
      take(model)
      let (inputs, targets, form) = (state.inputs, state.targets, state.form)
      state = try directory.store.state(picked)
      try refuse(origin, unlessOf: state)
      (state.inputs, state.targets, state.form) = (inputs, targets, form)
      hasStopped = state.hasStopped(run)
      optimizer.rates = state.rates
      optimizer.updates = state.updates ?? 0
    }
    // Whoever counts a shard goes on from its sums: added to later ones only at the end they would round otherwise.
    state.tally.keep(
      shards: counter.countsOutput ? deal.shards(replica: grid.place.replica) : 0..<0,
      relaxation: grid.isFirst,
      goodness: grid.place.slice == 0
        ? (deal.shards(replica: grid.place.replica), parameters.portion.layers) : nil)
    tell(.resumed(checkpoint: picked, step: state.step))
  }

  /// Begins a checkpoint of the step, once all ranks hold the same good weights.
  package func checkpoint(isBest: Bool) throws {
    grid.clock?.enter(.checkpoint)
    defer { grid.clock?.leave() }
    traffic.end(at: state.step)
    try hearOfAllSteps()
    // A spoilt checkpoint must never take the place of a good one.
    let divergedLayers = parameters.divergedLayers
    var spoilt: [Int64] = [divergedLayers.isEmpty ? 0 : 1]
    try grid.world.maximum(&spoilt)
    if spoilt[0] > 0 { try endDiverged("weights", of: divergedLayers) }
    if comparesEvery > 0 { try compareWeights() }
    Watchdog.note("checkpoint at step", state.step)
    var snapshot = state
    snapshot.tally = try state.tally.joined(over: grid)
    snapshot.rates = optimizer.rates
    snapshot.updates = state.updates.map { _ in optimizer.updates }
    try writer.begin(snapshot, model: model, isBest: isBest)
  }

  var model: Model {
    var persistent: [CarriedStates: PersistentStates] = [:]
    for split in splits { if let carried = split.carried { persistent[carried] = split.persistent } }
    return Model(
      parameters: parameters, moments: optimizer.moments, persistent: persistent, offsets: offsets)
  }

  func stop(_ ending: TrainingEnding) throws -> TrainingEnding {
    try checkpoint(isBest: false)
    try writer.complete()
    return ending
  }

  /// Ends the run on every rank with one sentence; a checkpoint under way is of a good step and is completed first.
  ///
  /// - Parameters:
  ///   - layers: those in which this rank saw what diverged.
  ///   - step: the step after which it was seen; the last one without.
  func endDiverged(_ what: String, of layers: Set<Int>, step: Int? = nil) throws {
    try writer.complete()
    let states = deal.tiling.network.states
    var flags = states.map { layers.contains($0) ? Int64(1) : 0 }
    try grid.world.maximum(&flags)
    try grid.world.agree {
      guard grid.isFirst else { return }
      throw Divergence(
        what: what, layers: flags.indices.filter { flags[$0] > 0 }.map { $0 + states.lowerBound },
        step: step ?? state.step,
        lastCheckpoint: (try? directory.store.checkpoints())?.last, advice: Symptoms.advice(run))
    }
  }

  /// Ends the run on every rank where two hold different bits of the same tensor; a checkpoint under way is completed first.
  func compareWeights() throws {
    let comparison = WeightComparison(model, settings: run.training, deal: deal, place: grid.place)
    try comparison.check(over: grid, step: state.step) {
      try writer.complete()
      return try? directory.store.checkpoints().last
    }
  }
}
