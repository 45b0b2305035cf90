import FileFormats

/// A folder of four IDX files named as MNIST's: training and test, images and labels, gzipped or not.
struct IDXSet: Sendable {
  /// The paths of a pair of files, and what their headers said when they were opened.
  struct Part: Sendable {
    let images: String
    /// Nil where nobody needs them.
    let labels: String?
    let count: Int
    let extents: [Int]
    /// SHA-256 of the labels.
    let labelDigest: String
  }

  let parts: PartPair<Part>

  /// Finds the files that some splits need and checks their headers, every label, and that they fit each other.
  ///
  /// - Parameter classes: nil where nobody needs labels, whose files need not be there.
  init(directory: String, classes: Int?, splits: [Split]) throws(FileError) {
    let folder = try DataFolder(directory)
    parts = try PartPair(for: splits) { isTraining throws(FileError) in
      try Self.part(isTraining ? "train" : "t10k", in: folder, classes: classes)
    }
    if let training = parts.training, let test = parts.test, training.extents != test.extents {
      throw FileError(
        .badData, path: test.images,
        "has images of \(product(test.extents)), \(training.images) has \(product(training.extents))")
    }
  }

  /// One file of images that nothing answers, to be tested.
  init(images: String) throws(FileError) {
    let header = try IDXFile(.images, path: images).header
    parts = PartPair(training: nil, test: Part(unanswered: images, header))
  }

  /// SHA-256 of what tells this set from another: extents and every label.
  var digest: String {
    let labels = parts.all.map(\.labelDigest).joined(separator: " ")
    return SHA256.digest(of: Array("\(parts.all[0].extents) \(labels)".utf8))
  }

  var inputFiles: [RowFile] {
    parts.all.map {
      RowFile(
        path: $0.images, start: IDXContent.images.headerSize, rows: $0.count,
        rowSize: $0.extents.reduce(1, *))
    }
  }

  /// The labels of rows `rows` of a part, dealt to shards.
  static func labels(_ part: Part, rows: Range<Int>, to shards: inout ShardRows<UInt8>) throws(FileError) {
    guard let labels = part.labels else { return }
    try read(.labels, labels, count: part.count, extents: [], rows: rows, to: &shards)
  }

  /// The images of rows `rows` of a part, dealt to shards; the file is read once, to its end.
  static func images(_ part: Part, rows: Range<Int>, to shards: inout ShardRows<UInt8>) throws(FileError) {
    try read(.images, part.images, count: part.count, extents: part.extents, rows: rows, to: &shards)
  }

  private static func read(
    _ content: IDXContent, _ path: String, count: Int, extents: [Int], rows: Range<Int>,
    to shards: inout ShardRows<UInt8>
  ) throws(FileError) {
    let file = try IDXFile(content, path: path)
    if file.header.count != count || file.header.rowExtents != extents {
      throw FileError(.badData, path: path, "has changed since it was opened")
    }
    try file.readRows { (index, row) throws(FileError) in
      if rows.contains(index) { shards.take(row, example: index - rows.lowerBound) }
    }
  }

  private static func part(
    _ prefix: String, in folder: DataFolder, classes: Int?
  ) throws(FileError) -> Part {
    let images = try folder.find("\(prefix)-images-idx3-ubyte", or: "\(prefix)-images.idx3-ubyte")
    guard let classes else {
      return Part(unanswered: images, try IDXFile(.images, path: images).header)
    }
    let labels = try folder.find("\(prefix)-labels-idx1-ubyte", or: "\(prefix)-labels.idx1-ubyte")
    let imagesFile = try IDXFile(.images, path: images)
    let labelsFile = try IDXFile(.labels, path: labels)
    let counts = (images: imagesFile.header.count, labels: labelsFile.header.count)
    let extents = imagesFile.header.rowExtents
    if counts.images != counts.labels {
      throw FileError(
        .badData, path: labels, "has \(counts.labels) labels, \(images) has \(counts.images) images")
    }
    var values: [UInt8] = []
    values.reserveCapacity(counts.labels)
    try labelsFile.readRows { (index, row) throws(FileError) in
      values.append(row[0])
      if Int(row[0]) >= classes {
        throw FileError(
          .badData, path: labels, "label \(row[0]) at index \(index) is not one of 0 to \(classes - 1)")
      }
    }
    return Part(
      images: images, labels: labels, count: counts.images, extents: extents,
      labelDigest: SHA256.digest(of: values))
  }
}

extension IDXSet.Part {
  init(unanswered images: String, _ header: IDXHeader) {
    self.init(
      images: images, labels: nil, count: header.count, extents: header.rowExtents, labelDigest: "none")
  }
}
