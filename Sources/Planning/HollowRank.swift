import DataSets
import EnergyModels
import EquilibriumPropagation
import MessagePassing
import RunFiles
import Tensors
import Training

/// A rank whose tensors hold no numbers: what trains a real one makes, moves and frees them, whatever the rule, so that they
/// take the bytes of a real rank's at every moment of a step.
///
/// Its phases last as long as they may and every example is left out that may be. Of a phase only the first iterations are
/// made, and those that it keeps: later ones take what these took. To be made within `TensorBytes.ofHollow`.
struct HollowRank {
  let weightBytes: Int
  let momentBytes: Int
  /// Of the room of all relaxers: of training and of evaluation, and those of complex states.
  let relaxationBytes: Int
  private let dry: DryRun
  private let run: RunFile
  private let training: Method
  private let evaluation: Method
  private let parameters: Parameters
  private let optimizer: Optimizer
  private let offsets: Offsets?
  /// The next batch's inputs, where another thread makes them meanwhile.
  private let nextInput: Matrix?

  /// - Parameter scalar: the type of the numbers that the data set stores.
  init(_ dry: DryRun, of scalar: StoredScalar) throws {
    self.dry = dry
    let (run, portion) = (dry.run.hollow, dry.portion)
    self.run = run
    let precision = run.training.precision
    let neighbours = HollowNeighbours(Routes(deal: dry.deal, place: dry.place))
    func method(_ relaxation: Relaxation, perShard: Int) -> Method {
      Method(
        run.procedure.relaxing(as: relaxation), portion: portion,
        rows: dry.shards * perShard * relaxation.chains, precision: precision, neighbours: neighbours)
    }
    training = method(run.relaxation, perShard: dry.deal.tiling.perShard)
    evaluation = method(run.relaxation.inferring, perShard: dry.evaluatedPerShard)
    relaxationBytes = TensorBytes.hollow.live
    parameters = Parameters(portion: portion, precision: precision)
    optimizer = try Optimizer(run: run, hollow: parameters, replicas: dry.deal.grid.replicas)
    offsets = run.procedure.means != nil ? Offsets(portion, precision: precision) : nil
    weightBytes = parameters.byteCount
    momentBytes = optimizer.momentBytes + (offsets?.byteCount ?? 0)
    let isAhead =
      portion.seesInput
      && (run.task.task.remakes || BatchInputs.areCostly(numbers: dry.rows * portion.network.inputs, scalar))
    nextInput =
      isAhead ? Matrix(rows: dry.rows, columns: portion.network.inputs, precision: precision) : nil
  }

  /// The most bytes that a step takes besides what is held, its change of the weights being measured.
  func step(examples: Int) throws -> Int {
    try peak {
      var batch = batch(
        examples: examples, perShard: dry.deal.tiling.perShard, as: run.relaxation)
      let free = try training.begin(
        from: start(perShard: dry.deal.tiling.perShard, as: run.relaxation), clamped: batch,
        parameters: parameters)
      var learning = parameters
      let chains = run.keepsChains ? start(perShard: dry.deal.tiling.perShard, as: run.relaxation) : nil
      batch.offsets = offsets
      var lesson = training.lesson(from: free, sign: 1, clamped: batch, chains: consume chains)
      while let contrast = try lesson.next(learning) {
        try optimizer.step(&learning, contrast: contrast, examples: batch.rows.count)
      }
      withExtendedLifetime((free, lesson)) {}
    }
  }

  /// The most bytes that the evaluation of so many examples takes besides what is held.
  func evaluation(examples: Int) throws -> Int {
    try peak {
      let batch = batch(
        examples: examples, perShard: dry.evaluatedPerShard, as: run.relaxation.inferring)
      let ends = try evaluation.answer(
        from: start(perShard: dry.evaluatedPerShard, as: run.relaxation.inferring), clamped: batch,
        parameters: parameters)
      let parts = zip(batch.shards, batch.shards.dropFirst()).map { $0..<$1 }
      _ = parameters.energyTerms(state: ends[0].state, clamped: batch, parts: parts)
      withExtendedLifetime(ends) {}
    }
  }

  private func peak(_ body: () throws -> Void) throws -> Int {
    TensorBytes.restartHollowPeak()
    try body()
    return TensorBytes.hollow.peak - weightBytes - momentBytes - relaxationBytes
  }

  private func start(perShard: Int, as relaxation: Relaxation) -> State {
    State(
      rows: dry.shards * perShard * relaxation.chains, portion: dry.portion,
      precision: run.training.precision)
  }

  /// The first batch of so many examples: of every shard as many as any.
  private func batch(examples: Int, perShard: Int, as relaxation: Relaxation) -> Clamped {
    let batches = Batches(examples: examples, shards: dry.deal.tiling.shards, perShard: perShard, seed: nil)
    let bounds = dry.deal.shards(replica: dry.place.replica).reduce(into: [0]) { bounds, shard in
      bounds.append(
        bounds[bounds.count - 1] + batches.indices(step: 0, shard: shard).count * relaxation.chains)
    }
    let (portion, network) = (dry.portion, dry.portion.network)
    func room(_ columns: Int) -> Matrix {
      Matrix(
        rows: dry.shards * perShard * relaxation.chains, columns: columns,
        precision: run.training.precision)
    }
    var clamped = Clamped(
      shards: bounds, input: portion.seesInput ? room(network.inputs) : nil,
      targets: portion.holds(network.output) ? room(network.units(network.output)) : nil,
      parameters: parameters)
    clamped.labels = network.clampedLayers.first { portion.holds($0) }.map { room(network.units($0)) }
    if run.task.task.weighs { clamped.weights = clamped.rows.map { _ in 2 } }
    return clamped
  }
}

extension RunFile {
  /// The same without numbers, and without iterations that take nothing new.
  fileprivate var hollow: RunFile {
    var hollow = self
    hollow.training.precision = training.precision.hollow
    let kept = procedure.phases.map { $0.keeps.count(of: $0.duration.atMost) }.max() ?? 0
    // In the first iteration what others hold is written over, in the second it is copied.
    let most = kept + 3
    hollow.relaxation.free.atMost = min(relaxation.free.atMost, most)
    hollow.relaxation.nudged.atMost = min(relaxation.nudged.atMost, most)
    return hollow
  }
}

/// The other portions of a replica that nothing is heard of: room is taken for what they would hand in. No phase comes to
/// rest before its end, and every example breaks the rule's promise.
private final class HollowNeighbours: Neighbours {
  private let routes: Routes

  init(_ routes: Routes) { self.routes = routes }

  func send(_ parcel: Parcel, _ matrix: Matrix, rows: [Range<Int>]) {}

  func receive(_ parcel: Parcel, into matrix: inout Matrix, rows: [Range<Int>]) {
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    for source in routes[parcel].sources {
      for rows in rows { matrix.unpack(rows: rows, columns: source.columns, from: nothing) }
    }
  }

  func finish() {}

  func maximum(_ values: inout [Double]) { for i in values.indices { values[i] = .infinity } }
}
