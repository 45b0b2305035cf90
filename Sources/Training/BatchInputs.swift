import DataSets
import EnergyModels
import Tasks
import Tensors

/// What the inputs and targets of one split's batches are made of: a value, so that a batch can be made on any thread.
package struct BatchInputs: Sendable {
  private let examples: [ShardExamples]
  private let shardCount: Int
  private let values: InputValues
  private let mostRows: Int
  private let augment: Augmentation?
  private let task: any PreparedTask
  private let needs: BatchNeeds
  /// Whether the task may change inputs.
  private let trains: Bool
  private let seed: UInt64

  /// - Parameters:
  ///   - shardCount: the shards of the split, of which `examples` are some.
  ///   - mostRows: the most rows a batch has.
  ///   - augment: nil leaves the examples as they are, as they also are where nobody trains.
  ///   - needs: what of a batch is made.
  package init(
    examples: [ShardExamples], shardCount: Int, values: InputValues, mostRows: Int, augment: Augmentation?,
    task: any PreparedTask, needs: BatchNeeds, trains: Bool, seed: UInt64
  ) {
    (self.examples, self.shardCount, self.values, self.mostRows) = (examples, shardCount, values, mostRows)
    self.needs = needs
    (self.augment, self.task, self.trains, self.seed) = (trains ? augment : nil, task, trains, seed)
  }

  /// Whether making a batch takes about a millisecond or more, so that another thread should do it meanwhile, on a core
  /// to spare: 2²⁰ bytes, or 2¹⁷ floats, which are divided one by one.
  ///
  /// Measured on 2 cores, 342 augmented pictures of CIFAR-10 a batch, 3072-64-10, three runs in turn with 340 that are
  /// made by the trainer itself: 48,900 to 55,900 examples a second against 37,800 to 46,000 on one rank; on two
  /// ranks, which leave no core, 67,000 to 71,600 against 76,200 to 84,600.
  package var areCostly: Bool {
    needs.inputs
      && (needs.remakes != .nothing || Self.areCostly(numbers: mostRows * values.count, values.scalar))
  }

  /// The same of so many numbers a batch.
  package static func areCostly(numbers: Int, _ scalar: StoredScalar) -> Bool {
    numbers >= (scalar == .byte ? 1 << 20 : 1 << 17)
  }

  /// Bytes of what looks inputs up.
  var byteCount: Int { values.byteCount }

  /// What is needed of a batch; without answers targets are zeros.
  package func make(_ members: BatchMembers, isAnswered: Bool = true) -> BatchData {
    var batch = BatchData(
      inputs: needs.inputs ? inputs(members) : nil,
      targets: needs.outputs.map { targets(isAnswered ? members : members.empty, columns: $0) },
      labels: needs.labels.map { labels(members, columns: $0) })
    if needs.remakes != .nothing, let inputs = batch.inputs, let targets = batch.targets {
      let labels =
        needs.remakes != .byLabel ? [] : members.rows.map { Int(examples[$0.shard].labels[$0.row]) }
      var made = MadeBatch(inputs: inputs, targets: targets, labels: labels, rows: rows(members))
      (batch.inputs, batch.targets) = (nil, nil)
      task.remake(&made)
      (batch.inputs, batch.targets) = (made.inputs, made.targets)
    }
    if let labelling = needs.labelling { normalize(&batch, members, labelling) }
    return batch
  }

  /// Inputs of one length, and labels to go with them.
  private func normalize(_ batch: inout BatchData, _ members: BatchMembers, _ labelling: Labelling) {
    let overlaid = labelling == .overlay ? batch.labels?.columns ?? 0 : 0
    let scales = batch.inputs?.normalizeInputs(rows: members.rows.indices, overlaid: overlaid)
    for (i, scale) in (scales ?? []).enumerated() where scale != 1 {
      let (shard, row) = members.rows[i]
      batch.labels?[i, Int(examples[shard].labels[row])] = scale
    }
  }

  /// Who stands in the rows of a batch.
  func rows(_ members: BatchMembers) -> BatchRows {
    BatchRows(
      epoch: members.epoch,
      numbers: members.rows.map { examples[$0.shard].shard + $0.row * shardCount },
      shards: zip(members.bounds, members.bounds.dropFirst()).map { $0..<$1 })
  }

  /// mostRows × inputs; the rows past the batch's examples are zeros, here and below.
  private func inputs(_ members: BatchMembers) -> Matrix {
    var input = Matrix(rows: max(mostRows, 1), columns: values.count, precision: values.precision)
    for i in members.rows.indices {
      let example = example(members, i)
      values.set(&input, row: i, to: example.row, of: example.stored, change: example.change)
      if trains { task.corrupt(&input, row: i, of: example) }
    }
    return input
  }

  /// The least and the largest number of the first inputs of the first shard here, as they are stored; nil without any.
  var extent: ClosedRange<Double>? {
    guard let first = examples.first, first.count > 0, !first.inputs.isEmpty else { return nil }
    var input = Matrix(rows: 1, columns: values.count, precision: values.precision)
    var (least, largest) = (Double.infinity, -Double.infinity)
    for row in 0..<min(first.count, 256) {
      values.set(&input, row: 0, to: row, of: first)
      for number in input.row(0) { (least, largest) = (min(least, number), max(largest, number)) }
    }
    return least...largest
  }

  /// One unit 1, that of the label: mostRows × so many.
  private func labels(_ members: BatchMembers, columns: Int) -> Matrix {
    var labels = Matrix(rows: max(mostRows, 1), columns: columns, precision: values.precision)
    for (i, (shard, row)) in members.rows.enumerated() { labels[i, Int(examples[shard].labels[row])] = 1 }
    return labels
  }

  /// The targets of a batch, mostRows × so many.
  private func targets(_ members: BatchMembers, columns: Int) -> Matrix {
    var targets = Matrix(rows: max(mostRows, 1), columns: columns, precision: values.precision)
    for i in members.rows.indices {
      task.setTarget(&targets, row: i, to: example(members, i, isSeen: task.targetsAreInputs))
    }
    return targets
  }

  /// How much each example of a batch counts in what is learnt; none where all count alike, or nobody trains.
  func weights(_ members: BatchMembers) -> [Double] {
    guard trains else { return [] }
    // Of a task where all count alike the first one says so.
    guard !members.rows.isEmpty, task.weight(of: example(members, 0, isSeen: false)) != nil else { return [] }
    return members.rows.indices.map { task.weight(of: example(members, $0, isSeen: false)) ?? 1 }
  }

  /// - Parameter isSeen: whether its picture is, and so how that is changed.
  private func example(_ members: BatchMembers, _ i: Int, isSeen: Bool = true) -> Example {
    let (shard, row) = members.rows[i]
    let stored = examples[shard]
    let number = stored.shard + row * shardCount
    let change = (isSeen ? augment : nil)?.change(seed: seed, epoch: members.epoch, example: number)
    return Example(
      stored: stored, row: row, number: number, epoch: members.epoch, change: change ?? .none)
  }
}

