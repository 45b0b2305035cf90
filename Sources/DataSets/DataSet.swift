import FileFormats
import Tensors

/// An opened and checked source of examples: headers, counts and labels, no pixels and no targets.
public struct DataSet: Sendable, CustomStringConvertible {
  enum Store: Sendable {
    case idx(IDXSet)
    case cifar(CIFARSet)
    case npy(NPYSet)
    case csv(CSVSet)
    case pictures(PictureFolder)
    case digits
    case friedman
  }

  /// As it was given: what is nil in it is settled in `divisor` and `count(_:)`.
  public let source: DataSource
  /// The extents of one input: height, width and channels, which lie in memory in this order.
  public internal(set) var extents: [Int]
  /// The units of s₀: height × width × channels.
  public internal(set) var inputs: Int
  /// What answers an example here.
  public let supervision: Supervision
  /// The number of classes, where labels answer.
  public let classes: Int
  /// Of the training rows' targets, a number a column; no columns where no targets answer.
  public internal(set) var targetMoments: ColumnMoments
  /// The smallest label: where it is not 0, labels count from another number.
  public private(set) var leastLabel = 0
  /// What the data call the classes; empty where these are their numbers.
  public internal(set) var classNames: [String]
  /// Of each number of an input over the training rows, where inputs are standardised.
  public internal(set) var inputMoments: ColumnMoments?
  /// The type of the numbers as they are stored.
  public let scalar: StoredScalar
  /// An input is its stored number divided by this, before normalisation.
  public let divisor: Double

  var store: Store
  private let rows: SplitRows
  private let targetDigest: String

  /// Opens a source: finds its files, checks their headers, labels and targets, and cuts the splits.
  ///
  /// Files that neither the supervision nor the splits ask for need not be there.
  /// Errors: 64 for an impossible source, 66 for a missing file, 65 for a bad one or one that has fewer
  /// examples than asked for, 74 where the system cannot read.
  public static func open(
    _ source: DataSource, for supervision: Supervision = .labels, splits: [Split] = Split.allCases
  ) throws(DataError) -> DataSet {
    try DataSet(source, for: supervision, splits: splits)
  }

  /// Opens examples that nothing answers, all of them in the test split: one file, a NumPy array, an IDX file or a
  /// table, gzipped or not; or the test images of a folder of the source's format.
  ///
  /// - Parameter source: what numbers become inputs by, and the folder's format.
  public static func open(unanswered path: String, as source: DataSource) throws(DataError) -> DataSet {
    var source = source
    source.path = path
    if source.format == .digits { source.divisor = source.divisor ?? 16 }
    (source.training, source.validation, source.augment) = (nil, 0, nil)
    source.format = try fileErrors { () throws(FileError) in
      if !FileStatus.exists(path) { throw FileError(.missing, path: path, "no such file or directory") }
      if !FileStatus.isDirectory(path) {
        return try DataFolder.format(ofExamples: path, isTable: source.format == .csv)
      }
      return try DataFolder(path).format(unlessEmbedded: source.format)
    }
    return try DataSet(source, for: .inputs, splits: [.test], isUnanswered: true)
  }

  /// SHA-256 of what tells this data set from another, wherever it lies: extents and every label or target.
  public var digest: String {
    switch store {
    case .idx(let set): set.digest
    case .cifar(let set): set.digest
    case .npy(let set):
      supervision == .targets
        ? SHA256.digest(of: Array("\(set.digest) \(targets) \(targetDigest)".utf8)) : set.digest
    case .csv(let set): set.digest
    case .pictures(let set): set.digest
    case .digits: SHA256.digest(of: Array(Digits.credit.utf8))
    case .friedman: Friedman.digest
    }
  }

  /// That of the examples which are part of the program.
  var embeddedDigest: String {
    if case .friedman = store { Friedman.digest } else { Digits.digest }
  }

  /// Numbers of a target; 0 where no targets answer.
  public var targets: Int { targetMoments.mean.count }

  /// Where the inputs are; nil of those that stand in the program.
  var inputFiles: [RowFile]? {
    switch store {
    case .idx(let set): set.inputFiles
    case .cifar(let set): set.inputFiles
    case .npy(let set): set.inputFiles
    case .csv(let set): set.inputFiles
    case .pictures(let set): set.inputFiles
    case .digits, .friedman: nil
    }
  }

  /// Of pictures in folders the file of each example of a split; empty of all others.
  public func files(_ split: Split) -> [String] {
    if case .pictures(let set) = store { set.paths(split, rows: rows[split]) } else { [] }
  }

  /// The number of examples of a split.
  public func count(_ split: Split) -> Int { rows[split].count }

  /// Whether an input can be looked at: more than one row, and grey or red, green and blue.
  public var isPicture: Bool { extents[0] > 1 && (extents[2] == 1 || extents[2] == 3) }

  /// How stored numbers become inputs of a precision.
  public func values(_ precision: Precision) -> InputValues {
    if let inputMoments {
      // Each number is a channel of its own.
      return InputValues(
        extents: [1, 1, inputs], scalar: scalar, divisor: divisor,
        normalization: Normalization(mean: inputMoments.mean, deviation: inputMoments.deviation),
        precision: precision)
    }
    return InputValues(
      extents: extents, scalar: scalar, divisor: divisor, normalization: source.normalize,
      precision: precision)
  }

