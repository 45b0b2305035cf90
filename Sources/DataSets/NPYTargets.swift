import FileFormats

/// A NumPy array of targets, gzipped or not: n or n × m numbers of any type that stands for real ones.
struct NPYTargets: Sendable {
  let path: String
  /// Rows.
  let count: Int
  /// Numbers of a row.
  let columns: Int
  private let type: String

  /// Checks the file's header.
  init(path: String) throws(FileError) {
    var reader = try GzipReader(path: path, limit: NPYHeader.limit + NPYHeader.arrayLimit)
    let header = try NPYHeader(from: &reader, types: NPYNumber.types)
    guard header.shape.count <= 2 else {
      throw FileError(
        .badData, path: path,
        "has the shape \(product(header.shape)); targets are n numbers or n×m, a row an example")
    }
    (self.path, type) = (path, header.type)
    (count, columns) = (header.shape[0], header.rowSize / header.scalarSize)
  }

  /// Reads the file once, to its end, and calls `body` with every row's numbers, each of which must be finite.
  func read(_ body: (_ row: Int, _ numbers: [Double]) -> Void) throws(FileError) {
    var reader = try GzipReader(path: path, limit: NPYHeader.limit + NPYHeader.arrayLimit)
    let header = try NPYHeader(from: &reader, types: NPYNumber.types)
    guard header.shape[0] == count, header.type == type, header.rowSize == columns * header.scalarSize else {
      throw FileError(.badData, path: path, "has changed since it was opened")
    }
    let number = NPYNumber(type)
    var numbers = [Double](repeating: 0, count: columns)
    try header.readRows(&reader) { (row, bytes) throws(FileError) in
      for column in 0..<columns {
        numbers[column] = number.value(bytes, at: column * number.size)
        guard numbers[column].isFinite else {
          let byte = header.size + row * header.rowSize + column * number.size
          throw FileError(.badData, path: path, "target \(row), byte \(byte): holds no finite number")
        }
      }
      body(row, numbers)
    }
  }
}
