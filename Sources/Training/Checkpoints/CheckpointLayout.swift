import DataSets
import EnergyModels
import FileFormats
import MessagePassing
import RunFiles
import Tensors

/// The tensors and files of a checkpoint: they follow from the run alone, never from the grid.
package struct CheckpointLayout: Sendable {
  /// What a tensor holds.
  package enum Content: Hashable, Sendable {
    /// W_{jk}, n_j × n_k (of a kernel n_j rows for each tap), by its place among the network's connections; or a moment
    /// beside it.
    case weight(connection: Int, moment: Moment?)
    /// b_k, n_k; or a moment beside it.
    case bias(layer: Int, moment: Moment?)
    /// μ_k, n_k: what activities of a layer are counted from.
    case offset(layer: Int)
    /// Of consecutive examples of a split, or rows of a batch, states of layer k, at each of their positions n_k.
    case states(CarriedStates, layer: Int, examples: Range<Int>)
  }

  package struct Tensor: Sendable {
    package let name: String
    package let content: Content
    /// Of the matrix that its elements fill row by row.
    package let rows: Int
    package let columns: Int
    package let shape: [Int]

    init(_ name: String, _ content: Content, shape: [Int]) {
      (self.name, self.content, self.shape) = (name, content, shape)
      columns = shape.last ?? 1
      rows = shape.dropLast().reduce(1, *)
    }
  }

  package struct File: Sendable {
    package let name: String
    package let tensors: [Tensor]
  }

  package let files: [File]
  let precision: Precision

  /// States are cut into files of about this size.
  static let bytesAFile = 64 << 20

  /// - Parameter weights: which of those in files are taken for the weights.
  package init(
    deal: Deal, moments: [Moment], persistent: [CarriedStates: Int], offsets: Bool = false,
    weights: WeightChoice = .last, precision: Precision
  ) {
    self.precision = precision
    let network = deal.tiling.network
    var files: [File] = []
    for k in network.biased {
      let kinds: [Moment?] = [nil] + moments
      files.append(
        File(
          name: "layer-\(k).safetensors",
          tensors: kinds.flatMap { moment in
            let suffix = (moment ?? weights.moment).map { ".\($0.rawValue)" } ?? ""
            let weights = network.connections(into: k).map { index in
              Tensor(
                network.connections[index].weightName + suffix, .weight(connection: index, moment: moment),
                shape: network.weightShape(index))
            }
            return weights + [
              Tensor("layers.\(k).bias\(suffix)", .bias(layer: k, moment: moment), shape: [network.units(k)])
            ]
          }))
    }
    if offsets {
      files.append(
        File(
          name: "offsets.safetensors",
          tensors: network.states.map {
            Tensor("layers.\($0).offset", .offset(layer: $0), shape: [network.units($0)])
          }))
    }
    for carried in CarriedStates.allCases {
      guard let count = persistent[carried], count > 0 else { continue }
      for k in network.states {
        let most = max(1, CheckpointLayout.bytesAFile / (network.shape(k).count * precision.size))
        for first in stride(from: 0, to: count, by: most) {
          let examples = first..<min(first + most, count)
          let name = "states.\(carried.name).\(k).from.\(first)"
          files.append(
            File(
              name: "states-\(carried.name)-\(k)-\(first).safetensors",
              tensors: [
                Tensor(
                  name, .states(carried, layer: k, examples: examples),
                  shape: [examples.count] + network.shape(k).extents)
              ]))
        }
      }
    }
    self.files = files
  }
}

extension Shape {
  /// As files know it: units alone, or height, width, units.
  fileprivate var extents: [Int] { positions == 1 ? [units] : [height, width, units] }
}

extension Network {
  /// n_j × n_k; of a kernel its height × its width × n_j × n_k.
  package func weightShape(_ index: Int) -> [Int] {
    let (below, above) = (units(connections[index].source), units(connections[index].target))
    if let kernel = wirings[index].kernel { return kernel + [below, above] }
    return [weightRows(index), above]
  }
}

extension Connection {
  /// What files call the weights: `layers.2.weight`; of a skip `layers.3.weight.from.1`.
  package var weightName: String { "layers.\(target).weight" + (isNext ? "" : ".from.\(source)") }
}

