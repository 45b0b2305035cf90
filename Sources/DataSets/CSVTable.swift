import FileFormats

/// Cells of a text of comma-separated values, RFC 4180's form: cells in double quotes may hold anything, two quotes for one.
/// Tabs part cells where the first line has any, else semicolons, else commas; lines end as on any system.
struct CSVTable: Sendable {
  let path: String
  /// Nil where the first line is a row like any other.
  let heading: [String]?
  /// One list a row, each as long as the first.
  let rows: [[String]]
  /// Where each row begins in the file, from 1.
  let lines: [Int]
  /// Of the unpacked file.
  let byteCount: Int
  /// Whether a comma stands for the point of a number: where it parts no cells and no number has a point.
  private let hasDecimalCommas: Bool

  /// A file of more bytes than this is refused: 1 GiB.
  static let limit = 1 << 30

  /// Reads a whole file, gzipped or not.
  ///
  /// - Parameter column: one that the heading has; without one it is a first line in which no cell is a number.
  init(path: String, column: String? = nil) throws(FileError) {
    try self.init(Self.bytes(path), path: path, column: column)
  }

  /// The same of the bytes of a file.
  init(_ bytes: [UInt8], path: String, column: String? = nil) throws(FileError) {
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    if [[0xFF, 0xFE], [0xFE, 0xFF]].contains(where: bytes.starts) {
      throw FileError(
        .badData, path: path, "is written in UTF-16; save it as UTF-8 (in a spreadsheet: CSV UTF-8)")
    }
    let separator = Self.separator(text)
    var parser = Parser(bytes: text, separator: separator, path: path)
    var (rows, lines): ([[String]], [Int]) = ([], [])
    while let (row, line) = try parser.next() {
      if row.count == 1, row[0].isEmpty { continue }
      if let first = rows.first, row.count != first.count {
        throw FileError(
          .badData, path: path, "line \(line): has \(row.count) cells, line \(lines[0]) has \(first.count)")
      }
      rows.append(row)
      lines.append(line)
    }
    guard let first = rows.first else { throw FileError(.badData, path: path, "holds no row") }
    let hasPoints = rows.contains { $0.contains { $0.contains(".") && Double(Self.trimmed($0)) != nil } }
    let hasDecimalCommas = separator != UInt8(ascii: ",") && !hasPoints
    let isHeading =
      column.map(first.contains) ?? false
      || first.allSatisfy { Self.number($0, decimalComma: hasDecimalCommas) == nil }
    (self.path, byteCount, self.hasDecimalCommas) = (path, bytes.count, hasDecimalCommas)
    heading = isHeading ? first : nil
    self.rows = isHeading ? Array(rows.dropFirst()) : rows
    self.lines = isHeading ? Array(lines.dropFirst()) : lines
    if self.rows.isEmpty { throw FileError(.badData, path: path, "holds a heading and no row") }
    try checkHeading()
  }

  private func checkHeading() throws(FileError) {
    guard let heading else { return }
    if let index = heading.firstIndex(where: \.isEmpty) {
      throw FileError(
        .badData, path: path,
        "column \(index + 1) has no name; a table's index is no column to learn from (pandas: to_csv(…, index=False))"
      )
    }
    let doubled = heading.first { name in heading.count { $0 == name } > 1 }
    if let doubled { throw FileError(.badData, path: path, "two columns are called '\(doubled)'") }
  }

  /// What a column is called, in messages.
  func name(_ column: Int) -> String { heading?[column] ?? "column \(column + 1)" }

  private static func bytes(_ path: String) throws(FileError) -> [UInt8] {
    var reader = try GzipReader(path: path, limit: limit)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { room.deallocate() }
    var bytes: [UInt8] = []
    while true {
      let count = try reader.read(into: room)
      guard count > 0 else { return bytes }
      bytes += room[..<count]
    }
  }

  /// What stands in the first line outside quotes.
  private static func separator(_ text: ArraySlice<UInt8>) -> UInt8 {
    var (isQuoted, found) = (false, Set<UInt8>())
    for byte in text {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
      found.insert(byte)
    }
    return [UInt8(ascii: "\t"), UInt8(ascii: ";")].first(where: found.contains) ?? UInt8(ascii: ",")
  }

  /// The number of a cell; nil where it is none.
  func number(_ cell: String) -> Double? { Self.number(cell, decimalComma: hasDecimalCommas) }

  private static func number(_ cell: String, decimalComma: Bool) -> Double? {
    let text = trimmed(cell)
    guard let number = Double(decimalComma ? text.replacing(",", with: ".") : text), number.isFinite else {
      return nil
    }
    return number
  }

  private static func trimmed(_ cell: String) -> String {
    let start = cell.drop(while: \.isWhitespace)
    return String(start.prefix(start.count - start.reversed().prefix(while: \.isWhitespace).count))
  }

  /// Whether a cell says that there is no value.
  func isGap(_ cell: String) -> Bool {
    ["", "na", "n/a", "nan", "null", "none", "?", "-"].contains(Self.trimmed(cell).lowercased())
  }

  /// What is wrong with a cell.
  func error(row: Int, column: Int, _ what: String) -> FileError {
    FileError(.badData, path: path, "line \(lines[row]), '\(name(column))': \(what)")
  }

  private struct Parser {
    let bytes: ArraySlice<UInt8>
    let separator: UInt8
    let path: String
    private var at: Int
    private var line = 1

    init(bytes: ArraySlice<UInt8>, separator: UInt8, path: String) {
      (self.bytes, self.separator, self.path, at) = (bytes, separator, path, bytes.startIndex)
    }

    /// The next row and the line that it begins in; nil at the end.
    mutating func next() throws(FileError) -> (row: [String], line: Int)? {
      guard at < bytes.endIndex else { return nil }
      var (row, cell, isQuoted): ([String], [UInt8], Bool) = ([], [], false)
      let first = line
      func text(_ cell: [UInt8]) throws(FileError) -> String {
        if let text = String(validating: cell, as: UTF8.self) { return text }
        throw FileError(
          .badData, path: path, "line \(first): is no UTF-8; save it so (in a spreadsheet: CSV UTF-8)")
      }
      while at < bytes.endIndex {
        let byte = bytes[at]
        let isEnd = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        // Two bytes end a line on Windows.
        let isPair =
          byte == UInt8(ascii: "\r") && at + 1 < bytes.endIndex && bytes[at + 1] == UInt8(ascii: "\n")
        at += 1
        if isEnd && !isPair { line += 1 }
        if isQuoted {
          guard byte == UInt8(ascii: "\"") else {
            cell.append(byte)
            continue
          }
          if at < bytes.endIndex, bytes[at] == byte {
            cell.append(byte)
            at += 1
          } else {
            isQuoted = false
          }
        } else if byte == UInt8(ascii: "\""), cell.isEmpty {
          isQuoted = true
        } else if byte == separator {
          row.append(try text(cell))
          cell = []
        } else if isEnd {
          if isPair {
            at += 1
            line += 1
          }
          return (row + [try text(cell)], first)
        } else {
          cell.append(byte)
        }
      }
      if isQuoted { throw FileError(.badData, path: path, "line \(first): a quote is never closed") }
      return (row + [try text(cell)], first)
    }
  }
}
