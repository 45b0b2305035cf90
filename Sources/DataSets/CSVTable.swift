import FileFormats

/// Cells of a text of comma-separated values, RFC 4180's form: cells in double quotes may hold anything, two quotes for one.
/// What parts cells is the comma, the semicolon or the tab, whichever the first line has most of; lines end as on any system.
struct CSVTable: Sendable {
  let path: String
  /// The heading; `column 1` and so on where there is none.
  let names: [String]
  /// One list a row, each as long as the heading.
  let rows: [[String]]
  /// Where each row begins in the file, from 1.
  let lines: [Int]
  /// Of the unpacked file.
  let byteCount: Int
  /// Whether a comma stands for the point of a number.
  private let hasDecimalCommas: Bool

  /// A file of more bytes than this is refused: 1 GiB.
  static let limit = 1 << 30

  /// Reads a whole file, gzipped or not.
  init(path: String) throws(FileError) {
    let bytes = try Self.bytes(path)
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
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
    (self.path, byteCount, hasDecimalCommas) = (path, bytes.count, separator != UInt8(ascii: ","))
    guard let first = rows.first else { throw FileError(.badData, path: path, "holds no row") }
    // A heading has no number but perhaps a year; a row of data has at least one.
    let isHeading = first.allSatisfy { Self.number($0, decimalComma: separator != UInt8(ascii: ",")) == nil }
    names = isHeading ? first : first.indices.map { "column \($0 + 1)" }
    self.rows = isHeading ? Array(rows.dropFirst()) : rows
    self.lines = isHeading ? Array(lines.dropFirst()) : lines
    if self.rows.isEmpty { throw FileError(.badData, path: path, "holds a heading and no row") }
  }

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

  private static func separator(_ text: ArraySlice<UInt8>) -> UInt8 {
    let line = text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    let counts = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")].map { separator in
      (separator, line.count { $0 == separator })
    }
    return counts.max { $0.1 < $1.1 }!.0
  }

  /// The number of a cell; nil where it is none.
  func number(_ cell: String) -> Double? { Self.number(cell, decimalComma: hasDecimalCommas) }

  private static func number(_ cell: String, decimalComma: Bool) -> Double? {
    let text = cell.trimmingPrefix(while: \.isWhitespace)
    let trimmed = String(text.reversed().drop(while: \.isWhitespace).reversed())
    guard let number = Double(decimalComma ? trimmed.replacing(",", with: ".") : trimmed), number.isFinite
    else {
      return nil
    }
    return number
  }

  /// What is wrong with a cell.
  func error(row: Int, column: Int, _ what: String) -> FileError {
    FileError(.badData, path: path, "line \(lines[row]), '\(names[column])': \(what)")
  }

  private struct Parser {
    let bytes: ArraySlice<UInt8>
    let separator: UInt8
    let path: String
    private var place: Int
    private var line = 1

    init(bytes: ArraySlice<UInt8>, separator: UInt8, path: String) {
      (self.bytes, self.separator, self.path, place) = (bytes, separator, path, bytes.startIndex)
    }

    /// The next row and the line that it begins in; nil at the end.
    mutating func next() throws(FileError) -> (row: [String], line: Int)? {
      guard place < bytes.endIndex else { return nil }
      var (row, cell, isQuoted): ([String], [UInt8], Bool) = ([], [], false)
      let first = line
      func text(_ cell: [UInt8]) -> String { String(decoding: cell, as: UTF8.self) }
      while place < bytes.endIndex {
        let byte = bytes[place]
        place += 1
        if byte == UInt8(ascii: "\n") { line += 1 }
        if isQuoted {
          guard byte == UInt8(ascii: "\"") else {
            cell.append(byte)
            continue
          }
          if place < bytes.endIndex, bytes[place] == byte {
            cell.append(byte)
            place += 1
          } else {
            isQuoted = false
          }
        } else if byte == UInt8(ascii: "\""), cell.isEmpty {
          isQuoted = true
        } else if byte == separator {
          row.append(text(cell))
          cell = []
        } else if byte == UInt8(ascii: "\n") {
          if cell.last == UInt8(ascii: "\r") { cell.removeLast() }
          return (row + [text(cell)], first)
        } else {
          cell.append(byte)
        }
      }
      if isQuoted { throw FileError(.badData, path: path, "line \(first): a quote is never closed") }
      if cell.last == UInt8(ascii: "\r") { cell.removeLast() }
      return (row + [text(cell)], first)
    }
  }
}
