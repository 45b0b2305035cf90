import Foundation

/// From bytes to text: what is refused before the YAML parser sees it.
extension Subject {
  /// Bytes of a text at most: 1 MB.
  private static var largest: Int { 1 << 20 }

  /// The bytes of a file, one more than `largest` at most.
  ///
  /// Throws `SchemaError` with exit code 66 when the file is missing or cannot be read.
  package func read(_ path: String) throws(SchemaError) -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw unreadable(path, errno) }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: Self.largest + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { throw unreadable(path, errno) }
    return Array(bytes.prefix(count))
  }

  private func unreadable(_ path: String, _ code: Int32) -> SchemaError {
    let file = SchemaError.shown(path, limit: 200)
    guard code != ENOENT else {
      return SchemaError(file, "there is no such file", hint: "name a \(name)", exitCode: 66)
    }
    return SchemaError(
      file, "the file cannot be read", hint: String(cString: strerror(code)), exitCode: 66)
  }

  /// The text of a file's bytes.
  ///
  /// Throws `SchemaError` when they are too many or are not UTF-8.
  package func text(_ bytes: [UInt8], file: String) throws(SchemaError) -> String {
    try refuseSize(bytes.count, file: file)
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var line = 1
    var column = 1
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
    }
    throw SchemaError(
      .file(file, line: line, column: column), "this byte is not UTF-8", hint: "save the file as UTF-8")
  }

  /// Throws `SchemaError` when a text has more bytes than it may.
  func refuseSize(_ count: Int, file: String) throws(SchemaError) {
    guard count > Self.largest else { return }
    throw SchemaError(file, "the file is larger than \(Self.largest) bytes", hint: "name a \(name), not data")
  }
}

extension Document {
  /// Throws `SchemaError` at the first character YAML does not print.
  func refuseControlCharacters(_ text: String) throws(SchemaError) {
    var line = 1
    var column = 1
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0A: (line, column) = (line + 1, 0)
      case 0x09, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...: break
      default:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let code = String(repeating: "0", count: 4 - digits.count) + digits
        throw SchemaError(
          position(line, column), "control character U+\(code) stands here", hint: "delete it")
      }
      column += 1
    }
  }

  /// Throws `SchemaError` when a text has an anchor and so many aliases that expanding them may not end.
  ///
  /// The parser expands aliases while it compares keys, before the tree can be searched for anchors. Four aliases, which
  /// may as well be words of a comment, make a text at most four times as long.
  func refuseAliasBomb(_ text: String) throws(SchemaError) {
    var anchors = 0
    var aliases = 0
    var mark: UInt8 = 0
    var before = UInt8(ascii: " ")
    for byte in text.utf8 {
      if Self.beginsName(byte) {
        if mark == UInt8(ascii: "&") { anchors += 1 }
        if mark == UInt8(ascii: "*") { aliases += 1 }
      }
      // Inside a word, as in R&D or 2*3, these two are letters like others.
      mark = Self.endsToken(before) ? byte : 0
      before = byte
    }
    guard anchors > 0, aliases > 4 else { return }
    throw SchemaError(
      position(1, 1), "anchors and aliases (& and *) are not taken", hint: "write the values out")
  }

  /// Whether the name of an anchor may begin with a byte: a letter, a digit, '_' or '-'.
  private static func beginsName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// Whether a value may begin after a byte; those beyond ASCII count, since some of them end lines.
  private static func endsToken(_ byte: UInt8) -> Bool {
    byte >= 0x80 || " \t\r\n[{,:?-!".utf8.contains(byte)
  }
}
