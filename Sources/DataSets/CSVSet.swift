import FileFormats
import Tensors

/// Tables of comma-separated values: one file whose rows are split, or a folder with `training.csv` and `test.csv`. A column
/// of words or numbers answers, the others are numbers and go in.
///
/// The rows of one file are taken in an order of their own, the same everywhere, since people sort tables by class.
struct CSVSet: Sendable {
  /// What was read of one file.
  struct Part: Sendable {
    let path: String
    let byteCount: Int
    /// n × features, as `float32`.
    let inputs: [Float]
    let count: Int
    /// What answers each row, as it is written; empty where nobody needs it.
    let answers: [String]
    /// The same as numbers; empty where they are not asked for.
    let targets: [Double]
  }

  let parts: PartPair<Part>
  /// Numbers of a row that go in.
  let features: Int
  /// The classes in order: numbers by size, words by the alphabet; empty where nobody needs labels.
  let classNames: [String]
  /// Whether one file holds all splits.
  let isOneFile: Bool

  /// - Parameters:
  ///   - target: the column that answers; nil takes the last.
  ///   - isUnanswered: whether no column answers; one of that name is passed over, and rows keep their order.
  init(
    path: String, target: String?, for supervision: Supervision, splits: [Split], isUnanswered: Bool
  ) throws(FileError) {
    isOneFile = !FileStatus.isDirectory(path)
    let needs: Supervision? = isUnanswered ? nil : supervision
    if isOneFile {
      let part = try Self.part(path, target: target, needs, isShuffled: !isUnanswered)
      parts = isUnanswered ? PartPair(training: nil, test: part) : PartPair(training: part, test: nil)
    } else {
      let folder = try DataFolder(path)
      parts = try PartPair(for: splits) { isTraining throws(FileError) in
        try Self.part(
          folder.find(isTraining ? "training.csv" : "test.csv"), target: target, needs, isShuffled: false)
      }
    }
    let all = parts.all
    let width = all[0].inputs.count / all[0].count
    features = width
    if let other = all.dropFirst().first(where: { $0.inputs.count / $0.count != width }) {
      throw FileError(
        .badData, path: other.path,
        "has \(other.inputs.count / other.count) columns that go in, \(all[0].path) has \(width)")
    }
    let found = Set(all.flatMap(\.answers))
    let numbers = found.map { (Double($0), $0) }
    classNames =
      numbers.allSatisfy { $0.0 != nil } ? numbers.sorted { $0.0! < $1.0! }.map(\.1) : found.sorted()
    if supervision == .labels, !isUnanswered, classNames.count > 256 {
      throw FileError(
        .badData, path: all[0].path,
        "has \(classNames.count) different answers: as classes there may be 256; a column of numbers is a regression's"
      )
    }
  }

  private static func part(
    _ path: String, target: String?, _ needs: Supervision?, isShuffled: Bool
  ) throws(FileError) -> Part {
    let table = try CSVTable(path: path)
    let columns = table.names.indices
    let named = target.map { name in columns.first { table.names[$0] == name } } ?? nil
    if let target, named == nil, needs != nil, needs != .inputs {
      throw FileError(
        .badData, path: path,
        "has no column '\(target)'; it has \(table.names.prefix(20).map { "'\($0)'" }.joined(separator: ", "))"
      )
    }
    let answer = named ?? (needs == .labels || needs == .targets ? columns.last : nil)
    let inputs = columns.filter { $0 != answer }
    guard !inputs.isEmpty else { throw FileError(.badData, path: path, "has no column that goes in") }
    var order = Array(table.rows.indices)
    if isShuffled {
      let random = CounterRandom(seed: 1, purpose: .examples)
      let keys = order.map { random.bits($0, 0, 0).0 }
      order.sort { (keys[$0], $0) < (keys[$1], $1) }
    }
    var (numbers, answers, targets): ([Float], [String], [Double]) = ([], [], [])
    for row in order {
      let cells = table.rows[row]
      for column in inputs {
        guard let number = table.number(cells[column]) else {
          let cell = cells[column].prefix(20)
          throw table.error(
            row: row, column: column,
            cell.isEmpty
              ? "is empty; fill the gap, or leave the row out"
              : "'\(cell)' is no number; write words as columns of 0 and 1, a column a word")
        }
        numbers.append(Float(number))
      }
      guard let answer else { continue }
      if needs == .labels {
        if cells[answer].isEmpty { throw table.error(row: row, column: answer, "is empty, and no class") }
        answers.append(cells[answer])
      } else if needs == .targets {
        guard let number = table.number(cells[answer]) else {
          throw table.error(row: row, column: answer, "'\(cells[answer].prefix(20))' is no number")
        }
        targets.append(number)
      }
    }
    return Part(
      path: path, byteCount: table.byteCount, inputs: numbers, count: order.count, answers: answers,
      targets: targets)
  }

  /// Whether every class is called by its number.
  var hasNames: Bool { classNames != classNames.indices.map { "\($0)" } }

  /// SHA-256 of what tells this set from another: extents and every answer.
  var digest: String {
    let answers = parts.all.map { ($0.answers + $0.targets.map { "\($0)" }).joined(separator: "\n") }
    return SHA256.digest(of: Array("\(features) \(answers.joined(separator: "\n\n"))".utf8))
  }

  var inputFiles: [RowFile] {
    parts.all.map { RowFile(path: $0.path, start: 0, rows: 1, rowSize: $0.byteCount) }
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
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, UInt8($0)) })
    for row in rows {
      guard let label = places[part.answers[row]] else {
        throw FileError(
          .badData, path: part.path, "has the class '\(part.answers[row])', which the network does not know")
      }
      shards.take(label, example: row - rows.lowerBound)
    }
  }

  func targets(_ split: Split, rows: Range<Int>, to shards: inout ShardRows<Double>) {
    let part = part(split)
    for row in rows { shards.take(part.targets[row], example: row - rows.lowerBound) }
  }
}
