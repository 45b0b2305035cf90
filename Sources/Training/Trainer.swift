import DataSets
import EnergyModels
import EquilibriumPropagation
import FileFormats
import Foundation
import MessagePassing
import Records
import RunFiles
import Tensors

/// Trains one run on this rank's tiles. Every rank of the grid makes one and calls the same functions in the same order.
public final class Trainer {
  package let run: RunFile
  package let grid: Grid
  package let deal: Deal
  package let directory: RunDirectory
  let method: Method
  let evaluation: Evaluation
  let counter: Counter
  let splits: [SplitData]
  let optimizer: Optimizer
  let layout: CheckpointLayout
  package let writer: CheckpointWriter
  /// Steps between two comparisons of what several ranks hold; 0 for none.
  public var comparesEvery = 500
  let report: (TrainingEvent) -> Void
  package var parameters: Parameters
  package var state: RunState
  var traffic: StepTraffic
  /// What this rank holds, and the most that it took so far.
  private(set) var memory: MemoryCount
  /// Bytes of the tensors that it holds all the time.
  private let heldTensors: Int
  /// Held by rank 0 as long as it may change the run directory.
  private var lock: DirectoryLock?
  private let data: DataSet
  private var symptoms: Symptoms
  private var examplesThisEpoch = 0
  private var epochBegan = ContinuousClock.now

  /// Loads this rank's examples and makes the network as it is before the first step.
  public init(
    run: RunFile, data: DataSet, deal: Deal, grid: Grid, output: String,
    report: @escaping (TrainingEvent) -> Void
  ) throws {
    (self.run, self.data, self.grid, self.deal, self.report) = (run, data, grid, deal, report)
    grid.clock = StepClock()
    directory = RunDirectory(path: output)
    let portion = deal.portion(at: grid.place)
    let precision = run.training.precision
    let perShard = deal.tiling.perShard
    let evaluationRows = max(perShard, Evaluation.rowsPerShard)
    let hasSpareCore = HostLoad.cores.count > (try grid.world.ranksOnHost())
    splits = try grid.world.agree {
      try Split.allCases.filter { data.count($0) > 0 }.map {
        try SplitData(
          $0, of: data, run: run, deal: deal, place: grid.place,
          perShard: $0 == .training ? perShard : evaluationRows, trains: $0 == .training,
          hasSpareCore: hasSpareCore)
      }
    }
    splits[0].clock = grid.clock
    let rows = deal.shards(replica: grid.place.replica).count * perShard
    let before = TensorBytes.live
    let messages = try run.makeNeighbours(grid: grid, deal: deal, rows: rows)
    traffic = StepTraffic(messages, grid: grid)
    method = try run.makeMethod(
      relaxation: run.relaxation, grid: grid, deal: deal, rows: rows, messages: messages)
    evaluation = try Evaluation(
      run: run, relaxation: run.relaxation, grid: grid, deal: deal, perShard: evaluationRows)
    let relaxation = TensorBytes.live - before
    counter = Counter(deal: deal, place: grid.place)
    parameters = Parameters(portion: portion, precision: precision)
    parameters.initialize(run.network.initialization, seed: run.seed)
    optimizer = try Optimizer(run: run, parameters: parameters, grid: grid)
    memory = MemoryCount(
      weights: parameters.byteCount, moments: optimizer.moments.byteCount, relaxation: relaxation,
      persistentStates: splits.reduce(0) { $0 + ($1.persistent?.byteCount ?? 0) },
      messages: messages.byteCount + evaluation.messages.byteCount + optimizer.messageBytes,
      data: splits.reduce(0) { $0 + $1.byteCount })
    heldTensors =
      memory.weights + memory.moments + memory.relaxation + memory.persistentStates
      + splits.reduce(0) { $0 + $1.tableBytes }
    layout = CheckpointLayout(run: run, data: data, deal: deal)
    let saved = layout.mostBytes(ranks: grid.world.count)
    (memory.checkpoint, memory.files) = (saved.gathering, run.checkpoint.wait ? 0 : saved.files)
    writer = CheckpointWriter(
      grid: grid, deal: deal, layout: layout, store: directory.store, settings: run.checkpoint)
    state = RunState(run, data: data.digest, rates: optimizer.rates, deal: deal)
    symptoms = Symptoms(run)
    tellInputs()
  }

  package var training: SplitData { splits[0] }

  /// Trains to the end, a stop or a step limit, going on from the run directory's newest whole checkpoint.
  public func train(isFresh: Bool = false, limitSteps: Int? = nil) throws -> TrainingEnding {
    try resume(isFresh: isFresh)
    _ = grid.clock?.take()
    let stepsPerEpoch = training.batches.steps
    while state.epoch < run.training.epochs {
      beginEpochClock()
      traffic.begin(at: state.step)
      while state.cursor < stepsPerEpoch {
        if let limitSteps, state.step >= limitSteps { return try stop(.limitReached) }
        Watchdog.note("step", state.step + 1)
        try step()
        tell(
          .step(
            epoch: state.epoch + 1, epochs: run.training.epochs, step: state.step,
            steps: run.training.epochs * stepsPerEpoch,
            examples: training.batches.size(step: state.cursor - 1), waited: grid.clock?.waited ?? 0))
        if try ranksAgreeToStop() { return try stop(.interrupted) }
        if comparesEvery > 0, state.step.isMultiple(of: comparesEvery) {
          traffic.end(at: state.step)
          try compareWeights()
          traffic.begin(at: state.step)
        }
        if let every = run.checkpoint.every, state.step.isMultiple(of: every), state.cursor < stepsPerEpoch {
          try checkpoint(isBest: false)
          traffic.begin(at: state.step)
        }
      }
      try endEpoch()
    }
    try writer.complete()
    return .finished
  }

