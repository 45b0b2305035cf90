import DataSets
import FileFormats
import Foundation
import TestBasis
import Testing

@Suite struct TargetTests {
  /// A folder of 5 training and 2 test examples of 3 numbers, with targets of a type.
  private static func folder(
    _ type: String, _ bytes: [UInt8], shape: [Int] = [5], test: [UInt8]? = nil
  ) throws -> TemporaryFolder {
    let folder = try images()
    try folder.write("training-targets.npy", NPYTests.array(type, shape, bytes))
    try folder.write(
      "test-targets.npy",
      NPYTests.array(type, [2] + shape[1...], test ?? Array(bytes[..<(2 * bytes.count / shape[0])])))
    return folder
  }

  private static func images() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("training-images.npy", NPYTests.array("|u1", [5, 3], Array(0..<15)))
    try folder.write("test-images.npy", NPYTests.array("|u1", [2, 3], Array(0..<6)))
    return folder
  }

  private static func bytes<Number: FixedWidthInteger>(_ numbers: [Number], isBig: Bool = false) -> [UInt8] {
    numbers.flatMap { number in
      withUnsafeBytes(of: isBig ? number.bigEndian : number.littleEndian, Array.init)
    }
  }

  private static func open(_ folder: TemporaryFolder) throws -> DataSet {
    try DataSet.open(DataSource(format: .npy, path: folder.path), for: .targets)
  }

  private static let numbers = [0.5, -1.25, 3, 1024, -2]

  @Test(
    "Targets of every type that stands for real numbers have their values",
    arguments: [false, true])
  func types(isBig: Bool) throws {
    let order = isBig ? ">" : "<"
    let all: [(String, [UInt8], [Double])] = [
      (order + "f2", Self.bytes(Self.numbers.map { Float16($0).bitPattern }, isBig: isBig), Self.numbers),
      (order + "f4", Self.bytes(Self.numbers.map { Float($0).bitPattern }, isBig: isBig), Self.numbers),
      (order + "f8", Self.bytes(Self.numbers.map(\.bitPattern), isBig: isBig), Self.numbers),
      (
        order + "i2", Self.bytes([1, -2, 3, -32768, 32767] as [Int16], isBig: isBig),
        [1, -2, 3, -32768, 32767]
      ),
      (order + "i4", Self.bytes([1, -2, 3, -70000, 9] as [Int32], isBig: isBig), [1, -2, 3, -70000, 9]),
      (
        order + "i8", Self.bytes([1, -2, 3, -5_000_000_000, 9] as [Int64], isBig: isBig), [1, -2, 3, -5e9, 9]
      ),
      (order + "u4", Self.bytes([1, 2, 3, 4_000_000_000, 9] as [UInt32], isBig: isBig), [1, 2, 3, 4e9, 9]),
      ("|i1", [1, 254, 3, 128, 127], [1, -2, 3, -128, 127]), ("|b1", [0, 1, 1, 0, 1], [0, 1, 1, 0, 1]),
    ]
    for (type, bytes, values) in all {
      let folder = try Self.folder(type, bytes)
      defer { withExtendedLifetime(folder) {} }
      let set = try Self.open(folder)
      let examples = try set.load(.training, shards: 0..<2, of: 2, inputs: false, targets: true)
      #expect(
        examples.map(\.targets) == [[values[0], values[2], values[4]], [values[1], values[3]]], "\(type)")
      #expect(set.targets == 1 && set.count(.test) == 2, "\(type)")
    }
  }

  @Test(
    "Several targets an example stand in its row; the training rows' mean and deviation are each column's")
  func columns() throws {
    let numbers: [Double] = [1, 10, 2, 10, 3, 10, 4, 10, 100, -7]
    let folder = try Self.folder("<f8", Self.bytes(numbers.map(\.bitPattern)), shape: [5, 2])
    let source = DataSource(format: .npy, path: folder.path, training: 4, validation: 1)
    let set = try DataSet.open(source, for: .targets)
    #expect(set.targets == 2)
    #expect(set.targetMoments.mean == [2.5, 10])
    #expect(set.targetMoments.deviation == [(1.25 as Double).squareRoot(), 1])
    let validation = try set.load(.validation, shards: 0..<1, of: 1, inputs: true, targets: true)[0]
    #expect(validation.targets == [100, -7] && validation.inputs == [12, 13, 14])
  }

  @Test("The digest changes with a target of either file, and not with the place")
  func digest() throws {
    func digest(_ numbers: [Double], test: [Double] = [1, 2]) throws -> String {
      try Self.open(
        Self.folder(
          "<f8", Self.bytes(numbers.map(\.bitPattern)), test: Self.bytes(test.map(\.bitPattern)))
      ).digest
    }
    let plain = try digest(Self.numbers)
    #expect(try digest(Self.numbers) == plain)
    #expect(try digest([0.5, -1.25, 3, 1024, -2.5]) != plain)
    #expect(try digest(Self.numbers, test: [1, 3]) != plain)
  }

  @Test("A file of targets that is missing or bad is told with its path, row and byte")
  func mistakes() throws {
    func refusal(_ folder: TemporaryFolder) -> String {
      do {
        _ = try Self.open(folder)
        return "none"
      } catch {
        return "\(error)".replacingOccurrences(of: folder.path + "/", with: "")
      }
    }
    let header = NPYTests.array("<f8", [5], []).count
    let good = Self.bytes(Self.numbers.map(\.bitPattern))
    let absent = try Self.folder("<f8", good)
    try FileManager.default.removeItem(atPath: absent.path + "/test-targets.npy")
    #expect(refusal(absent) == "test-targets.npy: no such file, with or without .gz")
    for (value, place) in [(Double.nan, 3), (.infinity, 0)] {
      var numbers = Self.numbers
      numbers[place] = value
      #expect(
        refusal(try Self.folder("<f8", Self.bytes(numbers.map(\.bitPattern))))
          == "training-targets.npy: target \(place), byte \(header + 8 * place): holds no finite number")
    }
    #expect(
      refusal(try Self.folder("<f8", Array(good[..<32]), shape: [4]))
        == "training-targets.npy: has 4 rows of targets, training-images.npy has 5 images")
    #expect(
      refusal(try Self.folder("<f8", good, shape: [5, 1, 1]))
        == "training-targets.npy: has the shape 5×1×1; targets are n numbers or n×m, a row an example")
    #expect(refusal(try Self.folder("<c8", good)).contains("holds complex numbers ('<c8')"))
    let wide = try Self.folder("<f8", good)
    try wide.write("test-targets.npy", NPYTests.array("<f8", [2, 2], Array(good[..<32])))
    #expect(
      refusal(wide) == "test-targets.npy: has 2 numbers a row, training-targets.npy has 1")
  }

  @Test("Who needs no labels needs no files of them")
  func labelsAreOptional() throws {
    let folder = try Self.images()
    let source = DataSource(format: .npy, path: folder.path)
    let set = try DataSet.open(source, for: .inputs)
    #expect(set.inputs == 3 && set.classes == 0 && set.targets == 0)
    #expect(throws: DataError.self) { try DataSet.open(source) }
    #expect(throws: DataError.source("data: format digits has no targets")) {
      try DataSet.open(DataSource(format: .digits), for: .targets)
    }
  }

  @Test("Friedman's problem is its formula, with noise of deviation 1 and the same numbers on every machine")
  func friedman() throws {
    let set = try DataSet.open(DataSource(format: .friedman), for: .targets)
    #expect(set.count(.training) == 4000 && set.count(.test) == 1000 && set.inputs == 10)
    #expect(set.digest == "e5866651e1b21a3d52b915e7b9ca1e7e1d2207763b1f109d90ba240caf544117")
    let examples = try set.load(.training, shards: 0..<1, of: 1, inputs: true, targets: true)[0]
    let noise = examples.targets.indices.map { row -> Double in
      let x = (0..<10).map { column in
        Double(
          examples.inputs.withUnsafeBytes {
            Float(bitPattern: $0.loadUnaligned(fromByteOffset: 4 * (10 * row + column), as: UInt32.self))
          })
      }
      let curve = 10 * sin(.pi * x[0] * x[1]) + 20 * (x[2] - 0.5) * (x[2] - 0.5)
      return examples.targets[row] - (curve + 10 * x[3] + 5 * x[4])
    }
    let mean = noise.reduce(0, +) / Double(noise.count)
    let square = noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)
    #expect(abs(mean) < 0.06 && abs(square - 1) < 0.1)
  }
}
