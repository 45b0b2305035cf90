import EnergyModels
import EquilibriumPropagation
import Tensors
import Training

/// Gradients as the ranks of a grid compute them, brought together on rank 0.
struct GradientGather {
  let grid: Grid
  let deal: Deal

  private var network: Network { deal.tiling.network }

  /// The whole gradient on rank 0, nil elsewhere; `parameters` holds this rank's part of it, in Float64.
  ///
  /// Sends every element once.
  func gather(_ parameters: Parameters) throws -> Gradient? {
    var mine: [UInt8] = []
    for (content, _) in contents where !pieces(content, at: grid.place).isEmpty {
      mine += bytes(of: content, in: parameters)
    }
    guard let all = try grid.world.gather(mine, at: 0) else { return nil }
    var gradient = Gradient(zerosFor: network)
    for (rank, bytes) in all.enumerated() {
      let place = grid.shape.place(ofRank: rank)
      var values = bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }[...]
      for (content, columns) in contents {
        for piece in pieces(content, at: place) {
          gradient.take(content, piece, columns: columns, values.prefix(piece.count))
          values = values.dropFirst(piece.count)
        }
      }
    }
    return gradient
  }

  /// Every weight and bias, with its number of columns.
  private var contents: [(CheckpointLayout.Content, Int)] {
    network.connections.enumerated().map { index, connection in
      (.weight(connection: index, moment: nil), network.units(connection.target))
    } + network.biased.map { (.bias(layer: $0, moment: nil), network.units($0)) }
  }

  private func pieces(_ content: CheckpointLayout.Content, at place: Place) -> [Piece] {
    CheckpointLayout.pieces(of: content, at: place, deal: deal)
  }

  private func bytes(of content: CheckpointLayout.Content, in parameters: Parameters) -> [UInt8] {
    let panels: Panels? =
      switch content {
      case .weight(let connection, _): parameters[connection: connection].forward
      case .bias(let k, _): parameters[bias: k]
      case .states, .offset: nil
      }
    guard let panels else { return [] }
    var bytes = [UInt8](repeating: 0, count: panels.depth * panels.columns * parameters.precision.size)
    bytes.withUnsafeMutableBytes { panels.pack(into: $0) }
    return bytes
  }
}

extension Gradient {
  fileprivate mutating func take(
    _ content: CheckpointLayout.Content, _ piece: Piece, columns: Int, _ values: ArraySlice<Double>
  ) {
    let width = piece.columns.count
    let rows = piece.rows
    for (i, value) in values.enumerated() {
      let index = rows[i / width] * columns + piece.columns.lowerBound + i % width
      switch content {
      case .weight(let connection, _): weights[connection][index] = value
      case .bias(let k, _): self[bias: k][index] = value
      case .states, .offset: break
      }
    }
  }
}
