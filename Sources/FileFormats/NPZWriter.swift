import CZlib

#if _endian(big)
  #error("NPY headers here say little-endian, and this code moves numbers as they lie in memory")
#endif

/// NumPy's archives of arrays: a zip file, not packed, with an NPY file for each array; `numpy.load` reads them.
///
/// Sizes stand in 64 bits always, so that an archive may be larger than 4 GiB. Sources: the NPY format, version 1.0
/// (numpy.lib.format); APPNOTE.TXT 6.3.10 of the zip format, sections 4.3 and 4.5.3.
public enum NPZ {
  /// Writes one archive from front to back, an array at a time: the same arrays always give the same file.
  public struct Writer: ~Copyable {
    public var path: String { file.path }
    private var file: OutputFile
    private var entries: [Entry] = []

    private struct Entry {
      let name: [UInt8]
      let checksum: UInt32
      let size: Int
      let offset: Int
    }

    /// Creates the file.
    public init(path: String) throws(FileError) { file = try OutputFile(path: path) }

    /// Appends an array: its name in the archive, its type and shape, and its elements' bytes, row-major.
    public mutating func append(_ array: Safetensors.Declaration, _ elements: [UInt8]) throws(FileError) {
      precondition(elements.count == array.byteCount, "an array of its own size")
      let name = Array("\(array.name).npy".utf8)
      precondition(!entries.contains { $0.name == name }, "an array's name stands once in an archive")
      let header = NPZ.header(of: array)
      let checksum = header.withUnsafeBytes { NPZ.checksum($0) }
      let entry = Entry(
        name: name, checksum: elements.withUnsafeBytes { NPZ.checksum($0, after: checksum) },
        size: header.count + elements.count, offset: file.size)
      entries.append(entry)
      try write(
        number(0x0403_4B50, 4) + NPZ.fields(of: entry.checksum) + number(name.count, 2) + number(20, 2)
          + name + number(1, 2) + number(16, 2) + number(entry.size, 8) + number(entry.size, 8) + header)
      try write(elements)
    }

    /// Writes the directory of the archive, brings the file to the device and gives its size.
    public consuming func finish() throws(FileError) -> Int {
      let start = file.size
      for entry in entries {
        try write(
          number(0x0201_4B50, 4) + number(45, 2) + NPZ.fields(of: entry.checksum)
            + number(entry.name.count, 2) + number(28, 2) + number(0, 10) + number(0xFFFF_FFFF, 4)
            + entry.name + number(1, 2) + number(24, 2) + number(entry.size, 8) + number(entry.size, 8)
            + number(entry.offset, 8))
      }
      let end = file.size
      try write(
        number(0x0606_4B50, 4) + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 8)
          + number(entries.count, 8) + number(entries.count, 8) + number(end - start, 8) + number(start, 8)
          + number(0x0706_4B50, 4) + number(0, 4) + number(end, 8) + number(1, 4)
          + number(0x0605_4B50, 4) + number(0, 4) + number(0xFFFF, 2) + number(0xFFFF, 2)
          + number(0xFFFF_FFFF, 4) + number(0xFFFF_FFFF, 4) + number(0, 2))
      let size = file.size
      try file.close()
      return size
    }

    private mutating func write(_ bytes: [UInt8]) throws(FileError) {
      try bytes.span.bytes.withUnsafeBytes { (bytes) throws(FileError) in try file.write(bytes) }
    }
  }

  /// What an entry says at both its places, from the version to the sizes, which stand elsewhere; the first of January
  /// 1980, since equal arrays give equal files.
  private static func fields(of checksum: UInt32) -> [UInt8] {
    number(45, 2) + number(0, 2) + number(0, 2) + number(0, 2) + number(0x21, 2) + number(Int(checksum), 4)
      + number(0xFFFF_FFFF, 4) + number(0xFFFF_FFFF, 4)
  }

  /// The head of an NPY file, a multiple of 64 bytes long.
  public static func header(of array: Safetensors.Declaration) -> [UInt8] {
    let type =
      switch array.type {
      case .float32: "<f4"
      case .float64: "<f8"
      case .uint8: "|u1"
      case .int64: "<i8"
      }
    let extents = array.shape.map(String.init).joined(separator: ", ") + (array.shape.count == 1 ? "," : "")
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }"
    text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0] + number(text.utf8.count, 2) + Array(text.utf8)
  }

  /// CRC-32 of bytes that follow others.
  private static func checksum(_ bytes: UnsafeRawBufferPointer, after checksum: UInt32 = 0) -> UInt32 {
    var sum = UInt(checksum)
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      sum = crc32(sum, part.bindMemory(to: UInt8.self).baseAddress, UInt32(part.count))
      rest = rest.dropFirst(part.count)
    }
    return UInt32(truncatingIfNeeded: sum)
  }
}

/// A number in so many bytes, the lowest first.
private func number(_ value: Int, _ bytes: Int) -> [UInt8] {
  (0..<bytes).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
}
