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
        model.take(tensor, try values(of: stored, in: reader), place: place, deal: deal)
      }
    }
  }

  /// A tensor's bytes.
  private func values(
    of tensor: Safetensors.Tensor, in reader: borrowing Safetensors.Reader
  ) throws(FileError) -> StoredTensor {
    switch precision {
    case .float32: .float32(try reader.elements(of: tensor, as: Float.self))
    case .float64: .float64(try reader.elements(of: tensor, as: Double.self))
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

  func withUnsafeBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
    switch self {
    case .float32(let values): values.withUnsafeBytes(body)
    case .float64(let values): values.withUnsafeBytes(body)
    }
  }
}
