import FileFormats

/// Rows of one size, one after the other in a file.
struct RowFile {
  let path: String
  /// Bytes before the first row.
  let start: Int
  let rows: Int
  let rowSize: Int
}

extension DataSet {
  /// What tells these inputs from others with the same labels, wherever they lie and however they are packed: `whole` and
  /// the SHA-256 of all that is stored of them, or, of more than `limit` bytes, `sampled` and that of some rows of each
  /// file, evenly spaced: at most 4,096 of them, and no more bytes than that.
  ///
  /// Reads the files: 0.1 s of CIFAR-10 from memory; of plain files only the rows that count. Errors as for `open`.
  package func inputDigest(wholeUpTo limit: Int = 1 << 28) throws(DataError) -> String {
    guard let files = inputFiles else { return "whole " + embeddedDigest }
    return try fileErrors { () throws(FileError) in
      let isWhole = files.reduce(0) { $0 + $1.rows * $1.rowSize } <= limit
      var hash = SHA256()
      for file in files {
        let most = max(1, min(4096, limit / max(file.rowSize, 1)))
        try file.hash(each: isWhole ? 1 : (file.rows + most - 1) / most, into: &hash)
      }
      return (isWhole ? "whole " : "sampled ") + hash.finish()
    }
  }
}

extension RowFile {
  /// Takes in every so many rows, the first one on.
  func hash(each step: Int, into hash: inout SHA256) throws(FileError) {
    var reader = try GzipReader(path: path, limit: start + rows * rowSize)
    try reader.skip(start)
    // Of all rows many at a time.
    let rowsAtOnce = step == 1 ? max(1, (1 << 20) / max(rowSize, 1)) : 1
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: rowsAtOnce * rowSize, alignment: 64)
    defer { room.deallocate() }
    for first in stride(from: 0, to: rows, by: rowsAtOnce * step) {
      let part = UnsafeMutableRawBufferPointer(
        rebasing: room[..<(min(rowsAtOnce, rows - first) * rowSize)])
      guard try reader.read(into: part) == part.count else {
        throw FileError(.badData, path: path, "has changed since it was opened")
      }
      hash.update(UnsafeRawBufferPointer(part))
      if step > 1, first + step < rows { try reader.skip((step - 1) * rowSize) }
    }
  }
}
