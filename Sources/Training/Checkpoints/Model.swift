import DataSets
import EnergyModels
import FileFormats
import MessagePassing
import Tensors

/// What a rank holds of everything that a checkpoint keeps, and how it becomes bytes.
package struct Model {
  package var parameters: Parameters
  var moments: Moments
  var persistent: [CarriedStates: PersistentStates]
  /// nil where activities are not counted from any.
  var offsets: Offsets?

  init(
    parameters: Parameters, moments: Moments, persistent: [CarriedStates: PersistentStates],
    offsets: Offsets? = nil
  ) {
    (self.parameters, self.moments, self.persistent) = (parameters, moments, persistent)
    self.offsets = offsets
  }

  /// Weights and biases alone.
  package init(_ parameters: Parameters) {
    self.init(parameters: parameters, moments: Moments(parameters, []), persistent: [:])
  }

  /// Packs a piece, row-major.
  func pack(
    _ content: CheckpointLayout.Content, _ piece: Piece, firstShard: Int,
    into bytes: UnsafeMutableRawBufferPointer
  ) {
    let first = parameters.portion.layers.lowerBound
    switch content {
    case .weight(let connection, let moment):
      let index = connection - parameters.portion.connections.lowerBound
      guard let moment else { return parameters.connections[index].forward.pack(into: bytes) }
      moments.forward[index][moment]?.pack(into: bytes)
    case .bias(let k, let moment):
      guard let moment else { return parameters[bias: k].pack(into: bytes) }
      moments.biases[k - first][moment]?.pack(into: bytes)
    case .offset(let k): _ = offsets?[k].pack(rows: 0..<1, columns: piece.columns, into: bytes)
    case .states(let split, let k, _):
      _ = persistent[split]?.states[k - first][piece.shard - firstShard].pack(
        rows: (piece.shardRow..<piece.shardRow + piece.bands).times(piece.height),
        columns: 0..<piece.columns.count, into: bytes)
    }
  }

  /// Takes over what this rank needs of a weight, a bias or a moment read from a file.
  mutating func take(_ tensor: CheckpointLayout.Tensor, _ values: StoredTensor) {
    let first = parameters.portion.layers.lowerBound
    switch tensor.content {
    case .weight(let connection, let moment):
      let index = connection - parameters.portion.connections.lowerBound
      guard parameters.connections.indices.contains(index) else { return }
      if let moment {
        var connection = parameters.connections[index]
        connection.fill { values[$0 * tensor.columns + $1] }
        moments.forward[index][moment] = connection.forward
        moments.backward[index][moment] = connection.isMirrored ? nil : connection.backward
      } else {
        parameters.connections[index].fill { values[$0 * tensor.columns + $1] }
      }
    case .bias(let k, let moment):
      guard parameters.portion.holds(k) else { return }
      for (j, unit) in parameters.portion.units(k).enumerated() {
        if let moment {
          moments.biases[k - first][moment]?[0, j] = values[unit]
        } else {
          parameters[bias: k][0, j] = values[unit]
        }
      }
    case .offset(let k):
      guard var row = offsets?[k] else { return }
      for unit in 0..<row.columns { row[0, unit] = values[unit] }
      offsets?[k] = row
    case .states: preconditionFailure("states are taken by examples")
    }
  }

  /// Takes over its units of some consecutive examples' states, all of this replica: their bytes as files hold them, every
  /// unit at every position.
  mutating func takeStates(
    _ carried: CarriedStates, layer k: Int, examples: Range<Int>, _ bytes: [UInt8], place: Place, deal: Deal
  ) {
    let portion = parameters.portion
    guard portion.holds(k) else { return }
    let (network, shards) = (portion.network, deal.tiling.shards)
    let (index, units, positions) = (k - portion.layers.lowerBound, portion.units(k), network.positions(k))
    let firstShard = deal.shards(replica: place.replica).lowerBound
    bytes.withUnsafeBytes { bytes in
      for (i, example) in examples.enumerated() {
        for position in 0..<positions {
          let start = ((i * positions + position) * network.units(k) + units.lowerBound)
          let row = example / shards * positions + position
          persistent[carried]?.states[index][example % shards - firstShard].unpack(
            rows: row..<row + 1, columns: 0..<units.count,
            from: UnsafeRawBufferPointer(rebasing: bytes[(start * parameters.precision.size)...]))
        }
      }
    }
  }

  /// Whether this rank needs anything of a tensor.
  func needs(_ content: CheckpointLayout.Content) -> Bool {
    switch content {
    case .weight(let connection, _): parameters.portion.connections.contains(connection)
    case .bias(let k, _): parameters.portion.holds(k)
    case .offset(let k): offsets?.layers.contains(k) ?? false
    case .states(let split, let k, _): parameters.portion.holds(k) && persistent[split] != nil
    }
  }
}

extension Safetensors.ElementType {
  /// The type of a scalar in files.
  package static func of(_ precision: Precision) -> Safetensors.ElementType {
    precision == .float32 ? .float32 : .float64
  }
}
