import FileFormats

extension NPYHeader {
  /// Reads every row and checks that the file ends where its header says.
  func readRows(
    _ reader: inout GzipReader,
    _ body: (_ index: Int, _ row: UnsafeBufferPointer<UInt8>) throws(FileError) -> Void
  ) throws(FileError) {
    let path = reader.path
    func ending(_ rows: Int, _ rest: Int) -> FileError {
      rows < shape[0]
        ? truncated(path, there: rows * rowSize + rest) : tooLong(path)
    }
    let count = try reader.readRows(of: rowSize, cut: ending) { (index, row) throws(FileError) in
      if index >= shape[0] { throw tooLong(path) }
      try body(index, row)
    }
    if count < shape[0] { throw ending(count, 0) }
  }
}
