import DataSets
import EnergyModels
import EquilibriumPropagation
import MessagePassing
import Records
import Tensors
import Training

extension DryRun {
  /// What the rank would hold to train on so many examples of each split, with the ranks of a replica on one host or not.
  ///
  /// - Parameter scalar: the type of the numbers that the data set stores.
  public func memory(
    examples: [Split: Int], of scalar: StoredScalar = .byte, sharesMemory: Bool = true
  ) -> MemoryCount {
    let (weights, moments) = weightBytes
    return MemoryCount(
      weights: weights, moments: moments, relaxation: room.total,
      persistentStates: run.keepsStates ? examples.values.reduce(0) { $0 + stateBytes(examples: $1) } : 0,
      messages: batches.reduce(sharesMemory ? sumBytes : 0) {
        $0 + messageBytes(rows: $1, sharesMemory: sharesMemory)
      },
      data: examples.values.reduce(0) { $0 + dataBytes(examples: $1, scalar) })
  }

  /// The same for the examples of a data set.
  public func memory(data: DataSet) -> MemoryCount {
    memory(
      examples: Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, data.count($0)) }), of: data.scalar
    )
  }

  /// Rows of the batches that are trained on, and of those that are evaluated.
  private var batches: [Int] { [rows, shards * max(deal.tiling.perShard, Evaluation.rowsPerShard)] }

  private var precision: Precision { run.training.precision }

  var weightBytes: (weights: Int, moments: Int) {
    var (weights, learning) = (0, 0)
    for index in portion.connections {
      let (forward, backward) = (portion.forwardBlock(index), portion.backwardBlock(index))
      let taps = portion.network.wirings[index].taps
      let scalars = (taps * forward.forwardScalars, taps * (backward?.backwardScalars ?? 0))
      weights += scalars.0 + scalars.1
      // A mirrored one never learns by itself.
      learning += scalars.0 + (forward == backward ? 0 : scalars.1)
    }
    let biases = portion.layers.reduce(0) { $0 + padded(portion.units($1).count) }
    let moments = run.training.moments.count
    return ((weights + biases) * precision.size, moments * (learning + biases) * precision.size)
  }

  /// The room of every relaxer: of training and evaluation, and those of complex states.
  public var room: RelaxationRoom {
    let isComplex = run.procedure.isComplex
    var room = RelaxationRoom()
    for rows in batches + (isComplex ? batches.map { 2 * $0 } : []) {
      room.states += State.byteCount(
        rows: rows, portion: portion, precision: precision, holdsPools: false)
      let network = portion.network
      for k in portion.layers {
        room.drives += matrix(rows * network.positions(k), portion.units(k).count)
        for source in portion.drivers(of: k) where source.isPartial || source.isElsewhere {
          room.partialDrives += matrix(
            rows * network.positions(k), portion.partialColumns(into: k, from: source.layer))
        }
      }
      for index in portion.pooled {
        let (wiring, units) = (network.wirings[index], portion.units(network.connections[index].target))
        for positions in [wiring.before.positions, wiring.above.positions] {
          room.drives += matrix(rows * positions, units.count)
        }
      }
      for index in portion.descending {
        let connection = network.connections[index]
        room.partialDrives += matrix(
          rows * network.positions(connection.source),
          portion.partialColumns(into: connection.source, from: connection.target))
      }
    }
    return room
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

  private func dataBytes(examples: Int, _ scalar: StoredScalar) -> Int {
    let output = portion.network.output
    let supervision = portion.holds(output) ? run.task.task.supervision : nil
    let answer =
      switch supervision {
      case .labels: 1
      case .targets: 8 * portion.network.units(output)
      case .inputs, nil: 0
      }
    let each =
      (portion.seesInput || supervision == .inputs ? portion.network.inputs * scalar.size : 0) + answer
    return counts(examples).reduce(0) { $0 + $1 * each }
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
      return parcels + SharedSlots.byteCount(ranks: ranks, slots: 1, capacities: [8 * deal.tiling.shards])
    }
    return routes.reduce(0) { sum, route in
      sum + height * route.positions
        * (route.columns.count + route.sources.reduce(0) { $0 + $1.columns.count })
    }
  }
}

/// The bytes of a relaxation's room.
public struct RelaxationRoom: Hashable, Sendable {
  /// Of the states that an iteration writes while the present ones are still read.
  public var states = 0
  /// Of the drives of the layers held, and of what pooled connections compute before and after pooling.
  public var drives = 0
  /// Of what sliced layers and the stages above send into these layers, and of what is handed down to stages below.
  public var partialDrives = 0
  public var total: Int { states + drives + partialDrives }
}
