/// A weight matrix cut into panels of 16 columns, each panel's rows one after the other: element (k, j) stands at
/// [j / 16][k][j mod 16]. A product reads it from front to back; columns past the last are zero.
public struct Panels<S: Scalar>: Sendable {
  /// Rows: the units summed over.
  public let depth: Int
  public let columns: Int
  private var memory: Memory<S>

  /// Zeros.
  public init(depth: Int, columns: Int) {
    self.depth = depth
    self.columns = columns
    memory = Memory(count: depth * padded(columns))
  }

  /// Number of panels.
  public var count: Int { padded(columns) / panelWidth }
  /// Scalars from one panel to the next.
  public var panelStride: Int { depth * panelWidth }

  private func offset(_ k: Int, _ j: Int) -> Int {
    precondition(k >= 0 && k < depth && j >= 0 && j < columns, "outside the panels")
    return (j / panelWidth) * panelStride + k * panelWidth + j % panelWidth
  }

  public subscript(k: Int, j: Int) -> S {
    get { memory.start[offset(k, j)] }
    set {
      makeUnique()
      memory.start[offset(k, j)] = newValue
    }
  }

  package func pointer(panel: Int, row: Int) -> UnsafePointer<S> {
    precondition(panel >= 0 && panel <= count && row >= 0 && row <= depth, "outside the panels")
    return UnsafePointer(memory.start + panel * panelStride + row * panelWidth)
  }

  package mutating func mutablePointer(panel: Int, row: Int) -> UnsafeMutablePointer<S> {
    precondition(panel >= 0 && panel <= count && row >= 0 && row <= depth, "outside the panels")
    makeUnique()
    return memory.start + panel * panelStride + row * panelWidth
  }

  /// Every scalar of whole panels, padding included, for sums and updates that treat all alike.
  package mutating func scalars(panels: Range<Int>) -> UnsafeMutableBufferPointer<S> {
    UnsafeMutableBufferPointer(
      start: mutablePointer(panel: panels.lowerBound, row: 0), count: panels.count * panelStride)
  }

  private mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&memory) { memory = Memory(copying: memory) }
  }
}

extension Panels {
  /// Packs the matrix, row-major, into `bytes`: the form of files.
  public func pack(into bytes: UnsafeMutableRawBufferPointer) {
    precondition(bytes.count >= depth * columns * MemoryLayout<S>.stride, "too little room for the matrix")
    guard let out = bytes.baseAddress?.assumingMemoryBound(to: S.self) else { return }
    for k in 0..<depth {
      for panel in 0..<count {
        let width = Swift.min(panelWidth, columns - panel * panelWidth)
        (out + k * columns + panel * panelWidth).update(from: pointer(panel: panel, row: k), count: width)
      }
    }
  }

  /// Becomes the transpose of `other`, whose shape must be the reverse of this one's.
  public mutating func setTranspose(of other: Panels) {
    precondition(depth == other.columns && columns == other.depth, "shapes that are not each other's reverse")
    S.kernels.table.pointee.transpose(
      other.depth, other.columns, other.pointer(panel: 0, row: 0), other.panelStride,
      mutablePointer(panel: 0, row: 0), panelStride)
  }
}
