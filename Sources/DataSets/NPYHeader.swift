import FileFormats

/// The header of a NumPy array file: its type of number, its order in memory and its shape.
///
/// Bytes 0x93 `NUMPY`, two bytes of version, the length of a text (2 bytes in version 1, 4 in 2 and 3), and the text: a
/// Python dictionary with the keys `descr`, `fortran_order` and `shape`. Source: NumPy, "NPY format".
struct NPYHeader {
  /// Such as `|u1`, `<f4` and `<i8`.
  let type: String
  /// At least one extent, none of them 0.
  let shape: [Int]
  /// Bytes before the array.
  let size: Int
  /// Bytes of a number.
  let scalarSize: Int

  /// A header of more bytes than this is refused.
  static let limit = 1 << 16
  /// An array of more bytes than this is refused: 16 GiB.
  static let arrayLimit = 1 << 34

  /// Bytes of one row: what one index of the first axis has.
  var rowSize: Int { shape.dropFirst().reduce(scalarSize, *) }
  var byteCount: Int { shape[0] * rowSize }

  /// What mends an array of another type.
  private static func advice(_ type: String, _ types: [String]) -> String {
    switch type.drop(while: "<>|=".contains).first {
    case "U", "S":
      "holds words ('\(type)'); number them: numpy.save(f, numpy.unique(numpy.load(f), return_inverse=True)[1])"
    case "O":
      "holds Python objects ('\(type)'); save numbers: numpy.save(f, array.astype('float32')), or 'uint8'"
    case "c": "holds complex numbers ('\(type)'); save their real and imaginary parts as numbers of their own"
    case "M", "m": "holds times ('\(type)'); save numbers: numpy.save(f, numpy.load(f).astype('float32'))"
    default: "its numbers are '\(type)'; arrays of \(types.joined(separator: ", ")) are read"
    }
  }

  /// Reads the header at the start of `reader`, takes an array of one of `types`, and checks it against the length of
  /// the file, as far as the length of a packed file tells.
  init(from reader: inout GzipReader, types: [String]) throws(FileError) {
    let path = reader.path
    let start = try Self.read(8, from: &reader)
    guard start[..<6].elementsEqual([0x93] + Array("NUMPY".utf8)) else {
      throw FileError(.badData, path: path, "byte 0: starts otherwise than a NumPy array, 0x93 NUMPY")
    }
    guard 1...3 ~= start[6] else {
      throw FileError(
        .badData, path: path, "byte 6: is of version \(start[6]) of the format; 1, 2 and 3 are read")
    }
    let digits = try Self.read(start[6] == 1 ? 2 : 4, from: &reader)
    let length = digits.reversed().reduce(0) { $0 << 8 | Int($1) }
    if length > Self.limit {
      throw FileError(
        .badData, path: path, "byte 8: its header promises \(length) bytes, the limit is \(Self.limit)")
    }
    var text = NPYText(bytes: try Self.read(length, from: &reader), offset: 8 + digits.count, path: path)
    let fields = try text.fields()
    (type, shape, size) = (fields.type, fields.shape, 8 + digits.count + length)
    guard types.contains(type) else {
      throw text.error(Self.advice(type, types), at: fields.typeByte)
    }
    scalarSize = Int(type.suffix(1)) ?? 1
    if fields.isFortran {
      throw text.error(
        "it lies in Fortran's order; save numpy.ascontiguousarray of it", at: fields.orderByte)
    }
    guard !shape.isEmpty, !shape.contains(0) else {
      throw text.error("it holds nothing: its shape is (\(product(shape)))", at: fields.shapeByte)
    }
    var bytes = scalarSize
    for extent in shape {
      let (next, overflow) = bytes.multipliedReportingOverflow(by: extent)
      if overflow || next > Self.arrayLimit {
        throw text.error(
          "it promises \(product(shape)) numbers, the limit is \(Self.arrayLimit) bytes",
          at: fields.shapeByte)
      }
      bytes = next
    }
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
    } else if fileSize - size < byteCount {
      throw truncated(path, there: fileSize - size)
    } else if fileSize - size > byteCount {
      throw tooLong(path)
    }
  }

  func truncated(_ path: String, there: Int) -> FileError {
    FileError(
      .badData, path: path,
      "truncated: its header promises \(byteCount) bytes from byte \(size) on, \(there) are there")
  }

  func tooLong(_ path: String) -> FileError {
    FileError(
      .badData, path: path,
      "is too long: bytes follow the \(byteCount) from byte \(size) on that its header promises")
  }

  private static func read(_ count: Int, from reader: inout GzipReader) throws(FileError) -> [UInt8] {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 1)
    defer { buffer.deallocate() }
    let before = reader.count
    let filled = try reader.readToTruncation(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
    if filled < count {
      throw FileError(
        .badData, path: reader.path,
        "truncated: its header goes on to byte \(before + count), there are \(before + filled)")
    }
    return Array(buffer[..<count])
  }
}
