import FileFormats

/// The dictionary in the header of a NumPy array, read from front to back:
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (60000, 28, 28), }`.
struct NPYText {
  /// The three values, and the bytes of the file where they stand.
  struct Fields {
    var type = ""
    var isFortran = false
    var shape: [Int] = []
    var typeByte = 0
    var orderByte = 0
    var shapeByte = 0
  }

  let bytes: [UInt8]
  /// The byte of the file at which the text begins.
  let offset: Int
  let path: String
  private var at = 0

  init(bytes: [UInt8], offset: Int, path: String) {
    (self.bytes, self.offset, self.path) = (bytes, offset, path)
  }

  /// The error of something that stands at a byte of the file.
  func error(_ what: String, at byte: Int) -> FileError {
    FileError(.badData, path: path, "header, byte \(byte): \(what)")
  }

  /// Reads the whole text: every key once and nothing after it.
  mutating func fields() throws(FileError) -> Fields {
    var fields = Fields()
    var missing = ["descr", "fortran_order", "shape"]
    try expect("{")
    while !skips("}") {
      let keyByte = byte
      let key = try quoted()
      guard let index = missing.firstIndex(of: key) else {
        throw error("the key '\(key)' is unknown or stands twice", at: keyByte)
      }
      missing.remove(at: index)
      try expect(":")
      skipBlanks()
      switch key {
      case "descr": (fields.typeByte, fields.type) = (byte, try quoted())
      case "shape": (fields.shapeByte, fields.shape) = (byte, try tuple())
      default: (fields.orderByte, fields.isFortran) = (byte, try flag())
      }
      if skips(",") { continue }
      try expect("}")
      break
    }
    if let key = missing.first { throw error("there is no '\(key)'", at: byte) }
    skipBlanks()
    if at < bytes.count { throw error("something follows the dictionary", at: byte) }
    return fields
  }

  private var byte: Int { offset + at }

  private mutating func skipBlanks() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }

  /// Whether a character stands here, after blanks; it is passed.
  private mutating func skips(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(FileError) {
    if !skips(character) { throw error("'\(character)' is missing", at: byte) }
  }

  /// A text in single or double quotes, without any escapes.
  private mutating func quoted() throws(FileError) -> String {
    skipBlanks()
    let start = at
    if at < bytes.count, bytes[at] == UInt8(ascii: "'") || bytes[at] == UInt8(ascii: "\"") {
      let end = bytes[(at + 1)...].firstIndex(of: bytes[at])
      if let end, !bytes[at..<end].contains(UInt8(ascii: "\\")) {
        at = end + 1
        return String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
      }
    }
    throw error("a word in quotes is missing", at: byte)
  }

  private mutating func flag() throws(FileError) -> Bool {
    for (word, value) in [("True", true), ("False", false)] where bytes[at...].starts(with: word.utf8) {
      at += word.utf8.count
      return value
    }
    throw error("True or False is missing", at: byte)
  }

  /// Whole numbers in parentheses; Python 2 wrote an L after long ones.
  private mutating func tuple() throws(FileError) -> [Int] {
    var numbers: [Int] = []
    try expect("(")
    while !skips(")") {
      let digits = bytes[at...].prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
        throw error("a whole number is missing, or too large", at: byte)
      }
      at += digits.count
      if at < bytes.count, bytes[at] == UInt8(ascii: "L") { at += 1 }
      numbers.append(number)
      if skips(",") { continue }
      try expect(")")
      break
    }
    return numbers
  }
}
