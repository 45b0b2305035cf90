import DataSets
import EnergyModels
import EquilibriumPropagation
import Tensors

/// What a network tells of the examples of a split, in their order.
public struct Prediction: Sendable {
  /// Examples.
  public let count: Int
  /// y of each example, in the units of the data: examples × outputs.
  public let outputs: [Double]
  /// What else was asked for.
  public let views: [View: Values]
  /// What is odd about the inputs beside those that the network was trained on.
  public let oddity: String?

  /// What of a layer is told, at rest.
  public enum View: Hashable, Sendable {
    /// s_k.
    case states(Int)
    /// ρ(s_k).
    case activity(Int)

    public var layer: Int {
      switch self {
      case .states(let k), .activity(let k): k
      }
    }
  }

  /// Numbers as they were computed.
  public struct Values: Sendable {
    /// Examples × units, or examples × height × width × units.
    public let shape: [Int]
    public let precision: Precision
    /// Row-major, as they lie in memory.
    public let bytes: [UInt8]
  }

  /// Units of the output.
  public var width: Int { count > 0 ? outputs.count / count : 0 }

  /// Of each example the unit of its largest output, the first of equal ones.
  public var classes: [Int] { rows.map { row in row.indices.max { row[$0] < row[$1] }! - row.startIndex } }

  /// Of each example by how much its largest output exceeds the next one.
  public var margins: [Double] {
    rows.map { row in
      let sorted = row.sorted(by: >)
      return sorted.count > 1 ? sorted[0] - sorted[1] : 0
    }
  }

  /// Examples one of whose outputs is infinite or not a number.
  public var divergedExamples: Int { rows.count { !$0.allSatisfy(\.isFinite) } }

  private var rows: [ArraySlice<Double>] {
    (0..<count).map { outputs[$0 * width..<($0 + 1) * width] }
  }
}

extension Evaluator {
  /// Lets every example of a split settle in a free phase; nil but on rank 0.
  ///
  /// Sends, for each batch, every number asked for once, to rank 0. With a fixed number of iterations, or a tolerance that
  /// each shard reaches by itself, an example's bits do not depend on the grid.
  public func predict(
    _ split: Split, of data: DataSet, views: [Prediction.View] = []
  ) throws -> Prediction? {
    let examples = try examples(split, of: data, isAnswered: false)
    let evaluation = try makeEvaluation()
    let network = deal.tiling.network
    let shown = [.states(network.output)] + views
    var gathers = shown.map {
      PredictionGather(
        $0, deal: deal, grid: grid, precision: run.training.precision, count: data.count(split))
    }
    for step in 0..<examples.batches.steps {
      let members = examples.members(epoch: 0, step: step)
      let clamped = examples.clamp(members, parameters: parameters)
      let settled = try evaluation.method.infer(
        from: examples.start(members), clamped: clamped, parameters: parameters)
      for index in gathers.indices {
        try gathers[index].take(settled, members, of: examples)
      }
    }
    guard grid.isFirst else { return nil }
    let outputs = gathers[0].doubles
    let width = network.units(network.output)
    return Prediction(
      count: data.count(split),
      outputs: stride(from: 0, to: outputs.count, by: width).flatMap {
        examples.task.told(Array(outputs[$0..<$0 + width]))
      },
      views: Dictionary(zip(views, gathers.dropFirst().map(\.values))) { first, _ in first },
      oddity: examples.extent.flatMap(picked.state.oddity))
  }
}

/// Brings one view of all examples together on rank 0.
private struct PredictionGather {
  let view: Prediction.View
  let deal: Deal
  let grid: Grid
  let precision: Precision
  private let shape: [Int]
  /// On rank 0, of every example in order.
  private var bytes: [UInt8]

  private var portion: Portion { deal.portion(at: grid.place) }
  private var network: Network { deal.tiling.network }

  init(_ view: Prediction.View, deal: Deal, grid: Grid, precision: Precision, count: Int) {
    (self.view, self.deal, self.grid, self.precision) = (view, deal, grid, precision)
    let layer = deal.tiling.network.shape(view.layer)
    shape = [count] + (layer.positions == 1 ? [layer.units] : [layer.height, layer.width, layer.units])
    bytes = Array(repeating: 0, count: grid.isFirst ? shape.reduce(precision.size, *) : 0)
  }

  /// The units of the layer that the rank at a place tells: of a whole layer the first slice tells all.
  private func units(at place: Place) -> Range<Int> {
    let portion = deal.portion(at: place)
    guard portion.holds(view.layer), place.slice == 0 || portion.slicing.isCut(view.layer) else {
      return 0..<0
    }
    return portion.units(view.layer)
  }

  /// Takes in a batch: every rank's rows with the numbers of their examples, 8 bytes each, before them.
  mutating func take(_ settled: Settled, _ members: BatchMembers, of data: SplitData) throws {
    let examples = data.numbers(members)
    let mine = units(at: grid.place)
    let positions = network.positions(view.layer)
    var message: [UInt8] = []
    if !mine.isEmpty {
      let matrix =
        switch view {
        case .states(network.output): settled.outputs
        case .states(let k): settled.state[k].states
        case .activity(let k): settled.averages?.mean[k] ?? settled.state.activity(k)
        }
      let told = data.answers(members, matrix, positions: positions)
      message = examples.flatMap { number in withUnsafeBytes(of: Int64(number), Array.init) }
      let size = examples.count * positions * mine.count * precision.size
      message += [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        if size > 0 {
          _ = told.pack(
            rows: 0..<examples.count * positions, columns: mine, into: UnsafeMutableRawBufferPointer(buffer))
        }
        count = size
      }
    }
    guard let all = try grid.world.gather(message, at: 0) else { return }
    for (rank, message) in all.enumerated() where !message.isEmpty {
      scatter(message, units: units(at: grid.shape.place(ofRank: rank)), positions: positions)
    }
  }

  private mutating func scatter(_ message: [UInt8], units: Range<Int>, positions: Int) {
    let (size, all) = (precision.size, network.units(view.layer))
    let stretch = units.count * size
    let rows = message.count / (8 + positions * stretch)
    for row in 0..<rows {
      let example = message.withUnsafeBytes { Int($0.loadUnaligned(fromByteOffset: 8 * row, as: Int64.self)) }
      for position in 0..<positions {
        let from = 8 * rows + (row * positions + position) * stretch
        let to = ((example * positions + position) * all + units.lowerBound) * size
        bytes.replaceSubrange(to..<to + stretch, with: message[from..<from + stretch])
      }
    }
  }

  var values: Prediction.Values { .init(shape: shape, precision: precision, bytes: bytes) }

  var doubles: [Double] {
    bytes.withUnsafeBytes { raw in
      precision == .float32
        ? raw.bindMemory(to: Float.self).map(Double.init) : Array(raw.bindMemory(to: Double.self))
    }
  }
}