  /// One batch: free phase, nudged phase or phases, contrast, update.
  package func step() throws {
    TensorBytes.restartPeak()
    defer { memory.step = max(memory.step, TensorBytes.peak - heldTensors) }
    grid.clock?.enter(.data)
    let members = training.members(epoch: state.epoch, step: state.cursor)
    let clamped = training.clamp(members, parameters: parameters)
    let start = training.start(members)
    grid.clock?.leave()
    grid.clock?.enter(.free)
    let free = try method.infer(from: consume start, clamped: clamped, parameters: parameters)
    grid.clock?.leave()
    counter.count(
      free, members: members, clamped: clamped, data: training, into: &state.tally)
    grid.clock?.enter(.data)
    training.persistent?.store(members, from: free.state)
    grid.clock?.leave()
    let before = isMeasured ? parameters : nil
    let examples = training.batches.size(step: state.cursor)
    grid.clock?.enter(.nudged)
    var lesson = method.lesson(from: free, sign: sign(step: state.step), clamped: clamped)
    while let contrast = try lesson.next(parameters) {
      try optimizer.step(&parameters, contrast: contrast, examples: examples, epoch: state.epoch)
    }
    grid.clock?.leave()
    counter.count(free, lesson, rejects: run.nudging.reject, rows: clamped.rows, into: &state.tally)
    if let before { try measure(from: before) }
    examplesThisEpoch += examples
    state.step += 1
    state.cursor += 1
  }

  /// The steps whose changes of the weights are measured: every 50th, which costs under 1 % of the time, and the
  /// first ones where rates have to find their balance.
  private var isMeasured: Bool {
    state.cursor.isMultiple(of: 50) || (optimizer.rates.areBalanced && state.step < 250)
  }

  private func measure(from before: Parameters) throws {
    var changes = WeightChanges(from: before, to: parameters)
    try changes.share(over: grid)
    let ratios = changes.ratios
    if grid.isFirst { state.tally.relaxation.addChanges(ratios) }
    optimizer.rates.balance(changes: ratios, factor: optimizer.factor(epoch: state.epoch))
  }

  /// ±1, drawn once a step; a counter has 32 bits.
  private func sign(step: Int) -> Double {
    let drawn = CounterRandom(seed: run.seed, purpose: .sign).bits(step & 0xFFFF_FFFF, step >> 32, 0)
    return drawn.0 & 1 == 0 ? 1 : -1
  }

  /// The step's small exchange: whether anyone was asked to stop, whether a state diverged anywhere, whether a
  /// checkpoint still waits for its files. Sends one reduction of three integers.
  package func ranksAgreeToStop() throws -> Bool {
    grid.clock?.enter(.waiting)
    defer { grid.clock?.leave() }
    var flags = [Interruption.isRequested, !state.tally.divergedLayers.isEmpty, !writer.isWritten].map {
      $0 ? 1.0 : 0
    }
    try grid.maximumOfFlags(&flags)
    if flags[1] > 0 { try endDiverged("states", of: state.tally.divergedLayers) }
    if writer.isPending && flags[2] == 0 {
      traffic.end(at: state.step)
      grid.clock?.enter(.checkpoint)
      try writer.complete()
      grid.clock?.leave()
      traffic.begin(at: state.step)
    }
    return flags[0] > 0
  }

  private func stop(_ ending: TrainingEnding) throws -> TrainingEnding {
    try checkpoint(isBest: false)
    try writer.complete()
    return ending
  }

  /// Ends the run on every rank with one sentence; a checkpoint under way is of a good step and is completed first.
  ///
  /// - Parameter layers: those in which this rank saw what diverged.
  private func endDiverged(_ what: String, of layers: Set<Int>) throws {
    try writer.complete()
    let states = deal.tiling.network.states
    var flags = states.map { layers.contains($0) ? Int64(1) : 0 }
    try grid.world.maximum(&flags)
    try grid.world.agree {
      guard grid.isFirst else { return }
      throw Divergence(
        what: what, layers: flags.indices.filter { flags[$0] > 0 }.map { $0 + states.lowerBound },
        step: state.step,
        lastCheckpoint: (try? directory.store.checkpoints())?.last, advice: Symptoms.advice(run))
    }
  }

  /// Ends the run on every rank where two hold different bits of the same tensor; a checkpoint under way is completed first.
  private func compareWeights() throws {
    let comparison = WeightComparison(model, settings: run.training, deal: deal, place: grid.place)
    try comparison.check(over: grid, step: state.step) {
      try writer.complete()
      return try? directory.store.checkpoints().last
    }
  }

