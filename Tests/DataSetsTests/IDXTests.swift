import DataSets
import FileFormats
import Foundation
import Glibc
import Testing

@Suite("IDX folders") struct IDXTests {
  let folder: IDXFolder

  init() throws { folder = try IDXFolder() }

  func source(training: Int? = nil, validation: Int = 0) -> DataSource {
    DataSource(format: .idx, path: folder.path, training: training, validation: validation)
  }

  /// The error of opening the folder and loading every split of it.
  func failure(_ source: DataSource) -> DataError? {
    do throws(DataError) {
      let set = try DataSet.open(source)
      for split in Split.allCases {
        _ = try set.load(split, shards: 0..<2, of: 2, inputs: true, labels: true)
      }
      return nil
    } catch { return error }
  }

  /// Expects exit code 65 and the one sentence that starts with the file.
  func expectBad(_ name: String, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let error = failure(source(validation: 3))
    #expect(error?.description == "\(folder.file(name)): \(reason)", sourceLocation: sourceLocation)
    #expect(error?.exitCode == 65, sourceLocation: sourceLocation)
  }

  @Test("splits, description and divisor")
  func splits() throws {
    let set = try DataSet.open(source(training: 12, validation: 5))
    #expect(set.description == "idx \(folder.path): 12 training, 5 validation, 7 test, 2×3")
    #expect(set.inputs == 6 && set.classes == 10 && set.divisor == 255)
    #expect(try DataSet.open(source(validation: 3)).count(.training) == 20)
    let validation = try set.load(.validation, shards: 0..<1, of: 1, inputs: true, labels: true)
    #expect(
      validation == [
        ShardExamples(shard: 0, count: 5, inputs: Array(72..<102), labels: [2, 3, 4, 5, 6])
      ])
    var divided = source()
    divided.divisor = 256
    #expect(try DataSet.open(divided).divisor == 256)
  }

  @Test("packed and plain files give the same examples")
  func packed() throws {
    let plain = try DataSet.open(source()).load(.training, shards: 0..<3, of: 3, inputs: true, labels: true)
    try folder.pack(IDXFolder.trainImages, IDXFolder.images(23))
    try folder.pack(IDXFolder.trainLabels, IDXFolder.labels(23))
    let packed = try DataSet.open(source()).load(.training, shards: 0..<3, of: 3, inputs: true, labels: true)
    #expect(packed == plain)
  }

  @Test("shards do not overlap and together are the split", arguments: [1, 2, 4, 5, 30])
  func shards(shardCount: Int) throws {
    let set = try DataSet.open(source(training: 19, validation: 4))
    let shards = try set.load(.training, shards: 0..<shardCount, of: shardCount, inputs: true, labels: true)
    #expect(shards.map(\.count).reduce(0, +) == 19)
    for example in 0..<19 {
      let shard = shards[example % shardCount]
      let row = example / shardCount
      #expect(Array(shard.inputs[row * 6..<row * 6 + 6]) == (0..<6).map { UInt8(example * 6 + $0) })
      #expect(shard.labels[row] == UInt8(example % 10))
    }
    for shard in 0..<shardCount {
      #expect(shards[shard].inputs.count == 6 * shards[shard].count)
      let alone = try set.load(
        .training, shards: shard..<shard + 1, of: shardCount, inputs: true, labels: true)
      #expect(alone == [shards[shard]])
    }
    let labels = try set.load(.training, shards: 0..<1, of: shardCount, inputs: false, labels: true)
    #expect(labels[0].inputs.isEmpty && labels[0].labels == shards[0].labels)
    let inputs = try set.load(.training, shards: 0..<1, of: shardCount, inputs: true, labels: false)
    #expect(inputs[0].labels.isEmpty && inputs[0].inputs == shards[0].inputs)
  }

  @Test("unpacked names, and the folders of other programs' downloads, are found")
  func otherNames() throws {
    let names = [IDXFolder.trainImages, IDXFolder.trainLabels, IDXFolder.testImages, IDXFolder.testLabels]
    let plain = try DataSet.open(DataSource(format: .idx, path: folder.path)).digest
    for below in ["", "raw/", "MNIST/raw/"] {
      let other = try IDXFolder()
      try FileManager.default.createDirectory(
        atPath: other.file(below), withIntermediateDirectories: true)
      for name in names {
        let unpacked = name.replacing("-idx", with: ".idx")
        try FileManager.default.moveItem(atPath: other.file(name), toPath: other.file(below + unpacked))
      }
      #expect(try DataSet.open(DataSource(format: .idx, path: other.path)).digest == plain, "\(below)")
    }
  }

  @Test("a page of HTML under a file's name is told as one")
  func html() throws {
    let folder = try IDXFolder()
    try folder.write(IDXFolder.trainImages, Array("\n<!DOCTYPE html><html><body>moved".utf8))
    let told = failure(DataSource(format: .idx, path: folder.path))
    #expect(
      told?.description.contains("is a page of HTML and no data: what was downloaded") == true)
  }

  @Test("a missing folder, file or path has its own exit code")
  func missing() throws {
    var elsewhere = source()
    elsewhere.path = "/no/such/folder"
    #expect(failure(elsewhere)?.description == "/no/such/folder: no such directory")
    #expect(failure(elsewhere)?.exitCode == 66)
    elsewhere.path = folder.file(IDXFolder.testLabels)
    #expect(failure(elsewhere)?.description.hasSuffix(": is not a directory") == true)
    elsewhere.path = nil
    #expect(failure(elsewhere)?.exitCode == 64)
    #expect(failure(elsewhere)?.description == "data: format idx needs 'path', the folder of its four files")
    folder.remove(IDXFolder.testLabels)
    let path = folder.file(IDXFolder.testLabels)
    #expect(failure(source())?.description == "\(path): no such file, with or without .gz")
    #expect(failure(source())?.exitCode == 66)
  }

  // Root reads everything, so the check has no subject there.
  @Test("a folder and a file that may not be read", .enabled(if: geteuid() != 0, "root may read everything"))
  func unreadable() throws {
    chmod(folder.file(IDXFolder.trainImages), 0)
    #expect(failure(source())?.exitCode == 66)
    chmod(folder.path, 0o600)
    #expect(failure(source())?.description == "\(folder.path): may not be read by this user")
    chmod(folder.path, 0o700)
  }

  @Test("more rows than there are, and impossible numbers")
  func rows() throws {
    let images = folder.file(IDXFolder.trainImages)
    let many = failure(source(training: 20, validation: 4))
    #expect(many?.description == "\(images): has 23 examples; 20 training and 4 validation were asked for")
    #expect(many?.exitCode == 65)
    for (training, validation) in [(nil, 23), (nil, .max), (.max, .max), (1, .max)] as [(Int?, Int)] {
      #expect(failure(source(training: training, validation: validation))?.exitCode == 65)
    }
    #expect(failure(source(training: 22, validation: 1)) == nil)
    #expect(failure(source(training: 0))?.exitCode == 64)
    #expect(failure(source(validation: -1))?.exitCode == 64)
    for divisor in [0, -1, .nan, .infinity] {
      var divided = source()
      divided.divisor = divisor
      #expect(failure(divided)?.exitCode == 64)
    }
  }

  @Test("a wrong magic number, images as labels too")
  func magic() throws {
    try folder.write(IDXFolder.testLabels, IDXFolder.images(7))
    expectBad(
      IDXFolder.testLabels, "starts with 0x00000803, an IDX file of labels with 0x00000801")
    try folder.write(IDXFolder.trainImages, Array("<svg>not an image</svg>".utf8))
    expectBad(
      IDXFolder.trainImages, "starts with 0x3c737667, an IDX file of images with 0x00000803")
  }

  @Test("headers that promise what cannot be")
  func headers() throws {
    let name = IDXFolder.trainImages
    try folder.write(name, IDXFolder.header(0x803, .max, .max, .max))
    expectBad(name, "its header promises 4294967295×4294967295×4294967295 bytes, the limit is 17179869184")
    try folder.write(name, IDXFolder.header(0x803, 0, 28, 28))
    expectBad(name, "holds no images: its header says 0×28×28")
    try folder.write(name, IDXFolder.header(0x803, 23, 2, 0))
    expectBad(name, "holds no images: its header says 23×2×0")
    // Ten packed bytes cannot hold these 16 GB; no memory is taken for them.
    try folder.pack(name, IDXFolder.header(0x803, 20_000_000, 28, 28))
    let error = failure(source())
    #expect(error?.description.contains("gz: truncated: its header promises 15680000000 bytes, ") == true)
    folder.remove(name + ".gz")
    try folder.write(name, IDXFolder.images(23))
    try folder.write(IDXFolder.trainLabels, IDXFolder.header(0x801, 1 << 29))
    expectBad(IDXFolder.trainLabels, "its header promises 536870912 bytes, the limit is 268435456")
  }

  @Test("a file shorter than its header says")
  func short() throws {
    let bytes = IDXFolder.images(23)
    try folder.write(IDXFolder.trainImages, Array(bytes.dropLast()))
    expectBad(IDXFolder.trainImages, "truncated: its header promises 138 bytes, 137 are there")
    try folder.write(IDXFolder.trainImages, Array(bytes[..<15]))
    expectBad(IDXFolder.trainImages, "truncated: the header of images has 16 bytes, 15 are there")
    try folder.write(IDXFolder.trainImages, [])
    expectBad(IDXFolder.trainImages, "truncated: the header of images has 16 bytes, 0 are there")
    try folder.pack(IDXFolder.trainImages, Array(bytes.dropLast(30)))
    expectBad(IDXFolder.trainImages + ".gz", "truncated: its header promises 138 bytes, 108 are there")
    try folder.pack(IDXFolder.trainImages, bytes, kept: 10)
    expectBad(IDXFolder.trainImages + ".gz", "truncated: the header of images has 16 bytes, 0 are there")
    // All pixels are there, only the last of the checksum's bytes is not.
    try folder.pack(IDXFolder.trainImages, bytes)
    truncate(folder.file(IDXFolder.trainImages + ".gz"), 90)
    #expect(failure(source())?.description.contains("gz: truncated: ") == true)
  }

  @Test("a file longer than its header says, a gzip bomb too")
  func long() throws {
    try folder.write(IDXFolder.testImages, IDXFolder.images(7) + [0])
    expectBad(IDXFolder.testImages, "is too long: bytes follow the 42 that its header promises")
    try folder.pack(IDXFolder.testImages, IDXFolder.images(7) + [UInt8](repeating: 0, count: 64 << 20))
    expectBad(IDXFolder.testImages + ".gz", "is too long: bytes follow the 42 that its header promises")
    try folder.pack(IDXFolder.testImages, IDXFolder.images(7))
    try folder.pack(IDXFolder.testLabels, IDXFolder.labels(7) + [0])
    expectBad(IDXFolder.testLabels + ".gz", "is too long: bytes follow the 7 that its header promises")
  }

  @Test("a corrupt packed file is found while it is read")
  func corrupt() throws {
    try folder.pack(IDXFolder.trainImages, IDXFolder.images(23))
    let path = folder.file(IDXFolder.trainImages + ".gz")
    var bytes = try DurableFile.read(path)
    bytes[bytes.count - 6] ^= 1
    try DurableFile.write(bytes, to: path)
    expectBad(IDXFolder.trainImages + ".gz", "corrupt after 154 unpacked bytes: incorrect data check")
  }

  @Test("images and labels that do not fit each other")
  func mismatch() throws {
    try folder.write(IDXFolder.trainLabels, IDXFolder.labels(22))
    let images = folder.file(IDXFolder.trainImages)
    expectBad(IDXFolder.trainLabels, "has 22 labels, \(images) has 23 images")
    var labels = IDXFolder.labels(23)
    labels[8 + 17] = 10
    try folder.write(IDXFolder.trainLabels, labels)
    expectBad(IDXFolder.trainLabels, "label 10 at index 17 is not one of 0 to 9")
    try folder.write(IDXFolder.trainLabels, IDXFolder.labels(23))
    try folder.write(
      IDXFolder.testImages, IDXFolder.header(0x803, 7, 3, 3) + [UInt8](repeating: 0, count: 63))
    expectBad(IDXFolder.testImages, "has images of 3×3, \(images) has 2×3")
  }

  @Test("a file that changes between opening and loading is found")
  func changed() throws {
    let set = try DataSet.open(source())
    try folder.write(IDXFolder.trainImages, IDXFolder.images(24))
    let path = folder.file(IDXFolder.trainImages)
    #expect(throws: DataError.file(FileError(.badData, path: path, "has changed since it was opened"))) {
      try set.load(.training, shards: 0..<1, of: 1, inputs: true, labels: false)
    }
  }
}
