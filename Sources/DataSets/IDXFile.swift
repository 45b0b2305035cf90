import FileFormats

/// One open IDX file, whose rows are read from front to back.
struct IDXFile: ~Copyable {
  let header: IDXHeader
  private var reader: GzipReader

  var path: String { reader.path }

  /// Opens the file at `path`, gzipped or not, and checks its header.
  init(_ content: IDXContent, path: String) throws(FileError) {
    // One byte more than a header may promise, so that a file that keeps the limit is never cut.
    var reader = try GzipReader(path: path, limit: content.headerSize + content.limit + 1)
    self.header = try IDXHeader(content, from: &reader)
    self.reader = reader
  }

  /// Reads every row and checks that the file ends where its header says.
  consuming func readRows(
    _ body: (_ index: Int, _ row: UnsafeBufferPointer<UInt8>) throws(FileError) -> Void
  ) throws(FileError) {
    let header = header
    let rowSize = header.rowSize
    let rowsAtOnce = min(header.count, max(1, (1 << 18) / rowSize))
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: rowsAtOnce * rowSize)
    defer { buffer.deallocate() }
    let bytes = UnsafeMutableRawBufferPointer(buffer)
    for start in stride(from: 0, to: header.count, by: rowsAtOnce) {
      let rows = min(rowsAtOnce, header.count - start)
      let target = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(rows * rowSize)])
      if try reader.readToTruncation(into: target) < target.count {
        throw header.truncated(path, there: reader.count - header.content.headerSize)
      }
      for row in 0..<rows {
        try body(start + row, UnsafeBufferPointer(rebasing: buffer[row * rowSize..<(row + 1) * rowSize]))
      }
    }
    // Asking past the last row also has gzip's checksum checked.
    if try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<1])) > 0 {
      throw header.tooLong(path)
    }
  }
}
