import FileFormats

/// A folder of NumPy arrays, gzipped or not: images of numbers of any type that bytes or `float32` hold without loss, n × height × width (× channels) or n × features,
/// and what answers them: n labels of any whole type, or targets.
struct NPYSet: Sendable {
  /// A pair of files, and what was found in them when they were opened.
  struct Part: Sendable {
    let images: String
    let count: Int
    /// Height, width, channels; one row of one channel where an example has features only.
    let extents: [Int]
    let scalar: StoredScalar
    /// Empty where nobody needs them.
    var labels: [UInt8] = []
    /// Nil where nobody needs them.
    var targets: NPYTargets?
    /// Bytes before the first image, and of each.
    let start: Int
    let rowSize: Int
  }

  let parts: PartPair<Part>

  /// Finds the files that some splits need and checks their headers, every label, and that they fit each other.
  init(directory: String, for supervision: Supervision, splits: [Split]) throws(FileError) {
    let folder = try DataFolder(directory)
    parts = try PartPair(for: splits) { isTraining throws(FileError) in
      try Self.part(isTraining ? "training" : "test", in: folder, for: supervision)
    }
    guard let training = parts.training, let test = parts.test else { return }
    if training.extents != test.extents || training.scalar != test.scalar {
      func words(_ part: Part) -> String { "images of \(product(part.extents)) \(part.scalar)" }
      throw FileError(
        .badData, path: test.images, "has \(words(test)), \(training.images) has \(words(training))")
    }
    if let targets = training.targets, let others = test.targets, targets.columns != others.columns {
      throw FileError(
        .badData, path: others.path,
        "has \(others.columns) numbers a row, \(targets.path) has \(targets.columns)")
    }
  }

  /// One array of images that nothing answers, to be tested.
  init(images: String) throws(FileError) {
    parts = PartPair(training: nil, test: try Self.part(images: images))
  }

  /// One more than the largest label; 0 without labels.
  var classes: Int { parts.all.flatMap(\.labels).max().map { Int($0) + 1 } ?? 0 }

  /// The smallest label; 0 without labels.
  var leastLabel: Int { parts.all.flatMap(\.labels).min().map(Int.init) ?? 0 }

  /// SHA-256 of what tells this set from another: extents, the type of number and every label.
  var digest: String {
    let labels = parts.all.map { SHA256.digest(of: $0.labels) }.joined(separator: " ")
    return SHA256.digest(of: Array("\(parts.all[0].extents) \(parts.all[0].scalar) \(labels)".utf8))
  }

  var inputFiles: [RowFile] {
    parts.all.map {
      RowFile(path: $0.images, start: $0.start, rows: $0.count, rowSize: $0.rowSize)
    }
  }

  /// The images of rows `rows` of a part, dealt to shards; the file is read once, to its end, and every float of it
  /// must be a number. What is neither bytes nor `float32` becomes that, where nothing is lost.
  static func images(_ part: Part, rows: Range<Int>, to shards: inout ShardRows<UInt8>) throws(FileError) {
    let path = part.images
    var reader = try GzipReader(path: path, limit: NPYHeader.limit + NPYHeader.arrayLimit)
    let header = try NPYHeader(from: &reader, types: NPYNumber.types)
    guard header.shape[0] == part.count, extents(header.shape) == part.extents, scalar(header) == part.scalar
    else {
      throw FileError(.badData, path: path, "has changed since it was opened")
    }
    guard ["|u1", "<f4"].contains(header.type) else {
      return try convertedImages(header, &reader, rows: rows, to: &shards)
    }
    try header.readRows(&reader) { (index, row) throws(FileError) in
      if part.scalar == .float32, let bad = firstNonFinite(row) {
        throw FileError(
          .badData, path: path,
          "image \(index), byte \(header.size + index * header.rowSize + bad): holds no finite number")
      }
      if rows.contains(index) { shards.take(row, example: index - rows.lowerBound) }
    }
  }

  private static func convertedImages(
    _ header: NPYHeader, _ reader: inout GzipReader, rows: Range<Int>, to shards: inout ShardRows<UInt8>
  ) throws(FileError) {
    let (path, number) = (reader.path, NPYNumber(header.type))
    var floats = [UInt8](repeating: 0, count: header.rowSize / number.size * 4)
    try header.readRows(&reader) { (index, row) throws(FileError) in
      for column in 0..<row.count / number.size {
        let value = number.value(row, at: column * number.size)
        let float = Float(value)
        guard value.isFinite, Double(float) == value else {
          let byte = header.size + index * header.rowSize + column * number.size
          throw FileError(
            .badData, path: path,
            "image \(index), byte \(byte): \(value.isFinite ? "\(value) is no float32" : "holds no finite number")"
              + (value.isFinite ? "; numpy.save(f, numpy.load(f).astype('float32')) rounds all" : ""))
        }
        for byte in 0..<4 {
          floats[4 * column + byte] = UInt8(truncatingIfNeeded: float.bitPattern >> (8 * UInt32(byte)))
        }
      }
      if rows.contains(index) {
        floats.withUnsafeBufferPointer { shards.take($0, example: index - rows.lowerBound) }
      }
    }
  }

