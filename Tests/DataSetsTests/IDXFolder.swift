import CZlib
import Foundation
import Glibc

/// A folder of small IDX files, each right until a test spoils it; removed when the test ends.
final class IDXFolder {
  static let trainImages = "train-images-idx3-ubyte"
  static let trainLabels = "train-labels-idx1-ubyte"
  static let testImages = "t10k-images-idx3-ubyte"
  static let testLabels = "t10k-labels-idx1-ubyte"

  let path: String

  /// 23 training and 7 test images of 2×3; pixel p of image i is (6i + p) mod 256, its label i mod 10.
  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("eqprop-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
    try write(Self.trainImages, Self.images(23))
    try write(Self.trainLabels, Self.labels(23))
    try write(Self.testImages, Self.images(7))
    try write(Self.testLabels, Self.labels(7))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }
  func remove(_ name: String) { unlink(file(name)) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }

  /// Replaces the plain file by a gzipped one of these bytes, of which only `kept` are kept.
  func pack(_ name: String, _ bytes: [UInt8], kept: Int = .max) throws {
    remove(name)
    let stream = gzopen(file(name + ".gz"), "wb6")
    gzwrite(stream, bytes, UInt32(bytes.count))
    gzclose(stream)
    if kept < .max { truncate(file(name + ".gz"), kept) }
  }

  static func header(_ words: UInt32...) -> [UInt8] {
    words.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
  }

  static func images(_ count: Int) -> [UInt8] {
    header(0x803, UInt32(count), 2, 3) + (0..<count * 6).map { UInt8(truncatingIfNeeded: $0) }
  }

  static func labels(_ count: Int) -> [UInt8] {
    header(0x801, UInt32(count)) + (0..<count).map { UInt8($0 % 10) }
  }
}
