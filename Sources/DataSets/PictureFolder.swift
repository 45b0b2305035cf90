import FileFormats
import Tensors

/// PNG and JPEG files, a folder a class: `training/CLASS/…` and `test/CLASS/…`, or `CLASS/…` alone, whose pictures are split.
///
/// All have the same height and width; they are colours where one is. Pictures to train and validate on are taken in an order
/// of their own, others in that of their paths.
struct PictureFolder: Sendable {
  struct File: Sendable {
    let path: String
    /// The name of its folder; nil where nothing answers.
    let answer: String?
    let byteCount: Int
  }

  let parts: PartPair<[File]>
  /// The folders' names: numbers by size, words by the alphabet.
  let classNames: [String]
  /// Height, width and channels.
  private(set) var extents: [Int]
  /// Whether one folder holds all splits.
  let isOneFolder: Bool

  /// Finds the pictures that some splits need, and reads what each says of itself.
  ///
  /// - Parameter onlyTests: whether pictures that are not split all test.
  init(path: String, splits: [Split], onlyTests: Bool) throws(FileError) {
    let folder = try DataFolder(path)
    let training = ["training", "train"].first { FileStatus.isDirectory(joinPath(path, $0)) }
    isOneFolder = training == nil && !FileStatus.isDirectory(joinPath(path, "test"))
    var parts: PartPair<[File]>
    if isOneFolder {
      let files = try Self.files(byClassIn: folder)
      parts =
        onlyTests
        ? PartPair(training: nil, test: files) : PartPair(training: inOrderOfTheirOwn(files), test: nil)
    } else {
      parts = try PartPair(for: splits) { isTraining throws(FileError) in
        let files = try Self.files(
          byClassIn: DataFolder(joinPath(path, isTraining ? training ?? "training" : "test")))
        return isTraining ? inOrderOfTheirOwn(files) : files
      }
    }
    classNames = inOrderOfClasses(Set(parts.all.joined().compactMap(\.answer)))
    if classNames.count > 256 {
      throw FileError(
        .badData, path: path, "has \(classNames.count) folders of classes, of which there may be 256")
    }
    if let training = parts.training, let test = parts.test {
      let known = Set(training.map(\.answer))
      if let stranger = test.first(where: { !known.contains($0.answer) }) {
        throw FileError(.badData, path: stranger.path, "is of a class that no training picture has")
      }
    }
    extents = try Self.extents(&parts)
    self.parts = parts
  }

  /// Pictures that nothing answers: one file, or all that lie in a folder and the folders in it.
  init(unanswered path: String) throws(FileError) {
    var files = [File(path: path, answer: nil, byteCount: 0)]
    if FileStatus.isDirectory(path) {
      let folder = try DataFolder(path)
      files = try Self.pictures(in: folder, answer: nil)
      for name in try Self.folders(in: folder) {
        files += try Self.pictures(in: DataFolder(joinPath(path, name)), answer: nil)
      }
      if files.isEmpty {
        throw FileError(.missing, path: path, "holds no picture: PNG or JPEG files are read")
      }
    }
    var parts = PartPair(training: nil, test: files)
    extents = try Self.extents(&parts)
    (self.parts, classNames, isOneFolder) = (parts, [], true)
  }

  private static func files(byClassIn folder: DataFolder) throws(FileError) -> [File] {
    var files: [File] = []
    for name in try folders(in: folder) {
      let found = try pictures(in: DataFolder(joinPath(folder.path, name)), answer: name)
      if found.isEmpty {
        throw FileError(
          .missing, path: joinPath(folder.path, name),
          "holds no picture of its class: PNG or JPEG files are read")
      }
      files += found
    }
    guard files.isEmpty else { return files }
    let loose = try pictures(in: folder, answer: nil).count
    throw FileError(
      .missing, path: folder.path,
      loose > 0
        ? "holds \(loose) pictures and no folder of a class; each class has one, as in \(folder.path)/cat/1.png"
        : "holds no folder of a class with PNG or JPEG files in it")
  }

  /// What people's systems leave about is no data.
  private static func names(in folder: DataFolder) throws(FileError) -> [String] {
    try FileStatus.entries(of: folder.path).filter { !$0.hasPrefix(".") && !$0.hasPrefix("__") }.sorted()
  }

  private static func folders(in folder: DataFolder) throws(FileError) -> [String] {
    try names(in: folder).filter { FileStatus.isDirectory(joinPath(folder.path, $0)) }
  }

