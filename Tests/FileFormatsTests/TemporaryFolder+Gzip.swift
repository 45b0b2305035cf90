import CZlib
import Foundation
import Glibc
import TestBasis

extension TemporaryFolder {
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
