import DataSets
import EnergyModels
import EquilibriumPropagation
import RunFiles
import Tasks
import Tensors

/// The examples of one split that this rank holds, as batches: those of its shards, the inputs only where a layer
/// is computed that they drive, what answers them only where the output is.
package final class SplitData {
  let split: Split
  package let batches: Batches
  let shards: Range<Int>
  private let deal: Deal
  private let portion: Portion
  private let examples: [ShardExamples]
  private let precision: Precision
  private let isAnswered: Bool
  private let inputs: BatchInputs
  /// The task on these data, and what it adds up.
  package let task: any PreparedTask
  let sums: [ScoreSum]
  /// Makes the next batch's inputs meanwhile, where that pays.
  private let preparation: InputPreparation?
  private let epochs: Int
  /// Rows of each example: its chains.
  package let chainsEach: Int
  /// What noise is drawn from: training's, or that of a split that is judged.
  private let noise: CounterRandom
  private let stream: Int
  /// The share of units that training drops out.
  private let dropout: Double
  /// What the run carries on of it.
  let carried: CarriedStates?
  /// Each example's last free state, where the run starts from it, or the chains.
  var persistent: PersistentStates?
  /// Whether free phases begin at nothing that was kept.
  private let startsAnew: Bool
  /// Tells the input's drive from the rest of a batch's data.
  var clock: StepClock?
  private var order: (epoch: Int, rows: [[Int]])?

  /// - Parameters:
  ///   - trains: whether examples are changed as run file and task say and batches follow one after the other.
  ///   - hasSpareCore: whether there is one on which they may be made ahead.
  ///   - isAnswered: whether what answers the examples is loaded; without, targets are zeros.
  package init(
    _ split: Split, of data: DataSet, run: RunFile, deal: Deal, place: Place, perShard: Int,
    trains: Bool = false, hasSpareCore: Bool = false, isAnswered: Bool = true
  ) throws {
    self.split = split
    self.deal = deal
    portion = deal.portion(at: place)
    shards = deal.shards(replica: place.replica)
    let isShuffled = split == .training && run.training.shuffle
    batches = Batches(
      examples: data.count(split), shards: deal.tiling.shards, perShard: perShard,
      seed: isShuffled ? run.seed : nil)
    let (output, supervision) = (portion.network.output, run.task.task.supervision)
    let answers = portion.holds(output) && isAnswered ? supervision : nil
    let portion = portion
    let clampedLayer = portion.network.clampedLayers.first(where: portion.holds)
    let remakes: BatchNeeds.Remaking =
      !portion.seesInput || !run.task.task.remakes
      ? .nothing : portion.network.clampedLayers.isEmpty ? .all : .byLabel
    self.isAnswered = isAnswered
    examples = try data.load(
      split, shards: shards, of: deal.tiling.shards, inputs: portion.seesInput || answers == .inputs,
      labels: answers == .labels || clampedLayer != nil || remakes == .byLabel
        || trains && run.task.task.weighs,
      targets: answers == .targets)
    precision = run.training.precision
    let values = data.values(precision)
    task = run.task.task.prepared(
      for: data, values: values, input: portion.network.input, seed: run.seed)
    sums = run.task.task.sums(outputs: portion.network.units(output))
    chainsEach = (trains ? run.relaxation : run.relaxation.inferring).chains
    var needs = BatchNeeds(
      inputs: portion.seesInput,
      outputs: portion.holds(output) ? portion.network.units(output) : nil,
      labels: clampedLayer.map { portion.network.units($0) }, remakes: remakes)
    needs.labelling = portion.seesInput ? portion.network.labelling : nil
    inputs = BatchInputs(
      examples: examples, shardCount: deal.tiling.shards, values: values,
      mostRows: shards.count * perShard * chainsEach,
      augment: data.source.augment, task: task,
      needs: needs,
      trains: trains, seed: run.seed)
    let isAhead = trains && hasSpareCore && inputs.areCostly
    preparation = isAhead ? InputPreparation(inputs) : nil
    epochs = run.training.epochs
    noise = CounterRandom(seed: run.seed, purpose: .noise)
    dropout = trains ? run.training.dropout ?? 0 : 0
    stream = trains ? 0 : 1 + (Split.allCases.firstIndex(of: split) ?? 0)
    carried = run.carried(split).flatMap { run.keepsStates || trains ? $0 : nil }
    if carried != nil {
      persistent = PersistentStates(
        portion: portion,
        counts: shards.map { [batches, carried] in carried == .chains ? perShard : batches.count(shard: $0) },
        precision: precision)
    }
    startsAnew = !run.keepsStates
  }

  /// Bytes of the pixels, labels and targets held here, and of what looks inputs up.
  var byteCount: Int { examples.reduce(inputs.byteCount) { $0 + $1.byteCount } }

  /// Bytes of what looks inputs up, a tensor.
  var tableBytes: Int { inputs.byteCount }

  /// The least and the largest number of some inputs, the same ones on every grid: of the first shard, where this rank
  /// holds that.
  var extent: ClosedRange<Double>? { shards.lowerBound == 0 ? inputs.extent : nil }

  /// The most rows a batch has here.
  package var mostRows: Int { shards.count * batches.perShard * chainsEach }

  /// The rows of a step: which example of which shard stands in each.
  package func members(epoch: Int, step: Int) -> BatchMembers {
    if order?.epoch != epoch {
      order = (epoch, shards.map { batches.order(epoch: epoch, shard: $0) })
    }
    var bounds = [0]
    var rows: [(shard: Int, row: Int)] = []
    for (i, shard) in shards.enumerated() {
      for index in batches.indices(step: step, shard: shard) { rows.append((i, order!.rows[i][index])) }
      bounds.append(rows.count)
    }
    return BatchMembers(epoch: epoch, step: step, bounds: bounds, rows: rows)
  }

  /// What the batch clamps: inputs and targets.
  package func clamp(_ members: BatchMembers, parameters: Parameters) -> Clamped {
    let rows = members.repeated(chainsEach)
    let made = preparation?.take(members) ?? inputs.make(rows, isAnswered: isAnswered)
    if let preparation, let next = next(members) { preparation.begin(next.repeated(chainsEach)) }
    clock?.enter(.drive)
    defer { clock?.leave() }
    var clamped = Clamped(
      shards: rows.bounds, input: made.inputs, targets: made.targets, parameters: parameters)
    clamped.labels = made.labels
    clamped.dropout = dropout
    clamped.step = members.epoch * batches.steps + members.step
    if isAnswered { clamped.weights = inputs.weights(rows) }
    (clamped.random, clamped.stream) = (noise, stream)
    // An example is judged by the same noise whatever stands beside it.
    if stream > 0 { clamped.step = 0 }
    clamped.examples = numbers(members)
    if chainsEach > 1 {
      clamped.examples = clamped.examples.flatMap { example in
        (0..<chainsEach).map { example * chainsEach + $0 }
      }
    }
    return clamped
  }

  /// Of each row of a batch the number of its example in the split.
  func numbers(_ members: BatchMembers) -> [Int] { rows(members).numbers }

  /// What a batch's rows hold, with a row for each example: the mean over its chains, at each position.
  // Inlined it breaks the compiler (6.3.1).
  @inline(never)
  package func answers(_ members: BatchMembers, _ rows: Matrix, positions: Int = 1) -> Matrix {
    guard chainsEach > 1 else { return rows }
    let (count, chains) = (members.rows.count * positions, chainsEach)
    return Matrix(rows: max(count, 1), columns: rows.columns, precision: rows.precision) { row, column in
      guard row < count else { return 0 }
      let (example, position) = row.quotientAndRemainder(dividingBy: positions)
      let sum = (0..<chains).reduce(0) {
        $0 + rows[(example * chains + $1) * positions + position, column]
      }
      return sum / Double(chains)
    }
  }

  /// Who stands in the rows of a batch.
  func rows(_ members: BatchMembers) -> BatchRows { inputs.rows(members) }

  /// Adds a batch's answers to confusion[label][answer].
  func count(_ members: BatchMembers, outputs: Matrix, targets: Matrix, into confusion: inout [[Int]]) {
    let labels = answers(members, targets).largestColumns(rows: members.rows.count)
    let found = answers(members, outputs).largestColumns(rows: members.rows.count)
    for (label, answer) in zip(labels, found) { confusion[label][answer] += 1 }
  }

  /// Who follows in training.
  private func next(_ members: BatchMembers) -> BatchMembers? {
    if members.step + 1 < batches.steps { return self.members(epoch: members.epoch, step: members.step + 1) }
    return members.epoch + 1 < epochs ? self.members(epoch: members.epoch + 1, step: 0) : nil
  }

  /// The states a free phase starts from, with room for the most rows of a batch, or more.
  package func start(_ members: BatchMembers, rows: Int = 1) -> State {
    var state = State(rows: max(mostRows, rows), portion: portion, precision: precision)
    if !startsAnew { persistent?.load(members, into: &state) }
    return state
  }

  /// Where the batch's chains were left, where they go on from there.
  func chains(_ members: BatchMembers) -> State? {
    guard startsAnew, let persistent else { return nil }
    var state = State(rows: max(mostRows, 1), portion: portion, precision: precision)
    persistent.load(carried == .chains ? members.places : members, into: &state)
    return state
  }

  /// Keeps where a batch's free states, or its chains, are.
  func keep(_ members: BatchMembers, from state: State) {
    persistent?.store(carried == .chains ? members.places : members, from: state)
  }
}

