import FileFormats
import MessagePassing
import Tensors

/// A file of tensors in memory, ready to be written by another thread.
///
/// Guarantees: after it is handed over only the writing thread touches `bytes`.
package struct FileContents: @unchecked Sendable {
  let name: String
  let declarations: [Safetensors.Declaration]
  /// The tensors' elements, one after the other.
  package let bytes: MessageBuffer
  private var sealed: UInt64?

  package init(_ file: CheckpointLayout.File, precision: Precision) {
    name = file.name
    declarations = file.tensors.map { Safetensors.Declaration($0.name, .of(precision), $0.shape) }
    bytes = MessageBuffer(
      byteCount: file.tensors.reduce(0) { $0 + $1.rows * $1.columns } * precision.size)
  }

  /// Notes what the bytes are, once they are complete: what is written later must still be that.
  package mutating func seal() { sealed = digest }

  /// Writes the file into a folder, synced.
  ///
  /// Throws too where a bit has changed since `seal`: its SHA-256 would be that of the spoilt bytes.
  package func write(to folder: String) throws(FileError) -> Manifest.Entry {
    let path = folder + "/" + name
    var writer = try Safetensors.Writer(path: path, tensors: declarations)
    try writer.append(UnsafeRawBufferPointer(bytes.bytes))
    let (size, sha256) = try writer.finish()
    guard digest == sealed else {
      throw FileError(
        .inputOutput, path: path, "changed in memory while it was being saved; a fault of memory")
    }
    return Manifest.Entry(name: name, size: size, sha256: sha256)
  }

  private var digest: UInt64 { Tensors.digest(of: UnsafeRawBufferPointer(bytes.bytes)) }
}
