import DataSets
import FileFormats
import MessagePassing
import Tensors

extension CheckpointLayout {
  /// Reads what this rank needs of a checkpoint, each tensor from its file.
  func read<S: Scalar>(_ folder: String, into model: inout Model<S>, place: Place, deal: Deal) throws(FileError) {
    for file in files where file.tensors.contains(where: { model.needs($0.content) }) {
      let reader = try Safetensors.Reader(path: folder + "/" + file.name)
      for tensor in file.tensors where model.needs(tensor.content) {
        let stored = try reader.tensor(tensor.name)
        guard stored.shape == tensor.shape, stored.type == .of(S.self) else {
          throw FileError(
            .badData, path: reader.path,
            "\(tensor.name) is \(stored.type.rawValue) \(stored.shape), the run needs "
              + "\(Safetensors.ElementType.of(S.self).rawValue) \(tensor.shape)")
        }
        model.take(tensor, try reader.elements(of: stored, as: S.self), place: place, deal: deal)
      }
    }
  }
}
