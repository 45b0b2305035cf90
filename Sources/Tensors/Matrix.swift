/// A row-major matrix whose rows are padded with zeros to whole panels: rows are examples, columns are units.
///
/// A value: assignment copies, lazily.
public struct Matrix<S: Scalar>: Sendable {
  public let rows: Int
  public let columns: Int
  /// Scalars from one row to the next.
  public let stride: Int
  private var memory: Memory<S>

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    // Rows a power of two apart would all fall into the same few cache sets.
    stride = padded(columns) % 256 == 0 ? padded(columns) + panelWidth : padded(columns)
    memory = Memory(count: rows * stride)
  }

  /// A matrix whose element (i, j) is `element(i, j)`.
  public init(rows: Int, columns: Int, element: (Int, Int) -> S) {
    self.init(rows: rows, columns: columns)
    for i in 0..<rows { for j in 0..<columns { memory.start[i * stride + j] = element(i, j) } }
  }

  public subscript(row: Int, column: Int) -> S {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "outside the matrix")
      return memory.start[row * stride + column]
    }
    set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "outside the matrix")
      makeUnique()
      memory.start[row * stride + column] = newValue
    }
  }

  /// One row without its padding.
  public func row(_ row: Int) -> [S] {
    precondition(row >= 0 && row < rows, "outside the matrix")
    return Array(UnsafeBufferPointer(start: memory.start + row * stride, count: columns))
  }

  /// Sets every element, the padding excepted.
  public mutating func fill(_ value: S) {
    makeUnique()
    for i in 0..<rows { (memory.start + i * stride).update(repeating: value, count: columns) }
  }

  /// Where element (row, column) stands; the column may be one past the last. Valid while the matrix lives.
  package func pointer(_ row: Int, _ column: Int) -> UnsafePointer<S> {
    precondition(row >= 0 && row <= rows && column >= 0 && column <= stride, "outside the matrix")
    return UnsafePointer(memory.start + row * stride + column)
  }

  /// As `pointer`, for writing: afterwards no other matrix shares these elements.
  package mutating func mutablePointer(_ row: Int, _ column: Int) -> UnsafeMutablePointer<S> {
    precondition(row >= 0 && row <= rows && column >= 0 && column <= stride, "outside the matrix")
    makeUnique()
    return memory.start + row * stride + column
  }

  private mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&memory) { memory = Memory(copying: memory) }
  }
}

extension Matrix {
  /// Copies a block of the same shape from another matrix.
  public mutating func copy(
    rows: Range<Int>, columns: Range<Int>, from other: Matrix, rows from: Int, columns column: Int
  ) {
    for i in 0..<rows.count {
      mutablePointer(rows.lowerBound + i, columns.lowerBound)
        .update(from: other.pointer(from + i, column), count: columns.count)
    }
  }

  /// Packs a block, row after row, into `bytes`; returns the number of bytes.
  public func pack(rows: Range<Int>, columns: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) -> Int {
    let width = columns.count * MemoryLayout<S>.stride
    precondition(bytes.count >= rows.count * width, "too little room for the block")
    guard width > 0, let start = bytes.baseAddress else { return 0 }
    for (i, row) in rows.enumerated() {
      (start + i * width).copyMemory(from: pointer(row, columns.lowerBound), byteCount: width)
    }
    return rows.count * width
  }

  /// The reverse of `pack`.
  public mutating func unpack(rows: Range<Int>, columns: Range<Int>, from bytes: UnsafeRawBufferPointer) {
    let width = columns.count * MemoryLayout<S>.stride
    precondition(bytes.count >= rows.count * width, "too few bytes for the block")
    guard width > 0, let start = bytes.baseAddress else { return }
    for (i, row) in rows.enumerated() {
      UnsafeMutableRawPointer(mutablePointer(row, columns.lowerBound))
        .copyMemory(from: start + i * width, byteCount: width)
    }
  }
}
