import FileFormats
import Foundation

/// A folder in memory for the files that parsers open, which goes when the process ends.
final class Scratch: Sendable {
  static let shared = Scratch()

  private let folder: String

  private init() {
    let parent = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
    folder = "\(parent)/fuzz-parsers-\(getpid())"
    for name in ["", "/idx", "/cifar10", "/cifar100", "/npy", "/checkpoints"] { mkdir(folder + name, 0o700) }
    atexit { try? FileManager.default.removeItem(atPath: Scratch.shared.folder) }
  }

  func path(_ name: String) -> String { folder + "/" + name }

  /// Writes a file without waiting for any device.
  func write(_ bytes: [UInt8], to name: String) throws {
    guard let file = fopen(path(name), "wb") else {
      throw FileError(.inputOutput, path: path(name), "cannot be written")
    }
    let written = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, written == bytes.count else {
      throw FileError(.inputOutput, path: path(name), "cannot be written")
    }
  }
}
