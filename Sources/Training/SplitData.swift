import DataSets
import EnergyModels
import EquilibriumPropagation
import Tensors

/// The examples of one split that this rank holds, as batches: those of its shards, the inputs only where a layer
/// is computed that they drive, the labels only where the output is.
final class SplitData {
  let split: Split
  let batches: Batches
  let shards: Range<Int>
  private let deal: Deal
  private let portion: Portion
  private let examples: [ShardExamples]
  /// x of each byte.
  private let table: Matrix
  /// Each example's last free state, where the run starts from it.
  var persistent: PersistentStates?
  /// Tells the input's drive from the rest of a batch's data.
  var clock: StepClock?
  private var order: (epoch: Int, rows: [[Int]])?

  init(_ split: Split, of data: DataSet, run: RunFile, deal: Deal, place: Place, perShard: Int) throws {
    self.split = split
    self.deal = deal
    portion = deal.portion(at: place)
    shards = deal.shards(replica: place.replica)
    let isShuffled = split == .training && run.training.shuffle
    batches = Batches(
      examples: data.count(split), shards: deal.tiling.shards, perShard: perShard,
      seed: isShuffled ? run.seed : nil)
    examples = try data.load(
      split, shards: shards, of: deal.tiling.shards, inputs: portion.seesInput,
      labels: portion.holds(portion.network.depth))
    table = Matrix(rows: 1, columns: 256, precision: run.training.precision) { _, byte in
      Double(byte) / data.divisor
    }
    if run.keepsStates {
      persistent = PersistentStates(
        portion: portion, counts: shards.map { [batches] in batches.count(shard: $0) },
        precision: table.precision)
    }
  }

  /// Bytes of the pixels and labels held here.
  var byteCount: Int { examples.reduce(0) { $0 + $1.inputs.count + $1.labels.count } }

  /// The most rows a batch has here.
  var mostRows: Int { shards.count * batches.perShard }

  /// The rows of a step: which example of which shard stands in each.
  func members(epoch: Int, step: Int) -> BatchMembers {
    if order?.epoch != epoch {
      order = (epoch, shards.map { batches.order(epoch: epoch, shard: $0) })
    }
    var bounds = [0]
    var rows: [(shard: Int, row: Int)] = []
    for (i, shard) in shards.enumerated() {
      for place in batches.places(step: step, shard: shard) { rows.append((i, order!.rows[i][place])) }
      bounds.append(rows.count)
    }
    return BatchMembers(bounds: bounds, rows: rows)
  }

  /// What the batch clamps: inputs and targets.
  func clamp(_ members: BatchMembers, parameters: Parameters) -> Clamped {
    let network = portion.network
    let rows = max(mostRows, 1)
    var input =
      portion.seesInput ? Matrix(rows: rows, columns: network.inputs, precision: table.precision) : nil
    var targets =
      portion.holds(network.depth)
      ? Matrix(rows: rows, columns: network.units(network.depth), precision: table.precision) : nil
    for (i, (shard, row)) in members.rows.enumerated() {
      let from = row * network.inputs
      input?.look(up: examples[shard].inputs[from..<from + network.inputs], in: table, row: i)
      targets?[i, Int(examples[shard].labels[row])] = 1
    }
    clock?.enter(.drive)
    defer { clock?.leave() }
    return Clamped(shards: members.bounds, input: input, targets: targets, parameters: parameters)
  }

  /// The states a free phase starts from.
  func start(_ members: BatchMembers) -> State {
    var state = State(rows: max(mostRows, 1), portion: portion, precision: table.precision)
    persistent?.load(members, into: &state)
    return state
  }

  /// The label of a row.
  func label(_ members: BatchMembers, _ i: Int) -> Int {
    let (shard, row) = members.rows[i]
    return Int(examples[shard].labels[row])
  }
}

/// Who stands in the rows of a batch.
struct BatchMembers {
  /// Shard i of this rank has rows bounds[i] ..< bounds[i + 1].
  var bounds: [Int]
  /// For each row the shard, counted from this rank's first, and the example's row within it.
  var rows: [(shard: Int, row: Int)]
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
