import DataSets
import FileFormats
import TestBasis
import Testing

@Suite("CIFAR folders") struct CIFARTests {
  let folder: TemporaryFolder

  /// Three records in each of the five files and four to test; example i has label i mod 10 and `pixels(i)`.
  init() throws {
    folder = try TemporaryFolder()
    for file in 0..<5 { try folder.write("data_batch_\(file + 1).bin", Self.ten(3 * file..<3 * file + 3)) }
    try folder.write("test_batch.bin", Self.ten(100..<104))
  }

  /// Pixel p of channel c of image i, in the order of the file: channel by channel.
  private static func pixel(_ i: Int, _ c: Int, _ p: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: 7 * i + 85 * c + p + p / 32)
  }

  private static func pixels(_ i: Int) -> [UInt8] {
    (0..<3).flatMap { c in (0..<1024).map { pixel(i, c, $0) } }
  }

  static func ten(_ examples: Range<Int>) -> [UInt8] { examples.flatMap { [UInt8($0 % 10)] + pixels($0) } }

  static func hundred(_ examples: Range<Int>) -> [UInt8] {
    examples.flatMap { [UInt8($0 % 20), UInt8($0 % 100)] + pixels($0) }
  }

  func open(training: Int? = nil, validation: Int = 0) throws -> DataSet {
    try DataSet.open(
      DataSource(format: .cifar, path: folder.path, training: training, validation: validation))
  }

  /// Expects exit code 65 and the one sentence that starts with the file.
  func expectBad(_ name: String, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let error = folder.failure(.cifar)
    #expect(error?.description == "\(folder.file(name)): \(reason)", sourceLocation: sourceLocation)
    #expect(error?.exitCode == 65, sourceLocation: sourceLocation)
  }

  @Test("CIFAR-10: splits over the files' borders, channels last")
  func ten() throws {
    let set = try open(training: 8, validation: 5)
    #expect(set.description == "cifar \(folder.path): 8 training, 5 validation, 4 test, 32×32×3")
    #expect(set.extents == [32, 32, 3] && set.inputs == 3072 && set.classes == 10 && set.divisor == 255)
    for (split, examples) in [(Split.training, 0..<8), (.validation, 8..<13), (.test, 100..<104)] {
      for shards in [1, 3] {
        let dealt = try set.load(split, shards: 0..<shards, of: shards, inputs: true, labels: true)
        for (number, example) in examples.enumerated() {
          let (shard, row) = (dealt[number % shards], number / shards)
          #expect(shard.labels[row] == UInt8(example % 10))
          let input = shard.inputs[row * 3072..<(row + 1) * 3072]
          let expected = (0..<1024).flatMap { p in (0..<3).map { Self.pixel(example, $0, p) } }
          #expect(input.elementsEqual(expected), "\(split) \(number)")
        }
      }
    }
  }

  @Test("CIFAR-100: the fine labels")
  func hundred() throws {
    let other = try TemporaryFolder()
    try other.write("train.bin", Self.hundred(90..<115))
    try other.write("test.bin", Self.hundred(3..<5))
    let set = try DataSet.open(DataSource(format: .cifar, path: other.path, validation: 5))
    #expect(set.description == "cifar \(other.path): 20 training, 5 validation, 2 test, 32×32×3")
    #expect(set.classes == 100)
    let training = try set.load(.training, shards: 0..<1, of: 1, inputs: true, labels: true)[0]
    #expect(training.labels == (90..<110).map { UInt8($0 % 100) })
    #expect(training.inputs[3072 + 1] == Self.pixel(91, 1, 0))
    // A file of CIFAR-10 has records of another size.
    try other.write("test.bin", Self.ten(3..<5))
    #expect(
      other.failure(.cifar)?.description
        == "\(other.file("test.bin")): record 1, byte 3074: has 3072 of the 3074 bytes of a record")
    var bytes = Self.hundred(0..<4)
    bytes[3 * 3074] = 20
    try other.write("test.bin", bytes)
    #expect(
      other.failure(.cifar)?.description
        == "\(other.file("test.bin")): record 3, byte 9222: coarse label 20 is not one of 0 to 19")
    bytes[3 * 3074] = 19
    bytes[3 * 3074 + 1] = 100
    try other.write("test.bin", bytes)
    #expect(
      other.failure(.cifar)?.description
        == "\(other.file("test.bin")): record 3, byte 9222: label 100 is not one of 0 to 99")
  }

  @Test("packed and plain files give the same examples and digest; other labels another digest")
  func packed() throws {
    let plain = try open()
    let examples = try plain.load(.training, shards: 0..<4, of: 4, inputs: true, labels: true)
    for name in ["data_batch_2.bin", "data_batch_5.bin", "test_batch.bin"] { try folder.pack(name) }
    let packed = try open()
    #expect(packed.digest == plain.digest)
    #expect(try packed.load(.training, shards: 0..<4, of: 4, inputs: true, labels: true) == examples)
    try folder.write("data_batch_4.bin", Self.ten(12..<15))
    #expect(try open().digest != plain.digest)
  }

  @Test("labels, sizes and counts that cannot be")
  func bad() throws {
    var bytes = Self.ten(3..<6)
    bytes[2 * 3073] = 10
    try folder.write("data_batch_2.bin", bytes)
    expectBad("data_batch_2.bin", "record 2, byte 6146: label 10 is not one of 0 to 9")
    try folder.write("data_batch_2.bin", Array(Self.ten(3..<6).dropLast(73)))
    expectBad("data_batch_2.bin", "record 2, byte 6146: has 3000 of the 3073 bytes of a record")
    try folder.write("data_batch_2.bin", Self.ten(3..<5))
    expectBad("data_batch_2.bin", "has 2 records, \(folder.file("data_batch_1.bin")) has 3")
    try folder.write("data_batch_2.bin", Self.ten(3..<6))
    try folder.write("test_batch.bin", [])
    expectBad("test_batch.bin", "holds no records")
    try folder.write("test_batch.bin", Self.ten(0..<2))
    try folder.pack("test_batch.bin", kept: 40)
    #expect(folder.failure(.cifar)?.description.hasPrefix(folder.file("test_batch.bin.gz: ")) == true)
    #expect(folder.failure(.cifar)?.exitCode == 65)
  }

  @Test("a gzip stream that breaks off between two records is told")
  func brokenOff() throws {
    try folder.pack("test_batch.bin")
    let packed = try folder.bytes("test_batch.bin.gz")
    // Of four records all bytes are there, of the checksum and length after them some are not.
    try folder.write("test_batch.bin.gz", Array(packed.dropLast(5)))
    expectBad(
      "test_batch.bin.gz", "truncated: its gzip stream breaks off after \(4 * 3073) unpacked bytes")
  }

  @Test("missing files, two sets in one folder, a file that changes")
  func files() throws {
    let set = try open()
    try folder.write("data_batch_3.bin", Self.ten(0..<3))
    #expect(
      throws: DataError.file(
        FileError(.badData, path: folder.file("data_batch_3.bin"), "has changed since it was opened"))
    ) {
      try set.load(.training, shards: 0..<1, of: 1, inputs: true, labels: false)
    }
    try folder.write("train.bin", Self.hundred(0..<2))
    #expect(
      folder.failure(.cifar)?.description
        == "\(folder.path): holds both CIFAR-10 (data_batch_1.bin) and CIFAR-100 (train.bin): "
        + "give each a folder of its own")
    folder.remove("train.bin")
    folder.remove("data_batch_5.bin")
    #expect(
      folder.failure(.cifar)?.description
        == "\(folder.file("data_batch_5.bin")): no such file, with or without .gz")
    #expect(folder.failure(.cifar)?.exitCode == 66)
    folder.remove("data_batch_1.bin")
    #expect(folder.failure(.cifar)?.exitCode == 66)
    #expect(folder.failure(.cifar)?.description.contains("holds neither data_batch_1.bin (CIFAR-10)") == true)
    #expect(folder.failure(.cifar) { $0.path = nil }?.exitCode == 64)
  }

  @Test("whatever stands in a file, the set is read or refused with that file's name")
  func hostile() throws {
    var choices = SeededGenerator(state: 3)
    var counts = (read: 0, refused: 0)
    for round in 0..<60 {
      var bytes = Self.ten(3..<6)
      switch round % 3 {
      case 0: bytes.removeLast(Int.random(in: 0..<bytes.count, using: &choices))
      case 1:
        bytes[Int.random(in: 0..<bytes.count, using: &choices)] = UInt8.random(in: 0...255, using: &choices)
      default:
        bytes[3073 * Int.random(in: 0..<3, using: &choices)] = UInt8.random(in: 0...20, using: &choices)
      }
      try folder.write("data_batch_2.bin", bytes)
      if let error = folder.failure(.cifar) {
        counts.refused += 1
        #expect(error.exitCode == 65 && error.description.hasPrefix(folder.file("data_batch_2.bin: ")))
      } else {
        counts.read += 1
      }
    }
    #expect(counts.read > 10 && counts.refused > 10, "\(counts)")
  }
}