  package func checkpoint(isBest: Bool) throws {
    grid.clock?.enter(.checkpoint)
    defer { grid.clock?.leave() }
    traffic.end(at: state.step)
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

  private var model: Model {
    var persistent: [Split: PersistentStates] = [:]
    for split in splits { persistent[split.split] = split.persistent }
    return Model(parameters: parameters, moments: optimizer.moments, persistent: persistent)
  }

  /// Between which numbers inputs lie, and whether that looks as if they had not been scaled.
  private func tellInputs() {
    guard grid.isFirst, let extent = training.extent else { return }
    tell(.notice(symptoms.words(extent)))
  }

  private func tell(_ event: @autoclosure () -> TrainingEvent) { if grid.isFirst { report(event()) } }

  private func beginEpochClock() {
    examplesThisEpoch = 0
    epochBegan = .now
  }
}

extension Trainer {
  /// Evaluates, writes the metrics' line, remembers the best, saves.
  private func endEpoch() throws {
    traffic.end(at: state.step)
    Watchdog.note("evaluation after epoch", state.epoch + 1)
    let elapsed = epochBegan.duration(to: .now) / .seconds(1)
    let trained = try state.tally.joined(over: grid)
    grid.clock?.enter(.evaluation)
    TensorBytes.restartPeak()
    var evaluated: [Split: Tally] = [:]
    var answers: [Int] = []
    for data in splits where data.split != .training {
      let result = try evaluation.run(data, parameters: parameters)
      evaluated[data.split] = result.tally
      if answers.isEmpty { answers = result.answers }
    }
    if !evaluated.isEmpty { memory.evaluation = max(memory.evaluation, TensorBytes.peak - heldTensors) }
    grid.clock?.leave()
    state.epoch += 1
    state.cursor = 0
    let line = MetricsLine(
      epoch: state.epoch, step: state.step, training: trained.scores(run.task),
      validation: evaluated[.validation]?.scores(run.task) ?? [],
      test: evaluated[.test]?.scores(run.task) ?? [], cost: trained.cost,
      energy: (evaluated[.validation] ?? evaluated[.test])?.energy,
      relaxation: RelaxationFigures(trained.relaxation, run: run, rates: optimizer.rates.rates),
      examplesPerSecond: elapsed > 0 ? Double(examplesThisEpoch) / elapsed : 0, seconds: elapsed,
      ranks: grid.shape.ranks)
    let divergedLayers = evaluated.values.reduce(into: Set<Int>()) { $0.formUnion($1.divergedLayers) }
    var flags: [Int64] = [divergedLayers.isEmpty ? 0 : 1]
    try grid.world.maximum(&flags)
    if flags[0] > 0 { try endDiverged("evaluated states", of: divergedLayers) }
    var isBest = [Int64(0)]
    try grid.world.agree {
      guard grid.isFirst else { return }
      try directory.append(line.json)
      if let score = line.judging, let value = score.value,
        score.figure.isBetter(value, than: state.best?.value ?? score.figure.worst)
      {
        state.best = .init(value: value, step: state.step)
        isBest[0] = 1
      }
    }
    try grid.world.maximum(&isBest)
    state.tally = Tally(deal.tiling, of: run.task)
    let times = try grid.gatherTimes()
    // What is shown of an epoch is written to files too.
    try grid.world.agree { tell(.epoch(line, times: times)) }
    if grid.isFirst { for symptom in symptoms.found(in: line, answers: answers) { tell(.notice(symptom)) } }
    try checkpoint(isBest: isBest[0] > 0)
  }

  /// Goes on from the newest whole checkpoint, which rank 0 alone picks.
  private func resume(isFresh: Bool) throws {
    Watchdog.note("picking up the run")
    let name = try grid.world.agree { () -> String in
      guard grid.isFirst else { return "" }
      lock = try directory.lock()
      let inputs = try data.inputDigest()
      state.inputs = inputs
      return try directory.pickUp(
        run, data: state.data, inputs: inputs, grid: grid.shape, isFresh: isFresh
      ) {
        report(.notice($0))
      }?.name ?? ""
    }
    let picked = String(decoding: try grid.world.broadcast(Array(name.utf8), from: 0), as: UTF8.self)
    guard !picked.isEmpty else { return }
    try grid.world.agree {
      let folder = directory.store.folder(picked)
      var model = self.model
      try layout.read(folder, into: &model, place: grid.place, deal: deal)
      parameters = model.parameters
      optimizer.moments = model.moments
      for data in splits { data.persistent = model.persistent[data.split] }
      let inputs = state.inputs
      state = try directory.store.state(picked)
      state.inputs = inputs
      optimizer.rates = state.rates
      optimizer.updates = state.updates ?? 0
    }
    // Whoever counts a shard goes on from its sums: added to later ones only at the end they would round otherwise.
    state.tally.keep(
      shards: counter.countsOutput ? deal.shards(replica: grid.place.replica) : 0..<0,
      relaxation: grid.isFirst)
    tell(.resumed(checkpoint: picked, step: state.step))
  }
}
