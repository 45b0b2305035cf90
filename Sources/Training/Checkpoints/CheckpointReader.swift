import DataSets
import FileFormats
import MessagePassing
import Tensors

extension CheckpointLayout {
  /// Reads what this rank needs of a checkpoint, each tensor from its file.
  ///
  /// Throws an input/output error where a file that is there cannot be opened.
  package func read(_ folder: String, into model: inout Model, place: Place, deal: Deal) throws(FileError) {
    do {
      try readFiles(folder, into: &model, place: place, deal: deal)
    } catch {
      throw try error.judged()
    }
  }

  private func readFiles(
    _ folder: String, into model: inout Model, place: Place, deal: Deal
  ) throws(FileError) {
    for file in files where file.tensors.contains(where: { model.needs($0.content) }) {
      let reader = try Safetensors.Reader(path: folder + "/" + file.name)
      for tensor in file.tensors where model.needs(tensor.content) {
        let stored = try reader.tensor(tensor.name)
        guard stored.shape == tensor.shape, stored.type == .of(precision) else {
          throw FileError(
            .badData, path: reader.path,
            "\(tensor.name) is \(stored.type.rawValue) \(stored.shape), the run needs "
              + "\(Safetensors.ElementType.of(precision).rawValue) \(tensor.shape)")
        }
        guard case .states(let split, let k, let examples) = tensor.content else {
          model.take(tensor, try values(of: stored, in: reader))
          continue
        }
        for stretch in deal.stretches(of: examples, replica: place.replica) {
          let bytes = try rows(stretch, of: stored, from: examples.lowerBound, in: reader)
          model.takeStates(split, layer: k, examples: stretch, bytes, place: place, deal: deal)
        }
      }
    }
  }

  /// The bytes of consecutive examples of a tensor of states, whose first one is `first`.
  private func rows(
    _ examples: Range<Int>, of tensor: Safetensors.Tensor, from first: Int,
    in reader: borrowing Safetensors.Reader
  ) throws(FileError) -> [UInt8] {
    let size = tensor.byteCount / max(tensor.shape[0], 1)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: examples.count * size, alignment: 64)
    defer { room.deallocate() }
    try reader.read(
      tensor, bytes: (examples.lowerBound - first) * size..<(examples.upperBound - first) * size, into: room)
    return Array(room)
  }

  /// A tensor's bytes.
  private func values(
    of tensor: Safetensors.Tensor, in reader: borrowing Safetensors.Reader
  ) throws(FileError) -> StoredTensor {
    switch precision {
    case .float32: .float32(try reader.elements(of: tensor, as: Float.self))
    case .float64: .float64(try reader.elements(of: tensor, as: Double.self))
    case .hollow32, .hollow64: preconditionFailure("a file holds numbers")
    }
  }
}

/// The elements of a tensor read from a file, row-major.
enum StoredTensor {
  case float32([Float])
  case float64([Double])

  subscript(index: Int) -> Double {
    switch self {
    case .float32(let values): Double(values[index])
    case .float64(let values): values[index]
    }
  }
}

extension Deal {
  /// The examples of a replica's shards among some consecutive ones, as stretches that follow on each other in a file:
  /// example i belongs to shard i mod shards.
  package func stretches(of examples: Range<Int>, replica: Int) -> [Range<Int>] {
    let (mine, shards) = (shards(replica: replica), tiling.shards)
    guard mine.count < shards else { return examples.isEmpty ? [] : [examples] }
    return stride(from: examples.lowerBound / shards * shards, to: examples.upperBound, by: shards)
      .map { ($0 + mine.lowerBound..<$0 + mine.upperBound).clamped(to: examples) }
      .filter { !$0.isEmpty }
  }
}
