import DataSets
import MessagePassing
import Records
import RunFiles
import Tensors

extension Trainer {
  /// Evaluates, writes the metrics' line, remembers the best, saves.
  func endEpoch() throws {
    traffic.end(at: state.step)
    Watchdog.note("evaluation after epoch", state.epoch + 1)
    try hearOfAllSteps()
    countDeadUnits()
    let elapsed = epochBegan.duration(to: .now) / .seconds(1)
    var trained = try state.tally.joined(over: grid)
    grid.clock?.enter(.evaluation)
    TensorBytes.restartPeak()
    var evaluated: [Split: Tally] = [:]
    var confusion: [[Int]] = []
    for data in splits where data.split != .training {
      let result = try evaluation.run(data, parameters: parameters)
      evaluated[data.split] = result.tally
      if confusion.isEmpty { confusion = result.confusion }
    }
    var trainedEnergy: Double?
    if !answersInSteps {
      // As many training examples as are held against them.
      let batch = training.batches.size(step: 0)
      let others = splits.first { $0.split != .training }?.batches.examples ?? training.batches.examples
      let result = try evaluation.run(
        training, parameters: parameters, epoch: state.epoch, steps: (others + batch - 1) / batch)
      evaluated[.training] = result.tally
      trainedEnergy = result.tally.energy
      (trained, trained.relaxation, trained.layered) = (result.tally, trained.relaxation, trained.layered)
    }
    if !evaluated.isEmpty { memory.evaluation = max(memory.evaluation, TensorBytes.peak - heldTensors) }
    grid.clock?.leave()
    state.epoch += 1
    state.cursor = 0
    let judged = evaluated[.validation] ?? evaluated[.test]
    let isDensity = run.task.task.isOfInputs
    let likelihood = isDensity ? try logLikelihood(freeEnergy: judged?.energy ?? trainedEnergy) : nil
    let line = MetricsLine(
      epoch: state.epoch, step: state.step, training: trained.scores(run.task),
      validation: evaluated[.validation]?.scores(run.task) ?? [],
      test: evaluated[.test]?.scores(run.task) ?? [], cost: trained.cost,
      energy: isDensity || deal.tiling.network.isLayerwise ? nil : judged?.energy,
      density: isDensity
        ? .init(
          freeEnergy: judged?.energy ?? trainedEnergy, training: trainedEnergy, logLikelihood: likelihood)
        : nil,
      layered: trained.layered.map { LayeredFigures($0, evaluated: judged?.layered) },
      relaxation: RelaxationFigures(trained.relaxation, run: run, rates: optimizer.rates.rates),
      examplesPerSecond: elapsed > 0 ? Double(examplesThisEpoch) / elapsed : 0, seconds: elapsed,
      ranks: grid.shape.ranks)
    let divergedLayers = evaluated.values.reduce(into: Set<Int>()) { $0.formUnion($1.divergedLayers) }
    var flags: [Int64] = [divergedLayers.isEmpty ? 0 : 1]
    try grid.world.maximum(&flags)
    if flags[0] > 0 { try endDiverged("evaluated states", of: divergedLayers) }
    // Whether the epoch is the best so far, and whether training ends with it.
    var verdict: [Int64] = [0, 0]
    try grid.world.agree {
      guard grid.isFirst else { return }
      try directory.append(line.json)
      if let score = line.judging, let value = score.value,
        score.figure.isBetter(value, than: state.best?.value ?? score.figure.worst)
      {
        state.best = .init(value: value, step: state.step)
        verdict[0] = 1
      }
      if isToStop(after: line) { verdict[1] = 1 }
    }
    try grid.world.maximum(&verdict)
    hasStopped = verdict[1] > 0
    (state.tally, state.told) = (Tally(deal.tiling, of: run.task), nil)
    let times = try grid.gatherTimes()
    // What is shown of an epoch is written to files too.
    try grid.world.agree { tell(.epoch(line, times: times)) }
    if grid.isFirst {
      for symptom in symptoms.found(in: line, confusion: confusion) { tell(.notice(symptom)) }
    }
    try checkpoint(isBest: verdict[0] > 0)
  }

  /// Counts the units that are hardly active, where layers learn by themselves: on the first replica and slice.
  private func countDeadUnits() {
    guard state.tally.layered != nil, let offsets, grid.place.replica == 0, grid.place.slice == 0 else {
      return
    }
    let portion = parameters.portion
    for k in portion.layers where portion.network.isHidden(k) {
      state.tally.layered?.count(means: offsets[k].row(0), layer: k)
    }
  }

  /// Takes in the figure that may end training early, and whether it does; rank 0 alone knows it, and tells.
  private func isToStop(after line: MetricsLine) -> Bool {
    guard let stop = run.training.stop, let (value, figure) = line.value(of: stop.figure) else {
      return false
    }
    let before = state.stopping?.figure == stop.figure ? state.stopping?.value : nil
    if figure.isBetter(value, than: before ?? figure.worst) {
      state.stopping = .init(figure: stop.figure, value: value, epoch: line.epoch)
    }
    guard state.hasStopped(run), line.epoch < run.training.epochs, let stopping = state.stopping else {
      return false
    }
    tell(
      .notice(
        "epoch \(line.epoch): training ends, nothing since epoch \(stopping.epoch) was better than its \(figure.name)"
      ))
    return true
  }
}
