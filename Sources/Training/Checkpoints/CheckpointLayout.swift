import DataSets
import EnergyModels
import FileFormats
import Tensors

/// The tensors and files of a checkpoint: they follow from the run alone, never from the grid.
package struct CheckpointLayout: Sendable {
  /// What a tensor holds.
  package enum Content: Hashable, Sendable {
    /// W_{jk}, n_j × n_k, by its place among the network's connections; or a moment beside it.
    case weight(connection: Int, moment: Moment?)
    /// b_k, n_k; or a moment beside it.
    case bias(layer: Int, moment: Moment?)
    /// Persistent states of layer k for consecutive examples of a split, examples × n_k.
    case states(Split, layer: Int, examples: Range<Int>)
  }

  package struct Tensor: Sendable {
    package let name: String
    package let content: Content
    package let rows: Int
    package let columns: Int
    package var shape: [Int] { if case .bias = content { [columns] } else { [rows, columns] } }
  }

  package struct File: Sendable {
    package let name: String
    package let tensors: [Tensor]
  }

  package let files: [File]
  let precision: Precision

  /// States are cut into files of about this size.
  static let bytesAFile = 64 << 20

  package init(deal: Deal, moments: [Moment], persistent: [Split: Int], precision: Precision) {
    self.precision = precision
    let network = deal.tiling.network
    var files: [File] = []
    for k in 1...network.depth {
      let kinds: [Moment?] = [nil] + moments
      files.append(
        File(
          name: "layer-\(k).safetensors",
          tensors: kinds.flatMap { moment in
            let suffix = moment.map { ".\($0.rawValue)" } ?? ""
            let weights = network.connections(into: k).map { index in
              Tensor(
                name: network.connections[index].weightName + suffix,
                content: .weight(connection: index, moment: moment),
                rows: network.units(network.connections[index].source), columns: network.units(k))
            }
            return weights + [
              Tensor(
                name: "layers.\(k).bias\(suffix)", content: .bias(layer: k, moment: moment), rows: 1,
                columns: network.units(k))
            ]
          }))
    }
    for split in Split.allCases {
      guard let count = persistent[split], count > 0 else { continue }
      for k in 1...network.depth {
        let most = max(1, CheckpointLayout.bytesAFile / (network.units(k) * precision.size))
        for first in stride(from: 0, to: count, by: most) {
          let examples = first..<min(first + most, count)
          let name = "states.\(split.rawValue).\(k).from.\(first)"
          files.append(
            File(
              name: "states-\(split.rawValue)-\(k)-\(first).safetensors",
              tensors: [
                Tensor(
                  name: name, content: .states(split, layer: k, examples: examples), rows: examples.count,
                  columns: network.units(k))
              ]))
        }
      }
    }
    self.files = files
  }
}

extension Connection {
  /// What files call the weights: `layers.2.weight`; of a skip `layers.3.weight.from.1`.
  package var weightName: String { "layers.\(target).weight" + (isNext ? "" : ".from.\(source)") }
}

extension CheckpointLayout {
  /// The layout of a run's checkpoints.
  init(run: RunFile, data: DataSet, deal: Deal) {
    var persistent: [Split: Int] = [:]
    if run.keepsStates {
      for split in Split.allCases { persistent[split] = data.count(split) }
    }
    self.init(
      deal: deal, moments: run.training.moments, persistent: persistent,
      precision: run.training.precision)
  }
}

/// A part of a tensor that one rank holds: evenly spaced rows, consecutive columns.
package struct Piece: Equatable, Sendable {
  package var firstRow: Int
  package var rowStep: Int
  package var rowCount: Int
  package var columns: Range<Int>
  /// For states, the shard and its first row in it.
  package var shard = 0
  package var shardRow = 0

  var count: Int { rowCount * columns.count }
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
      return [Piece(firstRow: rows.lowerBound, rowStep: 1, rowCount: rows.count, columns: columns)]
    case .bias(let k, _):
      guard place.replica == 0, portion.holds(k), deal.tiling.slicing.isCut(k) || place.slice == 0 else {
        return []
      }
      return [Piece(firstRow: 0, rowStep: 1, rowCount: 1, columns: portion.units(k))]
    case .states(_, let k, let examples):
      guard portion.holds(k), deal.tiling.slicing.isCut(k) || place.slice == 0 else { return [] }
      return statePieces(examples, columns: portion.units(k), place: place, deal: deal)
    }
  }

  /// The rows among `examples` of each shard at a place.
  static func statePieces(_ examples: Range<Int>, columns: Range<Int>, place: Place, deal: Deal) -> [Piece] {
    let shards = deal.tiling.shards
    return deal.shards(replica: place.replica).compactMap { shard in
      let first = max(0, examples.lowerBound - shard + shards - 1) / shards
      let end = max(0, examples.upperBound - shard + shards - 1) / shards
      guard end > first else { return nil }
      return Piece(
        firstRow: shard + first * shards - examples.lowerBound, rowStep: shards, rowCount: end - first,
        columns: columns, shard: shard, shardRow: first)
    }
  }
}
