import FileFormats
import Tensors

/// Tables of comma-separated values: one file whose rows are split, or a folder with `training.csv` and `test.csv`. A column
/// of words or numbers answers, the others are numbers and go in.
///
/// Rows to train and validate on are taken in an order of their own, the same everywhere, since people sort tables by class.
struct CSVSet: Sendable {
  /// What was read of one file.
  struct Part: Sendable {
    let path: String
    let byteCount: Int
    /// Of what goes in; nil without a heading.
    var columns: [String]?
    /// n × features, as `float32`.
    var inputs: [Float]
    /// Of each input that has a cell which is no number the first such cell: columns that nobody asks for may hold words.
    var faults: [Int: (row: Int, error: FileError)] = [:]
    let count: Int
    /// What answers each row, as it is written, and as a number; empty where nobody needs it.
    var answers: [Answer] = []

    var features: Int { inputs.count / count }

    /// Throws the first cell of the columns that go in which is no number.
    func check() throws(FileError) {
      if let first = faults.values.min(by: { $0.row < $1.row }) { throw first.error }
    }

    /// The same with these columns, in this order; throws where one is not there.
    func arranged(as names: [String]) throws(FileError) -> Part {
      guard let columns, columns != names else { return self }
      var chosen: [Int] = []
      for name in names {
        guard let index = columns.firstIndex(of: name) else {
          throw FileError(.badData, path: path, "has no column '\(name)', which the network learns from")
        }
        chosen.append(index)
      }
      var part = self
      part.columns = names
      part.faults = [:]
      for (input, index) in chosen.enumerated() { part.faults[input] = faults[index] }
      part.inputs = (0..<count).flatMap { row in chosen.map { inputs[row * features + $0] } }
      return part
    }
  }

  struct Answer: Hashable, Sendable {
    let text: String
    let number: Double?
  }

  private(set) var parts: PartPair<Part>
  /// The classes in order: numbers by size, words by the alphabet; empty where nobody needs labels.
  let classNames: [String]
  /// Whether one file holds all splits.
  let isOneFile: Bool

  /// Numbers of a row that go in.
  var features: Int { parts.all[0].features }

  /// What is asked of tables.
  struct Needs {
    /// The column that answers; nil takes the last.
    var target: String?
    var supervision: Supervision
    /// Whether no column answers; one of the target's name is passed over.
    var isUnanswered = false
    /// Whether one file only tests, all of it and in its order.
    var onlyTests = false
  }

  init(path: String, _ needs: Needs, splits: [Split]) throws(FileError) {
    isOneFile = !FileStatus.isDirectory(path)
    var parts: PartPair<Part>
    if isOneFile {
      let onlyTests = needs.isUnanswered || needs.onlyTests
      let part = try Self.part(path, needs, isShuffled: !onlyTests)
      parts = onlyTests ? PartPair(training: nil, test: part) : PartPair(training: part, test: nil)
    } else {
      let folder = try DataFolder(path)
      parts = try PartPair(for: splits) { isTraining throws(FileError) in
        try Self.part(folder.find(isTraining ? "training.csv" : "test.csv"), needs, isShuffled: isTraining)
      }
    }
    if let training = parts.training, let test = parts.test {
      let arranged =
        try training.columns.map { names throws(FileError) in try test.arranged(as: names) } ?? test
      if arranged.features != training.features {
        throw FileError(
          .badData, path: test.path,
          "has \(test.features) columns that go in, \(training.path) has \(training.features)")
      }
      parts = PartPair(training: training, test: arranged)
    }
    if parts.training != nil { for part in parts.all { try part.check() } }
    self.parts = parts
    let found = Set(parts.all.flatMap(\.answers))
    classNames = needs.supervision == .labels ? Self.classNames(found) : []
    if classNames.count > 256 {
      throw FileError(
        .badData, path: parts.all[0].path,
        "has \(classNames.count) different answers: as classes there may be 256; a column of numbers is a regression's"
      )
    }
  }

  /// Of numbers that are written in several ways the shortest.
  private static func classNames(_ answers: Set<Answer>) -> [String] {
    guard answers.allSatisfy({ $0.number != nil }) else { return answers.map(\.text).sorted() }
    let written = Dictionary(grouping: answers) { $0.number ?? 0 }.mapValues { same in
      same.map(\.text).min { ($0.count, $0) < ($1.count, $1) } ?? ""
    }
    return written.sorted { $0.key < $1.key }.map(\.value)
  }

