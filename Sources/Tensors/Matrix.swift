/// A row-major matrix whose rows are padded with zeros to whole panels: rows are examples, columns are units.
///
/// A value: assignment copies, lazily. Elements are read and set as Float64 whatever the precision.
public struct Matrix: Sendable {
  /// Examples, or examples × positions where a layer has several.
  public let rows: Int
  /// Without the padding, which `stride` counts.
  public let columns: Int
  /// Scalars from one row to the next.
  public let stride: Int
  public let precision: Precision
  private var memory: Memory

  /// A matrix of zeros.
  public init(rows: Int, columns: Int, precision: Precision) {
    self.rows = rows
    self.columns = columns
    self.precision = precision
    stride = Self.stride(columns: columns)
    memory = Memory(count: rows * stride, precision: precision)
  }

  private static func stride(columns: Int) -> Int {
    // Rows a power of two apart would all fall into the same few cache sets.
    padded(columns) % 256 == 0 ? padded(columns) + panelWidth : padded(columns)
  }

  /// Bytes that a matrix of this shape takes.
  public static func byteCount(rows: Int, columns: Int, precision: Precision) -> Int {
    rows * stride(columns: columns) * precision.size
  }

  /// A matrix whose element (i, j) is `element(i, j)`.
  public init(rows: Int, columns: Int, precision: Precision, element: (Int, Int) -> Double) {
    self.init(rows: rows, columns: columns, precision: precision)
    guard !precision.isHollow else { return }
    for i in 0..<rows { for j in 0..<columns { memory[i * stride + j] = element(i, j) } }
  }

  /// An element, rounded to the precision where it is set; the padding is outside the matrix.
  public subscript(row: Int, column: Int) -> Double {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "outside the matrix")
      return memory[row * stride + column]
    }
    set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "outside the matrix")
      makeUnique()
      memory[row * stride + column] = newValue
    }
  }

  /// One row without its padding.
  public func row(_ row: Int) -> [Double] { (0..<columns).map { self[row, $0] } }

  /// Sets every element, the padding excepted.
  public mutating func fill(_ value: Double) {
    makeUnique()
    guard !precision.isHollow else { return }
    for i in 0..<rows { for j in 0..<columns { memory[i * stride + j] = value } }
  }

  /// Where element (row, column) stands; the column may be one past the last. Valid while the matrix lives.
  package func pointer(_ row: Int, _ column: Int) -> UnsafeRawPointer {
    precondition(row >= 0 && row <= rows && column >= 0 && column <= stride, "outside the matrix")
    return UnsafeRawPointer(memory.start + (row * stride + column) * precision.size)
  }

  /// As `pointer`, for writing: afterwards no other matrix shares these elements.
  package mutating func mutablePointer(_ row: Int, _ column: Int) -> UnsafeMutableRawPointer {
    precondition(row >= 0 && row <= rows && column >= 0 && column <= stride, "outside the matrix")
    makeUnique()
    return memory.start + (row * stride + column) * precision.size
  }

  mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&memory) { memory = Memory(copying: memory) }
  }
}

// Guarantees: every row of the block belongs to the matrix, to the end of its last panel where the block begins one.
extension Matrix {
  /// Where a block begins. Valid while the matrix lives.
  func pointer(_ rows: Range<Int>, _ columns: Range<Int>) -> UnsafeRawPointer {
    precondition(holds(rows, columns), "outside the matrix")
    return pointer(rows.lowerBound, columns.lowerBound)
  }

  /// As `pointer`, for writing: afterwards no other matrix shares these elements.
  mutating func mutablePointer(_ rows: Range<Int>, _ columns: Range<Int>) -> UnsafeMutableRawPointer {
    precondition(holds(rows, columns), "outside the matrix")
    return mutablePointer(rows.lowerBound, columns.lowerBound)
  }

  private func holds(_ rows: Range<Int>, _ columns: Range<Int>) -> Bool {
    rows.upperBound <= self.rows && columns.upperBound <= stride
  }
}

extension Matrix {
  /// Copies a block of the same shape from another matrix.
  public mutating func copy(
    rows: Range<Int>, columns: Range<Int>, from other: Matrix, rows from: Int, columns column: Int
  ) {
    precondition(precision == other.precision, "matrices of two precisions")
    guard !rows.isEmpty else { return }
    guard !precision.isHollow else { return makeUnique() }
    let begin = mutablePointer(rows, columns)
    let origin = other.pointer(from..<from + rows.count, column..<column + columns.count)
    let (width, step) = (columns.count * precision.size, stride * precision.size)
    for i in 0..<rows.count {
      (begin + i * step).copyMemory(from: origin + i * other.stride * precision.size, byteCount: width)
    }
  }

  /// Packs a block, row after row, into `bytes`; returns the number of bytes.
  public func pack(rows: Range<Int>, columns: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) -> Int {
    let width = columns.count * precision.size
    precondition(bytes.count >= rows.count * width, "too little room for the block")
    guard width > 0, !precision.isHollow, let start = bytes.baseAddress else { return 0 }
    let (begin, step) = (pointer(rows, columns), stride * precision.size)
    for i in 0..<rows.count { (start + i * width).copyMemory(from: begin + i * step, byteCount: width) }
    return rows.count * width
  }

  /// A number that almost surely changes with the elements, and surely with any one bit of them; the padding is left out.
  public var digest: UInt64 {
    // Many rows at once: one by one those of a small layer took 3 % of a small step.
    let width = columns * precision.size
    let most = max(1, (1 << 16) / max(width, 1))
    return withUnsafeTemporaryAllocation(byteCount: most * width, alignment: 64) { buffer in
      Swift.stride(from: 0, to: rows, by: most).reduce(0) { sum, first in
        let count = pack(rows: first..<min(first + most, rows), columns: 0..<columns, into: buffer)
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        return (sum ^ Tensors.digest(of: bytes)) &* 0x100_0000_01b3
      }
    }
  }

  /// The reverse of `pack`.
  public mutating func unpack(rows: Range<Int>, columns: Range<Int>, from bytes: UnsafeRawBufferPointer) {
    let width = columns.count * precision.size
    guard !precision.isHollow else { return width == 0 || rows.isEmpty ? () : makeUnique() }
    precondition(bytes.count >= rows.count * width, "too few bytes for the block")
    guard width > 0, !rows.isEmpty, let start = bytes.baseAddress else { return }
    let (begin, step) = (mutablePointer(rows, columns), stride * precision.size)
    for i in 0..<rows.count { (begin + i * step).copyMemory(from: start + i * width, byteCount: width) }
  }
}