extension CheckpointLayout {
  /// The layout of a run's checkpoints.
  init(run: RunFile, data: DataSet, deal: Deal) {
    self.init(
      deal: deal, moments: run.training.moments, persistent: run.carriedStates(data.count),
      offsets: run.procedure.means != nil, precision: run.training.precision)
  }
}

/// Which of the weights in a checkpoint.
public enum WeightChoice: String, CaseIterable, Sendable {
  /// Those of the last step.
  case last
  /// Their averages over steps: see `training.average`.
  case average

  var moment: Moment? { self == .average ? .average : nil }
}

/// A run that keeps no averages was asked for them.
public struct NoAverages: Error, ExitCoded, CustomStringConvertible {
  public let description: String
  public var exitCode: Int32 { 64 }

  /// Throws unless a run keeps what is asked of it.
  package static func check(_ run: RunFile, _ weights: WeightChoice) throws {
    guard weights == .average, run.training.average == nil else { return }
    throw NoAverages(
      description:
        "\(run.name): keeps no averages of weights; write average: 0.999 in training before it trains")
  }

  private init(description: String) { self.description = description }
}

/// A part of a tensor that one rank holds: evenly spaced bands of rows, consecutive columns.
package struct Piece: Equatable, Sendable {
  package var firstRow: Int
  /// Rows from one band to the next.
  package var rowStep: Int
  package var bands: Int
  /// Rows of a band.
  package var height = 1
  package var columns: Range<Int>
  /// For states, the shard and its first row in it.
  package var shard = 0
  package var shardRow = 0

  package var count: Int { bands * height * columns.count }

  /// The tensor's rows, in order.
  package var rows: [Int] {
    (0..<bands).flatMap { band in (0..<height).map { firstRow + band * rowStep + $0 } }
  }
}

extension CheckpointLayout {
  /// The pieces of a tensor that the rank at a place hands to its writer: every element comes from just one rank.
  package static func pieces(of content: Content, at place: Place, deal: Deal) -> [Piece] {
    let portion = deal.portion(at: place)
    switch content {
    case .weight(let index, _):
      let connection = deal.tiling.network.connections[index]
      let (j, k) = (connection.source, connection.target)
      guard place.replica == 0, portion.holds(k) else { return [] }
      let rows = portion.units(of: j, driving: k)
      let columns = portion.units(k)
      let isWhole =
        !deal.tiling.slicing.isCut(k) && !(portion.isPartial(into: k, from: j) && portion.holds(j))
      if isWhole && place.slice > 0 { return [] }
      let network = deal.tiling.network
      return [
        Piece(
          firstRow: rows.lowerBound, rowStep: network.units(j), bands: network.wirings[index].taps,
          height: rows.count, columns: columns)
      ]
    case .bias(let k, _), .offset(let k):
      guard place.replica == 0, portion.holds(k), deal.tiling.slicing.isCut(k) || place.slice == 0 else {
        return []
      }
      return [Piece(firstRow: 0, rowStep: 1, bands: 1, columns: portion.units(k))]
    case .states(_, let k, let examples):
      guard portion.holds(k), deal.tiling.slicing.isCut(k) || place.slice == 0 else { return [] }
      return statePieces(examples, layer: k, place: place, deal: deal)
    }
  }

  /// The rows among `examples` of each shard at a place.
  static func statePieces(_ examples: Range<Int>, layer k: Int, place: Place, deal: Deal) -> [Piece] {
    let shards = deal.tiling.shards
    let (positions, columns) = (deal.tiling.network.positions(k), deal.portion(at: place).units(k))
    return deal.shards(replica: place.replica).compactMap { shard in
      let first = max(0, examples.lowerBound - shard + shards - 1) / shards
      let end = max(0, examples.upperBound - shard + shards - 1) / shards
      guard end > first else { return nil }
      return Piece(
        firstRow: (shard + first * shards - examples.lowerBound) * positions, rowStep: shards * positions,
        bands: end - first, height: positions, columns: columns, shard: shard, shardRow: first)
    }
  }
}
