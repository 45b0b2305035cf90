import CZlib
import Foundation
import Glibc

/// A directory that is removed when the test ends.
final class TemporaryDirectory {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("eqprop-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  /// The names in the directory, hidden ones included.
  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

  /// One gzip member of `bytes`.
  func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let name = "packing-\(UUID().uuidString)"
    let stream = gzopen(file(name), "wb6")
    for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
      let piece = Array(bytes[start..<min(bytes.count, start + 1 << 20)])
      gzwrite(stream, piece, UInt32(piece.count))
    }
    gzclose(stream)
    defer { unlink(file(name)) }
    return try self.bytes(name)
  }
}