  /// Reads the examples of the given shards and no others: example i belongs to shard i mod shardCount.
  ///
  /// The files of the split are read once, from front to back, and checked to their ends. Returns one value
  /// a shard, in order; `inputs`, `labels` and `targets` say which of them are wanted. Errors as for `open`.
  public func load(
    _ split: Split, shards: Range<Int>, of shardCount: Int, inputs wantsInputs: Bool,
    labels wantsLabels: Bool = false, targets wantsTargets: Bool = false
  ) throws(DataError) -> [ShardExamples] {
    let rows = rows[split]
    func dealt<Element>(_ rowSize: Int) -> ShardRows<Element> {
      ShardRows(shards: shards, of: shardCount, examples: rows.count, rowSize: rowSize)
    }
    var images: ShardRows<UInt8> = dealt(wantsInputs ? inputs * scalar.size : 0)
    var labels: ShardRows<UInt8> = dealt(wantsLabels ? 1 : 0)
    var targets: ShardRows<Double> = dealt(wantsTargets ? self.targets : 0)
    switch store {
    case .idx(let set):
      let part = set.parts[split]
      try fileErrors { () throws(FileError) in
        if wantsInputs { try IDXSet.images(part, rows: rows, to: &images) }
        if wantsLabels { try IDXSet.labels(part, rows: rows, to: &labels) }
      }
    case .cifar(let set):
      let part = set.parts[split]
      if wantsInputs {
        try fileErrors { () throws(FileError) in try set.images(part, rows: rows, to: &images) }
      }
      if wantsLabels { set.labels(part, rows: rows, to: &labels) }
    case .npy(let set):
      let part = set.parts[split]
      if wantsInputs {
        try fileErrors { () throws(FileError) in try NPYSet.images(part, rows: rows, to: &images) }
      }
      if wantsLabels { NPYSet.labels(part, rows: rows, to: &labels) }
      if wantsTargets {
        try fileErrors { () throws(FileError) in
          try part.targets?.read { index, numbers in
            if rows.contains(index) { targets.take(numbers, example: index - rows.lowerBound) }
          }
        }
      }
    case .csv(let set):
      if wantsInputs { set.images(split, rows: rows, to: &images) }
      if wantsLabels {
        let names = answerNames
        try fileErrors { () throws(FileError) in
          try set.labels(split, rows: rows, among: names, to: &labels)
        }
      }
      if wantsTargets { set.targets(split, rows: rows, to: &targets) }
    case .pictures(let set):
      let names = answerNames
      try fileErrors { () throws(FileError) in
        if wantsInputs { try set.images(split, rows: rows, to: &images) }
        if wantsLabels { try set.labels(split, rows: rows, among: names, to: &labels) }
      }
    case .digits:
      Digits.readRows(rows) { index, pixels, label in
        if wantsInputs { images.take(pixels, example: index - rows.lowerBound) }
        if wantsLabels { labels.take(label, example: index - rows.lowerBound) }
      }
    case .friedman:
      Friedman.readRows(rows) { index, inputs, target in
        if wantsInputs { images.take(inputs, example: index - rows.lowerBound) }
        if wantsTargets { targets.take(target, example: index - rows.lowerBound) }
      }
    }
    return shards.enumerated().map { index, shard in
      ShardExamples(
        shard: shard, count: ShardExamples.count(ofShard: shard, of: shardCount, examples: rows.count),
        inputs: images.elements[index], labels: labels.elements[index], targets: targets.elements[index])
    }
  }

  /// The source, its splits and extents: `idx data/mnist: 50000 training, 10000 validation, 10000 test, 28×28`; of
  /// several channels `32×32×3`.
  public var description: String {
    let origin = source.format.isEmbedded ? "(embedded)" : source.path ?? ""
    let counts = Split.allCases.map { "\(count($0)) \($0.rawValue)" }.joined(separator: ", ")
    return
      "\(source.format.rawValue) \(origin): \(counts), \(product(extents[2] == 1 ? Array(extents[..<2]) : extents))"
  }

  /// Of a table's or a folder's classes in the order of their numbers, as they are written.
  public internal(set) var answerNames: [String] = []

