import DataSets
import FileFormats
import Foundation
import TestBasis
import Testing

/// The folder of published data: EQPROP_SHARED, or `../shared` beside the package, then `data`.
private let dataFolder: String = {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let shared = ProcessInfo.processInfo.environment["EQPROP_SHARED"]
  return (shared ?? root.deletingLastPathComponent().appendingPathComponent("shared").path) + "/data"
}()

private func isThere(_ name: String) -> Bool {
  FileManager.default.fileExists(atPath: dataFolder + "/" + name)
}

/// Whether `xz` ends well.
private func unpacks(_ arguments: String...) -> Bool {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["xz"] + arguments
  (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
  guard (try? process.run()) != nil else { return false }
  process.waitUntilExit()
  return process.terminationStatus == 0
}

private func sum(_ bytes: [UInt8]) -> Int { bytes.reduce(0) { $0 + Int($1) } }

// The sums were computed once with NumPy from the same files.
@Suite("Published data sets") struct RealDataTests {
  // Skipped where the MNIST files are not there.
  @Test("MNIST: counts, sums and first rows", .enabled(if: isThere("mnist"), "needs data/mnist"))
  func mnist() throws {
    let path = dataFolder + "/mnist"
    let set = try DataSet.open(DataSource(format: .idx, path: path, training: 50_000, validation: 10_000))
    #expect(set.description == "idx \(path): 50000 training, 10000 validation, 10000 test, 28×28")
    #expect(set.inputs == 784)
    let sums: [(Split, pixels: Int, labels: Int)] = [
      (.training, 1_309_089_051, 222_442), (.validation, 258_209_494, 44_794), (.test, 264_923_200, 44_434),
    ]
    for (split, pixels, labels) in sums {
      let shards = try set.load(split, shards: 0..<1, of: 1, inputs: true, labels: true)
      #expect(sum(shards[0].inputs) == pixels && sum(shards[0].labels) == labels)
    }
    let validation = try set.load(.validation, shards: 0..<1, of: 10_000, inputs: true, labels: true)
    #expect(sum(validation[0].inputs) == 22_386)
  }

  // Skipped where the MNIST files are not there.
  @Test(
    "MNIST: one shard of four holds its own rows, quickly", .enabled(if: isThere("mnist"), "needs data/mnist")
  )
  func shard() throws {
    let source = DataSource(format: .idx, path: dataFolder + "/mnist", training: 50_000, validation: 10_000)
    let clock = ContinuousClock()
    var shards: [ShardExamples] = []
    let opening = try clock.measure { _ = try DataSet.open(source) }
    let set = try DataSet.open(source)
    let loading = try clock.measure {
      shards = try set.load(.training, shards: 1..<2, of: 4, inputs: true, labels: true)
    }
    print("MNIST training, shard 1 of 4: opened in \(opening), loaded in \(loading)")
    #expect(shards.map(\.shard) == [1] && shards[0].count == 12_500)
    #expect(shards[0].inputs.count == 12_500 * 784)
    #expect(sum(shards[0].inputs) == 349_191_214 && sum(shards[0].labels) == 55_285)
    // Unpacking 47 MB takes about 0.2 s; a debug build or a busy machine may take some times that.
    #expect(loading < .seconds(10))
  }

  // Skipped where the Fashion-MNIST files are not there.
  @Test(
    "A data set is told by its labels, not by where it lies",
    .enabled(if: isThere("mnist") && isThere("fashion-mnist"), "needs data/mnist and data/fashion-mnist"))
  func digest() throws {
    func digest(_ folder: String) throws -> String {
      try DataSet.open(DataSource(format: .idx, path: dataFolder + "/" + folder)).digest
    }
    #expect(try digest("mnist") == digest("../data/mnist"))
    #expect(try digest("mnist") != digest("fashion-mnist"))
    #expect(try DataSet.open(DataSource(format: .digits)).digest != digest("mnist"))
  }

  @Test("Fashion-MNIST: counts and sums", .enabled(if: isThere("fashion-mnist"), "needs data/fashion-mnist"))
  func fashion() throws {
    let set = try DataSet.open(DataSource(format: .idx, path: dataFolder + "/fashion-mnist"))
    #expect(set.count(.training) == 60_000 && set.count(.validation) == 0 && set.count(.test) == 10_000)
    let training = try set.load(.training, shards: 0..<1, of: 1, inputs: true, labels: true)
    #expect(sum(training[0].inputs) == 3_431_114_169 && sum(training[0].labels) == 270_000)
    let test = try set.load(.test, shards: 0..<1, of: 1, inputs: true, labels: true)
    #expect(sum(test[0].inputs) == 573_469_082 && sum(test[0].labels) == 45_000)
  }

  // Skipped where the CIFAR-10 files are not there, or there is no xz to unpack them with.
  @Test(
    "CIFAR-10: counts, labels, each channel's sum, mean and deviation, one picture",
    .enabled(if: isThere("cifar10") && unpacks("--version"), "needs data/cifar10 and xz"))
  func cifar10() throws {
    let folder = try TemporaryFolder()
    for name in (1...5).map({ "data_batch_\($0)" }) + ["test_batch_first1000"] {
      let packed = folder.file(name + ".bin.xz")
      try FileManager.default.copyItem(atPath: dataFolder + "/cifar10/\(name).bin.xz", toPath: packed)
      #expect(unpacks("-d", packed))
    }
    try FileManager.default.moveItem(
      atPath: folder.file("test_batch_first1000.bin"), toPath: folder.file("test_batch.bin"))
    let set = try DataSet.open(
      DataSource(format: .cifar, path: folder.path, training: 45_000, validation: 5_000))
    #expect(
      set.description == "cifar \(folder.path): 45000 training, 5000 validation, 1000 test, 32×32×3")
    let expected: [(Split, labels: Int, channels: [Int])] = [
      (.training, 202_265, [5_775_898_884, 5_665_162_749, 5_245_693_221]),
      (.validation, 22_735, [639_815_320, 629_897_431, 584_214_398]),
      (.test, 4_603, [129_709_978, 127_077_761, 117_772_592]),
    ]
    var (sums, squares) = ([0, 0, 0], [0, 0, 0])
    for (split, labels, channels) in expected {
      let shard = try set.load(split, shards: 0..<1, of: 1, inputs: true, labels: true)[0]
      #expect(sum(shard.labels) == labels)
      var found = [0, 0, 0]
      for (place, byte) in shard.inputs.enumerated() {
        found[place % 3] += Int(byte)
        if split != .test { squares[place % 3] += Int(byte) * Int(byte) }
      }
      #expect(found == channels)
      if split != .test { for c in 0..<3 { sums[c] += found[c] } }
      guard split == .validation else { continue }
      #expect(shard.labels[1] == 1)
      let places: [(y: Int, x: Int, colour: [UInt8])] = [(5, 7, [47, 53, 32]), (31, 0, [64, 59, 58])]
      for (y, x, colour) in places {
        let first = 3072 + 3 * (32 * y + x)
        #expect(Array(shard.inputs[first..<first + 3]) == colour)
      }
    }
    // Published: means 0.4914, 0.4822, 0.4465, deviations 0.2470, 0.2435, 0.2616.
    for (c, published) in [(0.4914, 0.2470), (0.4822, 0.2435), (0.4465, 0.2616)].enumerated() {
      let mean = Double(sums[c]) / 51_200_000 / 255
      let variance = Double(squares[c]) / 51_200_000 / 65_025 - mean * mean
      #expect(abs(mean - published.0) < 6e-5)
      #expect(abs(variance.squareRoot() - published.1) < 6e-5)
    }
  }

  // Skipped where the published digits are not there.
  @Test(
    "the embedded digits are the published file, row by row",
    .enabled(if: isThere("digits/digits.csv.gz"), "needs data/digits"))
  func digits() throws {
    var reader = try GzipReader(path: dataFolder + "/digits/digits.csv.gz", limit: 1 << 20)
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = try bytes.withUnsafeMutableBytes { try reader.read(into: $0) }
    let lines = String(decoding: bytes[..<count], as: UTF8.self).split(whereSeparator: \.isNewline)
    let rows = lines.map { $0.split(separator: ",").compactMap { UInt8($0) } }
    #expect(rows.count == 1797 && rows.allSatisfy { $0.count == 65 })
    let set = try DataSet.open(DataSource(format: .digits, training: 1797))
    let shard = try set.load(.training, shards: 0..<1, of: 1, inputs: true, labels: true)[0]
    #expect(shard.inputs == rows.flatMap { $0[..<64] })
    #expect(shard.labels == rows.map { $0[64] })
  }
}
