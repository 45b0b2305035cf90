import DataSets
import EnergyModels
import EquilibriumPropagation
import MessagePassing
import Records
import Tensors
import Training

extension DryRun {
  /// What the rank would take to train on so many examples of each split, with the ranks of a replica on one host or not.
  ///
  /// It is what a step and an evaluation of tensors without numbers take: see `HollowRank`.
  ///
  /// - Parameter scalar: the type of the numbers that the data set stores.
  public func memory(
    examples: [Split: Int], of scalar: StoredScalar = .byte, sharesMemory: Bool = true
  ) -> MemoryCount {
    let examples = examples.filter { $0.value > 0 }
    let carried = run.carriedStates { examples[$0] ?? 0 }
    var memory = MemoryCount(
      weights: 0, moments: 0, relaxation: 0,
      persistentStates: carried.values.reduce(0) { $0 + stateBytes(examples: $1) },
      messages: [rows, shards * evaluatedPerShard * run.relaxation.inferring.chains].reduce(
        sharesMemory ? sumBytes : 0
      ) {
        $0 + messageBytes(rows: $1, sharesMemory: sharesMemory)
      },
      data: examples.reduce(0) {
        $0 + dataBytes(examples: $1.value, scalar, trains: $1.key == .training)
      })
    let layout = CheckpointLayout(
      deal: deal, moments: run.training.moments, persistent: carried,
      offsets: run.procedure.means != nil,
      precision: precision)
    let saved = layout.mostBytes(ranks: deal.grid.ranks)
    (memory.checkpoint, memory.files) = (saved.gathering, run.checkpoint.wait ? 0 : saved.files)
    TensorBytes.ofHollow {
      do {
        let rank = try HollowRank(self, of: scalar)
        (memory.weights, memory.moments) = (rank.weightBytes, rank.momentBytes)
        memory.relaxation = rank.relaxationBytes
        if let examples = examples[.training] { memory.step = try rank.step(examples: examples) }
        for (split, examples) in examples where split != .training {
          memory.evaluation = max(memory.evaluation, try rank.evaluation(examples: examples))
        }
      } catch {
        preconditionFailure("a rank that sends nothing does not fail: \(error)")
      }
    }
    return memory
  }

  /// The same for the examples of a data set.
  public func memory(data: DataSet, sharesMemory: Bool = true) -> MemoryCount {
    memory(
      examples: Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, data.count($0)) }),
      of: data.scalar, sharesMemory: sharesMemory)
  }

  /// Examples of a shard that are evaluated together.
  var evaluatedPerShard: Int { max(deal.tiling.perShard, Evaluation.rowsPerShard) }

  private var precision: Precision { run.training.precision }

  /// Of weights and biases.
  var weightBytes: Int {
    let weights = portion.connections.reduce(0) { sum, index in
      sum + portion.network.wirings[index].taps
        * (portion.forwardBlock(index).forwardScalars + (portion.backwardBlock(index)?.backwardScalars ?? 0))
    }
    let biases = portion.layers.reduce(0) { $0 + padded(portion.units($1).count) }
    return (weights + biases) * precision.size
  }

  private func matrix(_ rows: Int, _ columns: Int) -> Int {
    Matrix.byteCount(rows: rows, columns: columns, precision: precision)
  }

  private func counts(_ examples: Int) -> [Int] {
    deal.shards(replica: place.replica).map {
      ShardExamples.count(ofShard: $0, of: deal.tiling.shards, examples: examples)
    }
  }

  private func stateBytes(examples: Int) -> Int {
    counts(examples).reduce(0) { sum, count in
      portion.layers.reduce(sum) {
        $0 + matrix(count * portion.network.positions($1), portion.units($1).count)
      }
    }
  }

  private func dataBytes(examples: Int, _ scalar: StoredScalar, trains: Bool) -> Int {
    let (output, task) = (portion.network.output, run.task.task)
    // Where examples count differently, every rank knows what answers them.
    let supervision = portion.holds(output) || trains && task.weighs ? task.supervision : nil
    let answer =
      switch supervision {
      case .labels: 1
      case .targets: 8 * portion.network.units(output)
      case .inputs, nil: 0
      }
    let network = portion.network
    let knowsLabels =
      network.clampedLayers.contains(where: portion.holds)
      || task.remakes && portion.seesInput && !network.clampedLayers.isEmpty
    let each =
      (portion.seesInput || supervision == .inputs ? portion.network.inputs * scalar.size : 0) + answer
      + (knowsLabels && supervision != .labels ? 1 : 0)
    let table = InputValues.byteCount(
      channels: run.data.standardizes ? portion.network.inputs : run.data.normalize?.mean.count ?? 1,
      precision: precision)
    return counts(examples).reduce(table) { $0 + $1 * each }
  }

  /// Of the memory through which sums over replicas go.
  private var sumBytes: Int {
    SharedSum.byteCount(
      ranks: deal.grid.replicas, most: (sums.map(\.scalars).max() ?? 0) * precision.size)
  }

  private func messageBytes(rows: Int, sharesMemory: Bool) -> Int {
    let ranks = deal.grid.stages * deal.grid.slices
    guard ranks > 1 else { return 0 }
    let routes = Routes(deal: deal, place: place).all
    let height = run.procedure.messageRows(rows) * precision.size
    if sharesMemory {
      let parcels = SharedSlots.byteCount(
        ranks: ranks, slots: routes.count,
        capacities: routes.filter { !$0.receivers.isEmpty }.map { height * $0.positions * $0.columns.count })
      return parcels
        + SharedSlots.byteCount(
          ranks: ranks, slots: 1,
          capacities: [8 * run.restingParts(rows: rows, shards: deal.tiling.shards)])
    }
    return routes.reduce(0) { sum, route in
      sum + height * route.positions
        * (route.columns.count + route.sources.reduce(0) { $0 + $1.columns.count })
    }
  }
}