  private static func pictures(in folder: DataFolder, answer: String?) throws(FileError) -> [File] {
    var files: [File] = []
    for name in try names(in: folder) {
      let path = joinPath(folder.path, name)
      guard let dot = name.lastIndex(of: "."), !FileStatus.isDirectory(path) else { continue }
      let ending = name[dot...].dropFirst().lowercased()
      if ["bmp", "gif", "tif", "tiff", "webp", "ppm", "pgm"].contains(ending) {
        throw FileError(
          .badData, path: path,
          "PNG and JPEG files are read, no \(ending.uppercased()); ImageMagick makes them: mogrify -format png *.\(ending)"
        )
      }
      if ["png", "jpg", "jpeg", "jpe"].contains(ending) {
        files.append(File(path: path, answer: answer, byteCount: 0))
      }
    }
    return files
  }

  /// What all pictures are alike in; each is told its length.
  private static func extents(_ parts: inout PartPair<[File]>) throws(FileError) -> [Int] {
    var first: EncodedPicture?
    var channels = 1
    func told(_ files: [File]) throws(FileError) -> [File] {
      var told: [File] = []
      for file in files {
        let bytes = try DurableFile.read(file.path, limit: EncodedPicture.limit)
        let picture = try EncodedPicture(bytes, path: file.path)
        channels = max(channels, picture.channels)
        let other = first ?? picture
        first = other
        if picture.height != other.height || picture.width != other.width {
          throw FileError(
            .badData, path: file.path,
            "is \(picture.height)×\(picture.width), \(other.path) is \(other.height)×\(other.width): pictures of one size are "
              + "needed (ImageMagick makes them so: mogrify -resize 32x32! FILES)")
        }
        told.append(File(path: file.path, answer: file.answer, byteCount: bytes.count))
      }
      return told
    }
    parts = PartPair(
      training: try parts.training.map { files throws(FileError) in try told(files) },
      test: try parts.test.map { files throws(FileError) in try told(files) })
    guard let first else { preconditionFailure("a folder of no pictures") }
    return [first.height, first.width, channels]
  }

  /// The same in colours: each number of a grey picture three times.
  func coloured() -> PictureFolder {
    var folder = self
    folder.extents[2] = 3
    return folder
  }

  /// SHA-256 of what tells this set from another: extents, and what each picture is of.
  var digest: String {
    let answers = parts.all.map { $0.map { $0.answer ?? "" }.joined(separator: "\n") }
    return SHA256.digest(of: Array("\(extents)\n\(answers.joined(separator: "\n\n"))".utf8))
  }

  var inputFiles: [RowFile] {
    parts.all.joined().map { RowFile(path: $0.path, start: 0, rows: 1, rowSize: $0.byteCount) }
  }

  private func files(_ split: Split) -> [File] { isOneFolder ? parts.all[0] : parts[split] }

  func paths(_ split: Split, rows: Range<Int>) -> [String] { files(split)[rows].map(\.path) }

  /// The pixels of some pictures, of the wanted shards alone.
  func images(_ split: Split, rows: Range<Int>, to shards: inout ShardRows<UInt8>) throws(FileError) {
    for (example, file) in files(split)[rows].enumerated() where shards.wants(example) {
      let picture = try EncodedPicture(path: file.path)
      guard [picture.height, picture.width] == extents.prefix(2), picture.channels <= extents[2] else {
        throw FileError(.badData, path: file.path, "has changed since it was opened")
      }
      shards.take(try picture.pixels(channels: extents[2]), example: example)
    }
  }

  /// The classes of some pictures among some names; throws where one has another.
  func labels(
    _ split: Split, rows: Range<Int>, among names: [String], to shards: inout ShardRows<UInt8>
  ) throws(FileError) {
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, UInt8($0)) })
    for (example, file) in files(split)[rows].enumerated() {
      guard let label = file.answer.flatMap({ numbers[$0] }) else {
        throw FileError(.badData, path: file.path, "is of a class that the network does not know")
      }
      shards.take(label, example: example)
    }
  }
}

/// Names of classes: numbers by size where all are such, else words by the alphabet.
func inOrderOfClasses(_ names: some Collection<String>) -> [String] {
  let numbers = names.compactMap { name in Double(name).map { ($0, name) } }
  return numbers.count == names.count ? numbers.sorted { $0 < $1 }.map(\.1) : names.sorted()
}

/// What is sorted by class in an order that mixes classes, the same everywhere.
func inOrderOfTheirOwn<Element>(_ elements: [Element]) -> [Element] {
  let random = CounterRandom(seed: 1, purpose: .examples)
  let keys = elements.indices.map { random.bits($0, 0, 0).0 }
  return elements.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.map { elements[$0] }
}
