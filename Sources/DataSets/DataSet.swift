import FileFormats

/// An opened and checked source of examples: headers and counts only, no pixels.
public struct DataSet: Sendable, CustomStringConvertible {
  private enum Store: Sendable {
    case idx(IDXSet)
    case digits
  }

  public let source: DataSource
  /// The extents of one input: height and width.
  public let extents: [Int]
  /// The units of s₀: height × width.
  public let inputs: Int
  /// The number of classes, 10.
  public let classes: Int
  /// An input is its byte divided by this.
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
    case .digits: SHA256.digest(of: Array(Digits.credit.utf8))
    }
  }

  /// The number of examples of a split.
  public func count(_ split: Split) -> Int { rows[split].count }

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
    var images = dealt(wantsInputs ? inputs : 0)
    var labels = dealt(wantsLabels ? 1 : 0)
    switch store {
    case .idx(let set):
      let part = split == .test ? set.test : set.training
      try fileErrors { () throws(FileError) in
        if wantsInputs { try IDXSet.images(part, rows: rows, to: &images) }
        if wantsLabels { try IDXSet.labels(part, rows: rows, to: &labels) }
      }
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

  /// The source, its splits and extents: `idx data/mnist: 50000 training, 10000 validation, 10000 test, 28×28`.
  public var description: String {
    let place = source.format == .digits ? "(embedded)" : source.path ?? ""
    let counts = Split.allCases.map { "\(count($0)) \($0.rawValue)" }.joined(separator: ", ")
    return "\(source.format.rawValue) \(place): \(counts), \(product(extents))"
  }

  private init(_ source: DataSource) throws(DataError) {
    try Self.check(source)
    self.source = source
    self.classes = 10
    switch source.format {
    case .idx:
      guard let path = source.path else {
        throw .source("data: format idx needs 'path', the folder of its four files")
      }
      let set = try fileErrors { () throws(FileError) in try IDXSet(directory: path, classes: 10) }
      self.rows = try SplitRows(
        source, available: set.training.count, testCount: set.test.count, name: set.training.images)
      self.store = .idx(set)
      self.extents = set.training.extents
      self.divisor = source.divisor ?? 255
    case .digits:
      self.rows = try SplitRows(
        source, available: Digits.count, reserved: Digits.testRows, name: "digits (embedded)")
      self.store = .digits
      self.extents = Digits.extents
      self.divisor = source.divisor ?? 16
    }
    self.inputs = extents.reduce(1, *)
  }

  private static func check(_ source: DataSource) throws(DataError) {
    if let training = source.training, training < 1 {
      throw .source("data: 'training' is \(training), it must be at least 1")
    }
    if source.validation < 0 {
      throw .source("data: 'validation' is \(source.validation), it must not be negative")
    }
    if let divisor = source.divisor, !(divisor > 0 && divisor.isFinite) {
      throw .source("data: 'divisor' is \(divisor), it must be positive and finite")
    }
  }
}