  /// The labels of rows `rows` of a part, dealt to shards.
  static func labels(_ part: Part, rows: Range<Int>, to shards: inout ShardRows<UInt8>) {
    for row in rows { shards.take(part.labels[row], example: row - rows.lowerBound) }
  }

  /// What is found of both files' targets: the moments of the rows that train, and SHA-256 of every number; each must be
  /// finite.
  func scanTargets(training rows: Range<Int>) throws(FileError) -> (moments: ColumnMoments, digest: String) {
    var moments = ColumnMoments(columns: parts.all[0].targets?.columns ?? 0)
    var hash = SHA256()
    for (part, rows) in [(parts.training, rows), (parts.test, 0..<0)] {
      try part?.targets?.read { row, numbers in
        if rows.contains(row) { moments.add(numbers) }
        for number in numbers { withUnsafeBytes(of: number.bitPattern.littleEndian) { hash.update($0) } }
      }
    }
    return (moments, hash.finish())
  }

  private static func part(
    _ name: String, in folder: DataFolder, for supervision: Supervision
  ) throws(FileError) -> Part {
    var part = try part(images: folder.find("\(name)-images.npy"))
    let (images, count) = (part.images, part.count)
    switch supervision {
    case .labels:
      let path = try folder.find("\(name)-labels.npy")
      part.labels = try Self.labels(path)
      if part.labels.count != count {
        throw FileError(
          .badData, path: path, "has \(part.labels.count) labels, \(images) has \(count) images")
      }
    case .targets:
      let found = try NPYTargets(path: folder.find("\(name)-targets.npy"))
      if found.count != count {
        throw FileError(
          .badData, path: found.path, "has \(found.count) rows of targets, \(images) has \(count) images")
      }
      part.targets = found
    case .inputs: break
    }
    return part
  }

  /// An array of images, and nothing that answers them.
  private static func part(images: String) throws(FileError) -> Part {
    var reader = try GzipReader(path: images, limit: NPYHeader.limit + NPYHeader.arrayLimit)
    let header = try NPYHeader(from: &reader, types: NPYNumber.types)
    if header.shape.count == 4, [1, 3, 4].contains(header.shape[1]), header.shape[2] == header.shape[3],
      header.shape[3] > 4
    {
      throw FileError(
        .badData, path: images,
        "has the shape \(product(header.shape)), with its channels first; they belong last: "
          + "numpy.save(f, numpy.load(f).transpose(0, 2, 3, 1))")
    }
    guard let extents = extents(header.shape) else {
      throw FileError(
        .badData, path: images,
        "has the shape \(product(header.shape)); images are n×height×width, n×height×width×channels or n×features"
      )
    }
    return Part(
      images: images, count: header.shape[0], extents: extents, scalar: scalar(header), start: header.size,
      rowSize: header.rowSize)
  }

  private static func scalar(_ header: NPYHeader) -> StoredScalar { header.type == "|u1" ? .byte : .float32 }

  /// Height, width and channels of the images of an array; nil where it holds none.
  private static func extents(_ shape: [Int]) -> [Int]? {
    switch shape.count {
    case 2: [1, shape[1], 1]
    case 3: [shape[1], shape[2], 1]
    case 4: Array(shape[1...])
    default: nil
    }
  }

  /// The labels of a file: whole numbers from 0 to 255, n or n × 1 of any type that holds such, or n × classes with one 1
  /// a row.
  private static func labels(_ path: String) throws(FileError) -> [UInt8] {
    var reader = try GzipReader(path: path, limit: NPYHeader.limit + NPYHeader.arrayLimit)
    let header = try NPYHeader(from: &reader, types: NPYNumber.types)
    let classes = header.rowSize / header.scalarSize
    guard header.shape.count <= 2, classes <= 256 else {
      throw FileError(
        .badData, path: path,
        "has the shape \(product(header.shape)); labels are one number an image, or one 1 among zeros for its class"
      )
    }
    let number = NPYNumber(header.type)
    var labels: [UInt8] = []
    try header.readRows(&reader) { (index, row) throws(FileError) in
      let values = (0..<classes).map { number.value(row, at: $0 * number.size) }
      let isOneHot = classes > 1 && values.allSatisfy { $0 == 0 || $0 == 1 } && values.count { $0 == 1 } == 1
      let label =
        classes == 1 ? UInt8(exactly: values[0]) : isOneHot ? values.firstIndex(of: 1).map(UInt8.init) : nil
      guard let label else {
        throw FileError(
          .badData, path: path,
          "label \(index), byte \(header.size + index * header.rowSize): is "
            + (classes == 1
              ? "\(Int(exactly: values[0]).map(String.init) ?? "\(values[0])"), and not one of 0 to 255"
              : "not one 1 among zeros"))
      }
      labels.append(label)
    }
    return labels
  }

  /// The column of the first infinity or NaN in a row of Float32.
  private static func firstNonFinite(_ row: UnsafeBufferPointer<UInt8>) -> Int? {
    let bytes = UnsafeRawBufferPointer(row)
    return stride(from: 0, to: bytes.count - 3, by: 4).first { offset in
      // The exponent's bits are all set in an infinity and in a NaN.
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) & 0x7F80_0000
        == 0x7F80_0000
    }
  }
}
