import FileFormats
import Tensors

/// An opened and checked source of examples: headers, counts and labels, no pixels.
public struct DataSet: Sendable, CustomStringConvertible {
  private enum Store: Sendable {
    case idx(IDXSet)
    case cifar(CIFARSet)
    case npy(NPYSet)
    case digits
  }

  /// As it was given: what is nil in it is settled in `divisor` and `count(_:)`.
  public let source: DataSource
  /// The extents of one input: height, width and channels, which lie in memory in this order.
  public let extents: [Int]
  /// The units of s₀: height × width × channels.
  public let inputs: Int
  /// The number of classes.
  public let classes: Int
  /// The type of the numbers as they are stored.
  public let scalar: StoredScalar
  /// An input is its stored number divided by this, before normalisation.
  public let divisor: Double

  private let store: Store
  private let rows: SplitRows

  /// Opens a source: finds its files, checks their headers and labels, and cuts the splits.
  ///
  /// Errors: 64 for an impossible source, 66 for a missing file, 65 for a bad one or one that has fewer
  /// examples than asked for, 74 where the system cannot read.
  public static func open(_ source: DataSource) throws(DataError) -> DataSet {
    try DataSet(source)
  }

  /// SHA-256 of what tells this data set from another, wherever it lies: extents and every label.
  public var digest: String {
    switch store {
    case .idx(let set): set.digest
    case .cifar(let set): set.digest
    case .npy(let set): set.digest
    case .digits: SHA256.digest(of: Array(Digits.credit.utf8))
    }
  }

  /// Where the inputs are; nil of those that stand in the program.
  var inputFiles: [RowFile]? {
    switch store {
    case .idx(let set): set.inputFiles
    case .cifar(let set): set.inputFiles
    case .npy(let set): set.inputFiles(rowSize: inputs * scalar.size)
    case .digits: nil
    }
  }

  /// The number of examples of a split.
  public func count(_ split: Split) -> Int { rows[split].count }

  /// Whether an input can be looked at: more than one row, and grey or red, green and blue.
  public var isPicture: Bool { extents[0] > 1 && (extents[2] == 1 || extents[2] == 3) }

  /// How stored numbers become inputs of a precision.
  public func values(_ precision: Precision) -> InputValues {
    InputValues(
      extents: extents, scalar: scalar, divisor: divisor, normalization: source.normalize,
      precision: precision)
  }

  /// Reads the examples of the given shards and no others: example i belongs to shard i mod shardCount.
  ///
  /// The files of the split are read once, from front to back, and checked to their ends. Returns one value
  /// a shard, in order; `inputs` and `labels` say which of the two are wanted. Errors as for `open`.
  public func load(
    _ split: Split, shards: Range<Int>, of shardCount: Int, inputs wantsInputs: Bool, labels wantsLabels: Bool
  ) throws(DataError) -> [ShardExamples] {
    let rows = rows[split]
    let dealt = { (rowSize: Int) in
      ShardRows(shards: shards, of: shardCount, examples: rows.count, rowSize: rowSize)
    }
    var images = dealt(wantsInputs ? inputs * scalar.size : 0)
    var labels = dealt(wantsLabels ? 1 : 0)
    switch store {
    case .idx(let set):
      let part = split == .test ? set.test : set.training
      try fileErrors { () throws(FileError) in
        if wantsInputs { try IDXSet.images(part, rows: rows, to: &images) }
        if wantsLabels { try IDXSet.labels(part, rows: rows, to: &labels) }
      }
    case .cifar(let set):
      let part = split == .test ? set.test : set.training
      if wantsInputs {
        try fileErrors { () throws(FileError) in try set.images(part, rows: rows, to: &images) }
      }
      if wantsLabels { set.labels(part, rows: rows, to: &labels) }
    case .npy(let set):
      let part = split == .test ? set.test : set.training
      if wantsInputs {
        try fileErrors { () throws(FileError) in try NPYSet.images(part, rows: rows, to: &images) }
      }
      if wantsLabels { NPYSet.labels(part, rows: rows, to: &labels) }
    case .digits:
      Digits.readRows(rows) { index, pixels, label in
        if wantsInputs { images.take(pixels, example: index - rows.lowerBound) }
        if wantsLabels { labels.take(label, example: index - rows.lowerBound) }
      }
    }
    return shards.enumerated().map { place, shard in
      ShardExamples(
        shard: shard, count: ShardExamples.count(ofShard: shard, of: shardCount, examples: rows.count),
        inputs: images.bytes[place], labels: labels.bytes[place])
    }
  }

  /// The source, its splits and extents: `idx data/mnist: 50000 training, 10000 validation, 10000 test, 28×28`; of
  /// several channels `32×32×3`.
  public var description: String {
    let place = source.format == .digits ? "(embedded)" : source.path ?? ""
    let counts = Split.allCases.map { "\(count($0)) \($0.rawValue)" }.joined(separator: ", ")
    return
      "\(source.format.rawValue) \(place): \(counts), \(product(extents[2] == 1 ? Array(extents[..<2]) : extents))"
  }

  private init(_ source: DataSource) throws(DataError) {
    try source.check()
    self.source = source
    let path = source.path ?? ""
    switch source.format {
    case .idx:
      let set = try fileErrors { () throws(FileError) in try IDXSet(directory: path, classes: 10) }
      rows = try SplitRows(
        source, available: set.training.count, testCount: set.test.count, name: set.training.images)
      (store, extents, scalar, classes) = (.idx(set), set.training.extents + [1], .byte, 10)
    case .cifar:
      let set = try fileErrors { () throws(FileError) in try CIFARSet(directory: path) }
      rows = try SplitRows(
        source, available: set.training.labels.count, testCount: set.test.labels.count, name: path)
      (store, extents, scalar, classes) = (.cifar(set), CIFARKind.extents, .byte, set.kind.classes)
    case .npy:
      let set = try fileErrors { () throws(FileError) in try NPYSet(directory: path) }
      rows = try SplitRows(
        source, available: set.training.count, testCount: set.test.count, name: set.training.images)
      (store, extents, scalar) = (.npy(set), set.training.extents, set.training.scalar)
      classes = set.classes
    case .digits:
      rows = try SplitRows(
        source, available: Digits.count, reserved: Digits.testRows, name: "digits (embedded)")
      (store, extents, scalar, classes) = (.digits, Digits.extents + [1], .byte, 10)
    }
    divisor = source.divisor ?? (scalar == .float32 ? 1 : source.format == .digits ? 16 : 255)
    inputs = extents.reduce(1, *)
    try source.check(extents: extents)
  }
}
