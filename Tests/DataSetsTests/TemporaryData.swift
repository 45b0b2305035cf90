import CZlib
import DataSets
import Foundation
import Glibc

/// A folder of small data files, which a test writes and spoils; removed when the test ends.
final class TemporaryData {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("eqprop-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }
  func remove(_ name: String) { unlink(file(name)) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  /// Replaces a plain file by the same gzipped, of which only `kept` bytes are kept.
  func pack(_ name: String, kept: Int = .max) throws {
    let bytes = try bytes(name)
    remove(name)
    let stream = gzopen(file(name + ".gz"), "wb6")
    gzwrite(stream, bytes, UInt32(bytes.count))
    gzclose(stream)
    if kept < .max { truncate(file(name + ".gz"), kept) }
  }

  /// The error of opening the folder in a format and loading every split of it.
  func failure(_ format: DataFormat, _ change: (inout DataSource) -> Void = { _ in }) -> DataError? {
    do throws(DataError) {
      var source = DataSource(format: format, path: path, validation: 1)
      change(&source)
      let set = try DataSet.open(source)
      for split in Split.allCases {
        _ = try set.load(split, shards: 0..<2, of: 2, inputs: true, labels: true)
      }
      return nil
    } catch { return error }
  }
}

/// A small repeatable generator (SplitMix64) for the tests' choices.
struct Choices: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