/// What of a batch is made on a rank.
package struct BatchNeeds: Sendable {
  /// Whether a layer is computed that the inputs drive, or that they are tied to.
  package var inputs: Bool
  /// Units of the output, where that is computed.
  package var outputs: Int?
  /// Units of a layer that labels clamp, where that is computed.
  package var labels: Int?
  /// What of it the task makes anew.
  package var remakes: Remaking
  /// How labels enter where layers learn by themselves, whose inputs have one length.
  package var labelling: Labelling?

  /// Whether a task makes batches anew, and what it is told for that.
  package enum Remaking: Sendable {
    case nothing
    case all
    /// All, told the labels, since they clamp a layer somewhere.
    case byLabel
  }

  package init(inputs: Bool, outputs: Int?, labels: Int? = nil, remakes: Remaking = .nothing) {
    (self.inputs, self.outputs, self.labels, self.remakes) = (inputs, outputs, labels, remakes)
  }
}

/// A batch as it is made.
package struct BatchData: Sendable {
  package var inputs: Matrix?
  package var targets: Matrix?
  package var labels: Matrix?
}

/// Who stands in the rows of a batch.
package struct BatchMembers: Sendable {
  package var epoch: Int
  package var step: Int
  /// Shard i of this rank has rows bounds[i] ..< bounds[i + 1].
  package var bounds: [Int]
  /// For each row the shard, counted from this rank's first, and the example's row within it.
  package var rows: [(shard: Int, row: Int)]

  package init(epoch: Int, step: Int, bounds: [Int], rows: [(shard: Int, row: Int)]) {
    (self.epoch, self.step, self.bounds, self.rows) = (epoch, step, bounds, rows)
  }

  /// Each row so many times, one after the other.
  func repeated(_ copies: Int) -> BatchMembers {
    guard copies > 1 else { return self }
    return BatchMembers(
      epoch: epoch, step: step, bounds: bounds.map { copies * $0 },
      rows: rows.flatMap { Array(repeating: $0, count: copies) })
  }

  /// The same rows, each called by its place among its shard's.
  var places: BatchMembers {
    var places = self
    for row in rows.indices { places.rows[row].row = row - bounds[rows[row].shard] }
    return places
  }

  /// The same batch without examples.
  var empty: BatchMembers { BatchMembers(epoch: epoch, step: step, bounds: bounds, rows: []) }
}