  /// - Parameter isUnanswered: whether the path may be one file of images, and no column of a table answers.
  private init(
    _ source: DataSource, for supervision: Supervision, splits: [Split], isUnanswered: Bool = false
  ) throws(DataError) {
    try source.check()
    guard source.format.has(supervision) else {
      throw .source("data: format \(source.format.rawValue) has no \(supervision.rawValue)")
    }
    (self.source, self.supervision) = (source, supervision)
    var (moments, targetDigest) = (ColumnMoments(columns: 0), "")
    var names: [String] = []
    let path = source.path ?? ""
    let isFile = isUnanswered && !FileStatus.isDirectory(path)
    switch source.format {
    case .idx:
      let set = try fileErrors { () throws(FileError) in
        try isFile
          ? IDXSet(images: path)
          : IDXSet(directory: path, classes: supervision == .labels ? 10 : nil, splits: splits)
      }
      rows = try Self.rows(source, set.parts, count: \.count, name: \.images)
      (store, extents, scalar, classes) = (.idx(set), set.parts.all[0].extents + [1], .byte, 10)
    case .cifar:
      let set = try fileErrors { () throws(FileError) in try CIFARSet(directory: path, splits: splits) }
      rows = try Self.rows(source, set.parts, count: \.labels.count, name: { _ in path })
      (store, extents, scalar, classes) = (.cifar(set), CIFARKind.extents, .byte, set.kind.classes)
    case .npy:
      let set = try fileErrors { () throws(FileError) in
        try isFile
          ? NPYSet(images: path) : NPYSet(directory: path, for: supervision, splits: splits)
      }
      rows = try Self.rows(source, set.parts, count: \.count, name: \.images)
      (store, extents, scalar) = (.npy(set), set.parts.all[0].extents, set.parts.all[0].scalar)
      classes = set.classes
      leastLabel = set.leastLabel
      if supervision == .targets {
        let training = rows.training
        (moments, targetDigest) = try fileErrors { () throws(FileError) in
          try set.scanTargets(training: training)
        }
      }
    case .csv:
      let set = try fileErrors { () throws(FileError) in
        try CSVSet(
          path: path,
          .init(
            target: source.target, supervision: supervision, isUnanswered: isUnanswered,
            onlyTests: source.onlyTests),
          splits: splits)
      }
      let count = set.parts.all[0].count
      rows =
        set.isOneFile && set.parts.training != nil
        ? try SplitRows(source, available: count, reserved: (count + 2) / 5, name: path)
        : try Self.rows(source, set.parts, count: \.count, name: \.path)
      (store, extents, scalar) = (.csv(set), [1, set.features, 1], .float32)
      (classes, names) = (set.classNames.count, set.classNames)
      if supervision == .targets {
        moments = ColumnMoments(columns: 1)
        for target in set.targets(rows.training) { moments.add([target]) }
      }
    case .pictures:
      let set = try fileErrors { () throws(FileError) in
        try isUnanswered
          ? PictureFolder(unanswered: path)
          : PictureFolder(path: path, splits: splits, onlyTests: source.onlyTests)
      }
      let count = set.parts.all[0].count
      rows =
        set.isOneFolder && set.parts.training != nil
        ? try SplitRows(source, available: count, reserved: (count + 2) / 5, name: path)
        : try Self.rows(source, set.parts, count: \.count, name: { _ in path })
      (store, extents, scalar) = (.pictures(set), set.extents, .byte)
      (classes, names) = (set.classNames.count, set.classNames)
    case .digits:
      rows = try SplitRows(
        source, available: Digits.count, reserved: Digits.testRows, name: "digits (embedded)")
      (store, extents, scalar, classes) = (.digits, Digits.extents + [1], .byte, 10)
    case .friedman:
      rows = try SplitRows(
        source, available: Friedman.count, reserved: Friedman.testRows, name: "friedman (embedded)")
      (store, extents, scalar, classes) = (.friedman, [1, Friedman.inputs, 1], .float32, 0)
      if supervision == .targets {
        moments = ColumnMoments(columns: 1)
        Friedman.readRows(rows.training) { moments.add([$2]) }
      }
    }
    (targetMoments, self.targetDigest) = (moments, targetDigest)
    divisor = source.divisor ?? (scalar == .float32 ? 1 : source.format == .digits ? 16 : 255)
    inputs = extents.reduce(1, *)
    answerNames = names
    classNames = names == names.indices.map { "\($0)" } ? [] : names
    // A row of numbers may yet be shaped as a picture.
    if !isUnanswered { try source.check(extents: extents) }
    if source.standardizes, extents[0] > 1 {
      throw .source("data: 'standardize' is for rows of features; pictures take 'normalize'")
    }
    if source.standardizes, rows.training.count > 0 { inputMoments = try trainingMoments() }
  }

  /// Of each number of an input, after the divisor, over the training rows.
  private func trainingMoments() throws(DataError) -> ColumnMoments {
    let examples = try load(.training, shards: 0..<1, of: 1, inputs: true)[0]
    let values = InputValues(
      extents: extents, scalar: scalar, divisor: divisor, normalization: nil, precision: .float64)
    var moments = ColumnMoments(columns: inputs)
    var row = Matrix(rows: 1, columns: inputs, precision: .float64)
    for example in 0..<examples.count {
      values.set(&row, row: 0, to: example, of: examples)
      moments.add(row.row(0))
    }
    return moments
  }

  /// The splits' rows in files, as far as they were opened.
  private static func rows<Part>(
    _ source: DataSource, _ parts: PartPair<Part>, count: (Part) -> Int, name: (Part) -> String
  ) throws(DataError) -> SplitRows {
    let test = parts.test.map(count) ?? 0
    guard let training = parts.training else { return SplitRows(testOnly: test) }
    return try SplitRows(source, available: count(training), testCount: test, name: name(training))
  }
}
