import FileFormats

extension GzipReader {
  /// Reads as `read(into:)` does, but where a gzip stream breaks off it just gives fewer bytes.
  mutating func readToTruncation(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    let before = count
    do throws(FileError) {
      return try read(into: target)
    } catch {
      if !isTruncated { throw error }
      return count - before
    }
  }

  /// Reads rows of so many bytes to the end of the file, which also has gzip's checksum checked.
  ///
  /// - Parameter cut: gives the error of a last row that is not whole, told how many rows and how many bytes of the next
  ///   one there are.
  /// - Returns: the number of rows.
  mutating func readRows(
    of rowSize: Int, cut: (_ rows: Int, _ rest: Int) -> FileError,
    _ body: (_ index: Int, _ row: UnsafeBufferPointer<UInt8>) throws(FileError) -> Void
  ) throws(FileError) -> Int {
    let rowsAtOnce = max(1, (1 << 18) / rowSize)
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: rowsAtOnce * rowSize)
    defer { buffer.deallocate() }
    var index = 0
    while true {
      let filled = try readToTruncation(into: UnsafeMutableRawBufferPointer(buffer))
      for row in 0..<filled / rowSize {
        try body(index + row, UnsafeBufferPointer(rebasing: buffer[row * rowSize..<(row + 1) * rowSize]))
      }
      index += filled / rowSize
      if filled % rowSize > 0 { throw cut(index, filled % rowSize) }
      if filled < buffer.count {
        // A stream that breaks off between two rows is told here.
        if try read(
          into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<1])) > 0
        {
          throw cut(index, 1)
        }
        return index
      }
    }
  }
}

/// Extents as they are written: `60000×28×28`.
func product(_ extents: [Int]) -> String {
  extents.map(String.init).joined(separator: "×")
}
