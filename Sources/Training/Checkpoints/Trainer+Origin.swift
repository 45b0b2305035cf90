import DataSets
import EnergyModels
import FileFormats
import MessagePassing
import RunFiles

/// What a run begins with where its directory holds no checkpoint yet.
public enum Origin: Sendable {
  /// Weights drawn as the run file says.
  case drawn
  /// Weights of a safetensors file or of a run directory's newest checkpoint, of some layers (nil: of all); the others are
  /// drawn.
  case weights(String, layers: [Int]?)
  /// Everything that the newest checkpoint of another run directory holds: weights, moments, persistent states, epochs made.
  case run(String)
}

extension Origin {
  fileprivate var path: String? {
    switch self {
    case .drawn: nil
    case .weights(let path, _), .run(let path): path
    }
  }
}

extension RunState {
  /// What tells it from another.
  fileprivate var digest: String { get throws { SHA256.digest(of: try encoded()) } }
}

extension Trainer {
  /// Takes up what the run begins with.
  func load(_ origin: Origin) throws {
    switch origin {
    case .drawn: beginsAnew = true
    case .weights(let path, let layers):
      let isRun = try grid.world.broadcast([FileStatus.isDirectory(path) ? 1 : 0], from: 0) == [1]
      // Others may train there: one rank says which checkpoint is the newest.
      let checkpoint = isRun ? try pick(from: path).name : nil
      let told = try grid.world.agree { () -> [String] in
        let given = try GivenWeights(path: path, checkpoint: checkpoint)
        var model = self.model
        let told = try given.take(
          into: &model, layout: layout, network: deal.tiling.network, extents: data.extents, layers: layers)
        parameters = model.parameters
        if grid.isFirst { state.origin = try given.digest(layers: layers) }
        return told
      }
      tell(.notice("begins with \(told.joined(separator: ", ")) of \(path)"))
    case .run(let path): try goOn(from: path)
    }
  }

  private func pick(from path: String) throws -> PickedCheckpoint {
    try PickedCheckpoint(directory: path, choice: .latest, over: grid.world) { report(.notice($0)) }
  }

  /// Saves what was not drawn: from there on the directory alone says how the run goes on.
  func save(_ origin: Origin) throws {
    switch origin {
    case .drawn: return
    case .weights: break
    case .run(let path):
      try grid.world.agree {
        guard grid.isFirst else { return }
        try directory.takeMetrics(of: RunDirectory(path: path), toEpoch: state.epoch, step: state.step)
      }
    }
    try checkpoint(isBest: state.best?.step == state.step)
    try writer.complete()
  }

  /// Throws where the directory's checkpoint began with something else; what is gone by now is not needed any more.
  func refuse(_ origin: Origin, unlessOf state: RunState) throws {
    guard grid.isFirst, let path = origin.path else { return }
    if state.origin != nil, try FileStatus.entry(path) == nil {
      return report(.notice("\(path) is gone; the run goes on with what it has made of it"))
    }
    guard try digest(origin) != state.origin else { return }
    throw OtherRun(
      description:
        "\(directory.path): began with other weights than \(path) holds now; leave that out to go on, use "
        + "--fresh to start over, or another directory")
  }

  /// What tells an origin from another; rank 0 alone asks.
  private func digest(_ origin: Origin) throws -> String? {
    switch origin {
    case .drawn: return nil
    case .weights(let path, let layers):
      let store = RunDirectory(path: path).store
      return try GivenWeights(
        path: path, checkpoint: FileStatus.isDirectory(path) ? store.whole(.latest).name : nil
      ).digest(layers: layers)
    case .run(let path): return try RunDirectory(path: path).store.whole(.latest).state.digest
    }
  }

  /// Everything that another run directory's newest checkpoint holds, as far as this run keeps it.
  private func goOn(from path: String) throws {
    let picked = try pick(from: path)
    let before = picked.state
    // Rank 0 alone knows the inputs' digest.
    let isSame = before.data == state.data && before.inputs == state.inputs
    let isSameData = try grid.world.broadcast([isSame ? 1 : 0], from: 0) == [1]
    try grid.world.agree {
      guard let saved = try RunDirectory(path: path).savedRun() else {
        throw FileError(.missing, path: path, "holds no run")
      }
      func refusal(_ what: String) -> OtherRun { OtherRun(description: "\(path): \(what)") }
      guard before.cursor == 0 else {
        throw refusal("stopped within epoch \(before.epoch + 1); let it reach the end of an epoch first")
      }
      guard before.epoch < run.training.epochs else {
        throw refusal(
          "has made \(before.epoch) epochs, training.epochs is \(run.training.epochs): nothing is left to do")
      }
      let keepsMoments = saved.training.moments == run.training.moments
      let there = saved.carriedStates(data.count)
      let persistent = isSameData ? run.carriedStates(data.count).filter { there[$0] == $1 } : [:]
      var model = self.model
      try CheckpointLayout(
        deal: deal, moments: keepsMoments ? run.training.moments : [], persistent: persistent,
        offsets: run.procedure.means != nil && saved.procedure.means != nil,
        precision: run.training.precision
      ).read(picked.folder, into: &model, place: grid.place, deal: deal)
      take(model)
      (state.step, state.epoch) = (before.step, before.epoch)
      state.origin = try before.digest
      if isSameData, saved.task == run.task, before.best?.step == before.step { state.best = before.best }
      if saved.network.layers.map(\.rate) == run.network.layers.map(\.rate), before.rates.fits(run.network) {
        optimizer.rates = before.rates
      }
      if state.updates != nil {
        state.updates = keepsMoments ? before.updates : 0
        optimizer.updates = state.updates ?? 0
      }
      if grid.isFirst {
        if !isSameData { report(.notice("goes on with other data than \(path) was trained on")) }
        if !keepsMoments { report(.notice("the optimizer is another one: what it keeps begins at 0")) }
      }
    }
    tell(.resumed(checkpoint: picked.folder, step: state.step))
  }
}