/// Each example's last free state, in the units that this rank holds.
struct PersistentStates {
  let portion: Portion
  /// [layer of the portion][shard of this rank]: a row for each position of each example × units held.
  var states: [[Matrix]]

  init(portion: Portion, counts: [Int], precision: Precision) {
    self.portion = portion
    states = portion.layers.map { k in
      counts.map {
        Matrix(
          rows: $0 * portion.network.positions(k), columns: portion.units(k).count, precision: precision)
      }
    }
  }

  var byteCount: Int {
    states.joined().reduce(0) {
      $0 + Matrix.byteCount(rows: $1.rows, columns: $1.columns, precision: $1.precision)
    }
  }

  func load(_ members: BatchMembers, into state: inout State) {
    for (index, k) in portion.layers.enumerated() {
      let (units, positions) = (portion.units(k), portion.network.positions(k))
      for (i, (shard, row)) in members.rows.enumerated() {
        state[k].states.copy(
          rows: (i..<i + 1).times(positions), columns: units, from: states[index][shard],
          rows: row * positions, columns: 0)
      }
      state[k].refreshActivity(
        portion.network.activation(k), rows: (0..<members.rows.count).times(positions), columns: units)
    }
  }

  mutating func store(_ members: BatchMembers, from state: State) {
    for (index, k) in portion.layers.enumerated() {
      let (units, positions) = (portion.units(k), portion.network.positions(k))
      let moved = state[k].states
      for (i, (shard, row)) in members.rows.enumerated() {
        states[index][shard].copy(
          rows: (row..<row + 1).times(positions), columns: 0..<units.count, from: moved,
          rows: i * positions, columns: units.lowerBound)
      }
    }
  }
}
