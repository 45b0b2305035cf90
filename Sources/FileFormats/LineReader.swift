/// The lines of a file of any length, from front to back: a mebibyte and one line are held at a time.
public struct LineReader: ~Copyable {
  public var path: String { file.path }
  /// Where the next line begins, in bytes from the file's start.
  public private(set) var offset: Int
  /// Whether the line that was read last has an end; only a file's last line may lack it.
  public private(set) var isEnded = true

  private let file: InputFile
  private let longest: Int
  private var buffer = [UInt8]()
  /// Where in the buffer the next line begins.
  private var start = 0

  /// Opens a file, to be read from a line's beginning on; a line of more than `longest` bytes is refused as bad data.
  public init(path: String, from offset: Int = 0, longest: Int = 1 << 24) throws(FileError) {
    file = try InputFile(path: path)
    self.offset = offset
    self.longest = longest
  }

  /// The next line without its end, a line feed or what Windows writes, and without the mark that some editors put at a
  /// file's beginning; nil at the end of the file.
  public mutating func next() throws(FileError) -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        return take(upTo: end, skipping: 1)
      }
      guard buffer.count - start <= longest else {
        throw FileError(.badData, path: path, "has a line of more than \(longest) bytes")
      }
      buffer.removeSubrange(..<start)
      (start, searched) = (0, buffer.count)
      guard try refill() else { return buffer.isEmpty ? nil : take(upTo: buffer.count, skipping: 0) }
    }
  }

  private mutating func take(upTo end: Int, skipping lineFeed: Int) -> [UInt8] {
    defer {
      offset += end + lineFeed - start
      start = end + lineFeed
      isEnded = lineFeed > 0
    }
    return Array(buffer[start..<end].plainLine(isFirst: offset == 0))
  }

  /// Reads what follows the buffer in the file; false at its end.
  private mutating func refill() throws(FileError) -> Bool {
    let more = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 1)
    defer { more.deallocate() }
    let count = try file.read(into: more, at: offset + buffer.count)
    buffer += more[..<count]
    return count > 0
  }
}

extension ArraySlice<UInt8> {
  /// A line without Windows' carriage return and, if it is a file's first, without a byte order mark.
  public func plainLine(isFirst: Bool) -> ArraySlice<UInt8> {
    var line = self
    if isFirst, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    return line.last == 0x0D ? line.dropLast() : line
  }
}
