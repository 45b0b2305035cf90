import FileFormats

/// Which of the two sets a folder holds: they differ in their files' names and in what stands before the pixels.
///
/// A record is one label byte (CIFAR-10), or a coarse and a fine one (CIFAR-100), then 1,024 red, 1,024 green and 1,024
/// blue bytes, each 32 rows of 32. Source: A. Krizhevsky, the CIFAR-10 and CIFAR-100 data sets, section "Binary version".
enum CIFARKind {
  case cifar10
  case cifar100

  static let extents = [32, 32, 3]
  /// Pixels of a record.
  static let pixels = 1024
  /// Groups of CIFAR-100's classes.
  static let coarseClasses = 20
  /// A file of more bytes than this is refused: 16 GiB.
  static let limit = 1 << 34

  var labelBytes: Int { self == .cifar10 ? 1 : 2 }
  var classes: Int { self == .cifar10 ? 10 : 100 }
  var recordSize: Int { labelBytes + 3 * CIFARKind.pixels }
  var training: [String] { self == .cifar10 ? (1...5).map { "data_batch_\($0).bin" } : ["train.bin"] }
  var test: String { self == .cifar10 ? "test_batch.bin" : "test.bin" }
}

/// A folder of CIFAR-10 (`data_batch_1.bin` to `data_batch_5.bin`, `test_batch.bin`) or CIFAR-100 (`train.bin`,
/// `test.bin`) in the binary version, gzipped or not.
///
/// Files may hold fewer records than the published ones, the five training files equally many.
struct CIFARSet: Sendable {
  /// The files of the training or the test images, in order, and all their labels.
  struct Part: Sendable {
    let files: [File]
    let labels: [UInt8]
  }

  struct File: Sendable {
    let path: String
    let count: Int
  }

  let kind: CIFARKind
  let parts: PartPair<Part>

  /// Finds the files that some splits need and checks the size of each and every label.
  init(directory: String, splits: [Split]) throws(FileError) {
    let folder = try DataFolder(directory)
    let kind = try Self.kind(of: folder, testOnly: splits == [.test])
    parts = try PartPair(for: splits) { isTraining throws(FileError) in
      try Self.part(kind, isTraining ? kind.training : [kind.test], in: folder)
    }
    self.kind = kind
  }

  /// SHA-256 of what tells this set from another: extents and every label.
  var digest: String {
    let labels = parts.all.map { SHA256.digest(of: $0.labels) }
    return SHA256.digest(of: Array("\(CIFARKind.extents) \(labels.joined(separator: " "))".utf8))
  }

  /// The records, with their labels.
  var inputFiles: [RowFile] {
    parts.all.flatMap(\.files).map {
      RowFile(path: $0.path, start: 0, rows: $0.count, rowSize: kind.recordSize)
    }
  }

  /// The images of rows `rows` of a part, dealt to shards with their channels last; each file with such rows is read
  /// once, to its end.
  func images(_ part: Part, rows: Range<Int>, to shards: inout ShardRows<UInt8>) throws(FileError) {
    var picture = [UInt8](repeating: 0, count: 3 * CIFARKind.pixels)
    var first = 0
    for file in part.files {
      defer { first += file.count }
      guard rows.overlaps(first..<first + file.count) else { continue }
      let changed = FileError(.badData, path: file.path, "has changed since it was opened")
      let count = try Self.readRecords(kind, file.path) { [first] (index, record) throws(FileError) in
        guard index < file.count, part.labels[first + index] == record[kind.labelBytes - 1] else {
          throw changed
        }
        guard rows.contains(first + index) else { return }
        for pixel in 0..<CIFARKind.pixels {
          for channel in 0..<3 {
            picture[3 * pixel + channel] = record[kind.labelBytes + channel * CIFARKind.pixels + pixel]
          }
        }
        picture.withUnsafeBufferPointer { shards.take($0, example: first + index - rows.lowerBound) }
      }
      if count != file.count { throw changed }
    }
  }

  /// The labels of rows `rows` of a part, dealt to shards.
  func labels(_ part: Part, rows: Range<Int>, to shards: inout ShardRows<UInt8>) {
    for row in rows { shards.take(part.labels[row], example: row - rows.lowerBound) }
  }

  private static func kind(of folder: DataFolder, testOnly: Bool) throws(FileError) -> CIFARKind {
    let (ten, hundred) = (CIFARKind.cifar10.training[0], CIFARKind.cifar100.training[0])
    func holds(_ kind: CIFARKind) -> String? {
      folder.seek(kind.training[0]) ?? (testOnly ? folder.seek(kind.test) : nil)
    }
    switch (holds(.cifar10), holds(.cifar100)) {
    case (_?, nil): return .cifar10
    case (nil, _?): return .cifar100
    case (_?, _?):
      throw FileError(
        .badData, path: folder.path,
        "holds both CIFAR-10 (\(ten)) and CIFAR-100 (\(hundred)): give each a folder of its own")
    case (nil, nil):
      throw FileError(
        .missing, path: folder.path,
        "holds neither \(ten) (CIFAR-10) nor \(hundred) (CIFAR-100), with or without .gz")
    }
  }

  private static func part(
    _ kind: CIFARKind, _ names: [String], in folder: DataFolder
  ) throws(FileError) -> Part {
    var (files, labels): ([File], [UInt8]) = ([], [])
    for name in names {
      let path = try folder.find(name)
      let count = try readRecords(kind, path) { (_, record) throws(FileError) in
        labels.append(record[kind.labelBytes - 1])
      }
      if count == 0 { throw FileError(.badData, path: path, "holds no records") }
      if let first = files.first, first.count != count {
        throw FileError(.badData, path: path, "has \(count) records, \(first.path) has \(first.count)")
      }
      files.append(File(path: path, count: count))
    }
    return Part(files: files, labels: labels)
  }

  /// Reads every record of a file and checks its labels; returns how many there are.
  private static func readRecords(
    _ kind: CIFARKind, _ path: String,
    _ body: (_ index: Int, _ record: UnsafeBufferPointer<UInt8>) throws(FileError) -> Void
  ) throws(FileError) -> Int {
    let size = kind.recordSize
    var reader = try GzipReader(path: path, limit: CIFARKind.limit)
    func name(_ index: Int) -> String { "record \(index), byte \(index * size)" }
    func cut(_ records: Int, _ rest: Int) -> FileError {
      FileError(.badData, path: path, "\(name(records)): has \(rest) of the \(size) bytes of a record")
    }
    return try reader.readRows(of: size, cut: cut) { (index, record) throws(FileError) in
      if kind == .cifar100, record[0] >= CIFARKind.coarseClasses {
        throw FileError(
          .badData, path: path,
          "\(name(index)): coarse label \(record[0]) is not one of 0 to \(CIFARKind.coarseClasses - 1)")
      }
      let label = record[kind.labelBytes - 1]
      if label >= kind.classes {
        throw FileError(
          .badData, path: path, "\(name(index)): label \(label) is not one of 0 to \(kind.classes - 1)")
      }
      try body(index, record)
    }
  }
}
