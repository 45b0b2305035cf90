import FileFormats

/// What an IDX file of unsigned bytes holds; the raw value, its number of extents, ends its magic number.
///
/// Magic 0x00000803: images, count × height × width. 0x00000801: labels, count.
/// Source: Y. LeCun, C. Cortes, C. Burges, the MNIST database, section "File formats".
enum IDXContent: Int {
  case labels = 1
  case images = 3

  var magic: UInt32 { 0x800 + UInt32(rawValue) }
  var headerSize: Int { 4 + 4 * rawValue }
  /// A file that promises more bytes than this is refused: 16 GiB of pixels, 256 MiB of labels.
  var limit: Int { self == .images ? 1 << 34 : 1 << 28 }
}

/// The checked header of an IDX file: big-endian words, the magic number and the extents.
struct IDXHeader {
  let content: IDXContent
  /// The number of rows: images or labels.
  let count: Int
  /// The extents of one row: height and width of an image, none of a label.
  let rowExtents: [Int]
  /// The bytes of one row.
  let rowSize: Int

  /// The bytes of all rows.
  var byteCount: Int { count * rowSize }

  /// Reads the header at the start of `reader`, and checks it against the length of the file, as far as
  /// the length of a packed file tells.
  init(_ content: IDXContent, from reader: inout GzipReader) throws(FileError) {
    let path = reader.path
    let words = try Self.words(content, from: &reader)
    if words[0] != content.magic {
      throw FileError(
        .badData, path: path,
        "starts with \(hexadecimal(words[0])), an IDX file of \(content) with \(hexadecimal(content.magic))")
    }
    let extents = words[1...].map(Int.init)
    if extents.contains(0) {
      throw FileError(.badData, path: path, "holds no \(content): its header says \(product(extents))")
    }
    var size = 1
    for extent in extents {
      let (next, overflow) = size.multipliedReportingOverflow(by: extent)
      if overflow || next > content.limit {
        let promise = "its header promises \(product(extents)) bytes"
        throw FileError(.badData, path: path, "\(promise), the limit is \(content.limit)")
      }
      size = next
    }
    self.content = content
    self.count = extents[0]
    self.rowExtents = Array(extents.dropFirst())
    self.rowSize = size / extents[0]
    try checkLength(reader.fileSize, isPacked: reader.isPacked, path: path)
  }

  private func checkLength(_ fileSize: Int, isPacked: Bool, path: String) throws(FileError) {
    if isPacked {
      // Deflate packs at most 1032 bytes into one, so a small file cannot make room for a large promise.
      if byteCount / 1032 > fileSize {
        throw FileError(
          .badData, path: path,
          "truncated: its header promises \(byteCount) bytes, \(fileSize) packed ones cannot hold them")
      }
    } else if fileSize - content.headerSize < byteCount {
      throw truncated(path, there: fileSize - content.headerSize)
    } else if fileSize - content.headerSize > byteCount {
      throw tooLong(path)
    }
  }

  func truncated(_ path: String, there: Int) -> FileError {
    FileError(.badData, path: path, "truncated: its header promises \(byteCount) bytes, \(there) are there")
  }

  func tooLong(_ path: String) -> FileError {
    FileError(.badData, path: path, "is too long: bytes follow the \(byteCount) that its header promises")
  }

  /// The magic number and the extents.
  private static func words(
    _ content: IDXContent, from reader: inout GzipReader
  ) throws(FileError) -> [UInt32] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: content.headerSize, alignment: 4)
    defer { buffer.deallocate() }
    let filled = try reader.readToTruncation(into: buffer)
    if filled < content.headerSize {
      throw FileError(
        .badData, path: reader.path,
        "truncated: the header of \(content) has \(content.headerSize) bytes, \(filled) are there")
    }
    return stride(from: 0, to: content.headerSize, by: 4).map { start in
      buffer[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
  }
}

private func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}
