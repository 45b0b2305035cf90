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
  /// Whether a step's first phase tells how its examples are answered.
  let answersInSteps: Bool
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
  /// What activities are counted from, where they are.
  package var offsets: Offsets?
  var traffic: StepTraffic
  /// What this rank holds, and the most that it took so far.
  var memory: MemoryCount
  /// Bytes of the tensors that it holds all the time.
  let heldTensors: Int
  /// Held by rank 0 as long as it may change the run directory.
  var lock: DirectoryLock?
  let data: DataSet
  var symptoms: Symptoms
  /// Whether nothing was given that it goes on from.
  var beginsAnew = false
  /// Whether training has ended early; every rank knows.
  var hasStopped = false
  var examplesThisEpoch = 0
  var epochBegan = ContinuousClock.now

  /// Loads this rank's examples and makes the network as it is before the first step.
  ///
  /// - Parameter ranksOnHost: those that compute on this host; nil counts the grid's.
  public init(
    run: RunFile, data: DataSet, deal: Deal, grid: Grid, output: String, ranksOnHost: Int? = nil,
    report: @escaping (TrainingEvent) -> Void
  ) throws {
    (self.run, self.data, self.grid, self.deal, self.report) = (run, data, grid, deal, report)
    grid.clock = StepClock()
    directory = RunDirectory(path: output)
    answersInSteps = run.procedure.answersInSteps
    let portion = deal.portion(at: grid.place)
    let precision = run.training.precision
    let perShard = deal.tiling.perShard
    let evaluationRows = max(perShard, Evaluation.rowsPerShard)
    let hasSpareCore = try HostLoad.cores.count > ranksOnHost ?? grid.world.ranksOnHost()
    splits = try grid.world.agree {
      try Split.allCases.filter { data.count($0) > 0 }.map {
        try SplitData(
          $0, of: data, run: run, deal: deal, place: grid.place,
          perShard: $0 == .training ? perShard : evaluationRows, trains: $0 == .training,
          hasSpareCore: hasSpareCore)
      }
    }
    splits[0].clock = grid.clock
    let rows = deal.shards(replica: grid.place.replica).count * perShard * run.relaxation.chains
    let before = TensorBytes.live
    let messages = try run.makeNeighbours(grid: grid, deal: deal, rows: rows)
    traffic = StepTraffic(messages, grid: grid)
    method = try run.makeMethod(
      relaxation: run.relaxation, grid: grid, deal: deal, rows: rows, messages: messages)
    evaluation = try Evaluation(
      run: run, relaxation: run.relaxation.inferring, grid: grid, deal: deal, perShard: evaluationRows)
    let relaxation = TensorBytes.live - before
    counter = Counter(deal: deal, place: grid.place)
    parameters = Parameters(portion: portion, precision: precision)
    run.initialize(&parameters)
    optimizer = try Optimizer(run: run, parameters: parameters, grid: grid)
    if let means = run.procedure.means {
      offsets = Offsets(portion, precision: precision, at: means.start ?? 0)
    }
    memory = MemoryCount(
      weights: parameters.byteCount, moments: optimizer.moments.byteCount + (offsets?.byteCount ?? 0),
      relaxation: relaxation,
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
    state.targets = data.supervision == .targets ? data.targetMoments : nil
    if grid.isFirst, let extent = splits[0].extent {
      state.form = InputForm(
        extents: data.extents, range: [extent.lowerBound, extent.upperBound], moments: data.inputMoments,
        classes: data.answerNames.isEmpty ? nil : data.answerNames, columns: data.columns)
    }
    let (extent, outputs) = (splits[0].extent, deal.tiling.network.units(deal.tiling.network.output))
    symptoms = Symptoms(
      run, outputs: outputs, reach: run.task.task.targetReach(data, inputs: extent ?? 0...1),
      classNames: run.classNames(of: data))
    if grid.isFirst, let extent { report(.notice(symptoms.words(extent))) }
  }

  package var training: SplitData { splits[0] }

  /// Trains to the end, a stop or a step limit, going on from the run directory's newest whole checkpoint.
  ///
  /// - Parameter origin: what it begins with where the directory holds no checkpoint.
  public func train(
    isFresh: Bool = false, from origin: Origin = .drawn, limitSteps: Int? = nil
  ) throws -> TrainingEnding {
    try resume(isFresh: isFresh, origin: origin)
    try beginWithMeans()
    _ = grid.clock?.take()
    let stepsPerEpoch = training.batches.steps
    while state.epoch < run.training.epochs, !hasStopped {
      beginEpochClock()
      traffic.begin(at: state.step)
      while state.cursor < stepsPerEpoch {
        if let limitSteps, state.step >= limitSteps { return try stop(.limitReached) }
        Watchdog.note("step", state.step + 1)
        let isTold = isTold
        try step()
        if isTold { try tellSteps() }
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
    var clamped = training.clamp(members, parameters: parameters)
    let start = training.start(members)
    grid.clock?.leave()
    grid.clock?.enter(.free)
    let free = try method.begin(from: consume start, clamped: clamped, parameters: parameters)
    grid.clock?.leave()
    counter.count(
      free, answers: answersInSteps, members: members, clamped: clamped, data: training, into: &state.tally)
    grid.clock?.enter(.data)
    if run.keepsStates { training.keep(members, from: free.state) }
    let chains = training.chains(members)
    grid.clock?.leave()
    let before = isMeasured ? parameters : nil
    let examples = training.batches.size(step: state.cursor)
    grid.clock?.enter(.nudged)
    let means = run.procedure.means
    if means?.phase == 0, means?.start == nil {
      try slideOffsets(by: free, shards: members.bounds, examples: examples)
    }
    clamped.offsets = offsets
    var lesson = method.lesson(
      from: free, sign: sign(step: state.step), clamped: clamped, chains: consume chains)
    let factor = run.training.factor(epoch: state.epoch, step: state.step)
    while let contrast = try lesson.next(parameters) {
      try optimizer.step(
        &parameters, contrast: contrast, examples: examples * training.chainsEach, factor: factor,
        isTold: isTold)
    }
    if let means, means.start != nil {
      try slideOffsets(by: lesson.end(of: means.phase), shards: members.bounds, examples: examples)
    }
    grid.clock?.leave()
    counter.count(free, lesson, rejects: run.nudging.reject, rows: clamped.rows, into: &state.tally)
    if let goodness = lesson.goodness {
      counter.count(goodness, bounds: members.bounds, first: training.shards.lowerBound, into: &state.tally)
    }
    if let chains = lesson.chains { training.keep(members, from: chains) }
    if let before { try measure(from: before, factor: factor) }
    examplesThisEpoch += examples
    state.step += 1
    state.cursor += 1
  }

  /// The steps whose changes of the weights are measured: every 50th, which costs under 1 % of the time, and the
  /// first ones where rates have to find their balance.
  private var isMeasured: Bool {
    state.cursor.isMultiple(of: 50) || (optimizer.rates.areBalanced && state.step < 250)
  }

  /// The biases of a binary model of inputs begin where these, on their own, would have the means of the first batch, which
  /// count as if there were one example more, half of it 1.
  private func beginWithMeans() throws {
    guard beginsAnew, state.step == 0, run.rule.rule.needsNoise, deal.tiling.network.isState(0),
      deal.tiling.network.activation(0).isBinary, parameters.portion.holds(0)
    else { return }
    let members = training.members(epoch: 0, step: 0)
    guard let input = training.clamp(members, parameters: parameters).input else { return }
    let sum = try optimizer.sum(input, shards: members.bounds)
    for unit in parameters.portion.units(0) {
      let share = min(max((sum[0, unit] + 0.5) / Double(training.batches.size(step: 0) + 1), 1e-3), 1 - 1e-3)
      parameters[bias: 0][0, unit] = 0.5 + run.relaxation.sampling.temperature * log(share / (1 - share))
    }
  }

  /// The running means go on to those of the batch; at the first step, where they begin nowhere, to where these are.
  private func slideOffsets(by data: Settled, shards: [Int], examples: Int) throws {
    guard var offsets, let means = run.procedure.means else { return }
    let jumps = state.step == 0 && means.start == nil
    for k in offsets.layers {
      let sum = try optimizer.sum(data.state.output(of: k), shards: shards)
      offsets.slide(k, to: sum, examples: examples, rate: jumps ? 1 : means.rate)
    }
    self.offsets = offsets
  }

  private func measure(from before: Parameters, factor: Double) throws {
    var changes = WeightChanges(from: before, to: parameters)
    try changes.share(over: grid)
    let ratios = changes.ratios
    if grid.isFirst { state.tally.relaxation.addChanges(ratios) }
    optimizer.rates.balance(changes: ratios, factor: factor)
  }

  /// ±1, drawn once a step; a counter has 32 bits.
  private func sign(step: Int) -> Double {
    let drawn = CounterRandom(seed: run.seed, purpose: .sign).bits(step & 0xFFFF_FFFF, step >> 32, 0)
    return drawn.0 & 1 == 0 ? 1 : -1
  }

  /// The step's small exchange: whether anyone was asked to stop, whether a state diverged anywhere, whether a
  /// checkpoint still waits for its files. Sends one reduction of three integers.
  ///
  /// Where layers learn by themselves a stage never waits for those above: they hear of a step when the last stage has
  /// ended it, which is as many steps later as there are stages below.
  package func ranksAgreeToStop() throws -> Bool {
    grid.clock?.enter(.waiting)
    defer { grid.clock?.leave() }
    let own = [Interruption.isRequested, !state.tally.divergedLayers.isEmpty, !writer.isWritten].map {
      $0 ? 1.0 : 0
    }
    let behind = deal.tiling.network.isLayerwise ? grid.shape.stages - 1 : 0
    guard let flags = try grid.maximumOfFlags(own, behind: behind) else { return false }
    if flags[1] > 0 { try endDiverged("states", of: state.tally.divergedLayers, step: state.step - behind) }
    if writer.isPending && flags[2] == 0 {
      traffic.end(at: state.step)
      grid.clock?.enter(.checkpoint)
      try writer.complete()
      grid.clock?.leave()
      traffic.begin(at: state.step)
    }
    return flags[0] > 0
  }

  /// Hears of the steps that no stage is behind any more. Who was asked to stop says so again after the next one.
  package func hearOfAllSteps() throws {
    let flags = grid.restOfFlags()
    guard let first = flags.firstIndex(where: { $0[1] > 0 }) else { return }
    try endDiverged("states", of: state.tally.divergedLayers, step: state.step - flags.count + 1 + first)
  }

  func tell(_ event: @autoclosure () -> TrainingEvent) { if grid.isFirst { report(event()) } }

  private func beginEpochClock() {
    examplesThisEpoch = 0
    epochBegan = .now
  }
}