  private static func part(_ path: String, _ needs: Needs, isShuffled: Bool) throws(FileError) -> Part {
    let table = try CSVTable(path: path, column: needs.target)
    let columns = 0..<table.rows[0].count
    let isAnswered = !needs.isUnanswered && needs.supervision != .inputs
    let named = needs.target.flatMap { name in table.heading?.firstIndex(of: name) }
    if let target = needs.target, named == nil, isAnswered {
      let names = columns.prefix(20).map { "'\(table.name($0))'" }.joined(separator: ", ")
      throw FileError(
        .badData, path: path,
        "has no column '\(target)'; it has \(names)"
          + (table.heading == nil ? " (line 1 was taken for a row: it has numbers)" : ""))
    }
    let answer = named ?? (isAnswered ? columns.last : nil)
    let inputs = columns.filter { $0 != answer }
    guard !inputs.isEmpty else { throw FileError(.badData, path: path, "has no column that goes in") }
    let order = isShuffled ? inOrderOfTheirOwn(Array(table.rows.indices)) : Array(table.rows.indices)
    var part = Part(
      path: path, byteCount: table.byteCount,
      columns: table.heading.map { names in inputs.map { names[$0] } },
      inputs: [], count: order.count)
    var faulty: [Int: Int] = [:]
    for row in order {
      for (input, column) in inputs.enumerated() {
        let number = table.float(row: row, column: column)
        part.inputs.append(number ?? .nan)
        if number == nil { faulty[input] = min(row, faulty[input] ?? row) }
      }
    }
    for (input, row) in faulty { part.faults[input] = (row, table.fault(row: row, column: inputs[input])) }
    guard let answer, isAnswered else { return part }
    let answers = try table.rows.indices.map { row throws(FileError) in
      try table.answer(row: row, column: answer, isNumber: needs.supervision == .targets)
    }
    part.answers = order.map { answers[$0] }
    return part
  }

  /// SHA-256 of what tells this set from another: columns and every answer.
  var digest: String {
    let answers = parts.all.map { $0.answers.map(\.text).joined(separator: "\n") }
    let columns = parts.all[0].columns?.joined(separator: "\n") ?? ""
    return SHA256.digest(of: Array("\(features) \(columns)\n\n\(answers.joined(separator: "\n\n"))".utf8))
  }

  var inputFiles: [RowFile] {
    parts.all.map { RowFile(path: $0.path, start: 0, rows: 1, rowSize: $0.byteCount) }
  }

  /// The same with the columns that a network learns from, in their order, all where they have no names; throws where one
  /// is not there or holds what is no number.
  mutating func arrange(as names: [String]?) throws(FileError) {
    func arranged(_ part: Part) throws(FileError) -> Part {
      let part = try names.map { names throws(FileError) in try part.arranged(as: names) } ?? part
      try part.check()
      return part
    }
    parts = PartPair(
      training: try parts.training.map { part throws(FileError) in try arranged(part) },
      test: try parts.test.map { part throws(FileError) in try arranged(part) })
  }

  private func part(_ split: Split) -> Part { isOneFile ? parts.all[0] : parts[split] }

  /// The numbers of some rows, as bytes that lie in memory.
  func images(_ split: Split, rows: Range<Int>, to shards: inout ShardRows<UInt8>) {
    let part = part(split)
    for row in rows {
      let numbers = part.inputs[row * features..<(row + 1) * features]
      shards.take(
        numbers.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) },
        example: row - rows.lowerBound)
    }
  }

  /// The classes of some rows among some names; throws where one has another.
  func labels(
    _ split: Split, rows: Range<Int>, among names: [String], to shards: inout ShardRows<UInt8>
  ) throws(FileError) {
    let part = part(split)
    let words = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, UInt8($0)) })
    let numbers = Dictionary(
      names.enumerated().compactMap { index, name in Double(name).map { ($0, UInt8(index)) } }
    ) { first, _ in first }
    for row in rows {
      let answer = part.answers[row]
      guard let label = words[answer.text] ?? answer.number.flatMap({ numbers[$0] }) else {
        throw FileError(
          .badData, path: part.path, "has the class '\(answer.text)', which the network does not know")
      }
      shards.take(label, example: row - rows.lowerBound)
    }
  }

  func targets(_ split: Split, rows: Range<Int>, to shards: inout ShardRows<Double>) {
    for row in rows {
      guard let number = part(split).answers[row].number else {
        preconditionFailure("a target that was read")
      }
      shards.take(number, example: row - rows.lowerBound)
    }
  }

  /// The targets of some rows that train.
  func targets(_ rows: Range<Int>) -> [Double] { rows.compactMap { parts.all[0].answers[$0].number } }
}

extension CSVTable {
  /// A cell that answers.
  fileprivate func answer(row: Int, column: Int, isNumber: Bool) throws(FileError) -> CSVSet.Answer {
    let text = rows[row][column]
    let number = number(text)
    if isNumber, number == nil { throw error(row: row, column: column, "'\(text.prefix(20))' is no number") }
    if text.isEmpty { throw error(row: row, column: column, "is empty, and no class") }
    return CSVSet.Answer(text: text, number: number)
  }

  /// A cell that goes in; nil where it is no number that `float32` holds.
  fileprivate func float(row: Int, column: Int) -> Float? {
    number(rows[row][column]).map(Float.init).flatMap { $0.isFinite ? $0 : nil }
  }

  /// Why a cell cannot go in, and what mends it.
  fileprivate func fault(row: Int, column: Int) -> FileError {
    let cell = rows[row][column]
    if let number = number(cell) { return error(row: row, column: column, "\(number) is beyond float32") }
    if isGap(cell) {
      let words = cell.isEmpty ? "is empty" : "'\(cell)' is a gap"
      return error(row: row, column: column, "\(words); fill it, or leave the row out")
    }
    let advice =
      cell.contains(where: \.isNumber)
      ? "write it bare, as in 1059.5" : "write words as columns of 0 and 1, a column a word"
    return error(row: row, column: column, "'\(cell.prefix(20))' is no number; \(advice)")
  }
}
