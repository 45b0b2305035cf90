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
    let (header, path) = (header, path)
    func ending(_ rows: Int, _ rest: Int) -> FileError {
      rows < header.count
        ? header.truncated(path, there: rows * header.rowSize + rest) : header.tooLong(path)
    }
    let count = try reader.readRows(of: header.rowSize, cut: ending) { (index, row) throws(FileError) in
      if index >= header.count { throw header.tooLong(path) }
      try body(index, row)
    }
    if count < header.count { throw ending(count, 0) }
  }
}
