/// A weight matrix cut into panels of 16 columns, each panel's rows one after the other: element (k, j) stands at
/// [j / 16][k][j mod 16]. A product reads it from front to back; columns past the last are zero.
public struct Panels: Sendable {
  /// Rows: the units summed over.
  public let depth: Int
  /// Without the padding of the last panel.
  public let columns: Int
  public let precision: Precision
  private var memory: Memory

  /// Zeros.
  public init(depth: Int, columns: Int, precision: Precision) {
    self.depth = depth
    self.columns = columns
    self.precision = precision
    memory = Memory(count: depth * padded(columns), precision: precision)
  }

  /// Bytes that panels of this shape take.
  public static func byteCount(depth: Int, columns: Int, precision: Precision) -> Int {
    depth * padded(columns) * precision.size
  }

  /// Bytes it takes.
  public var byteCount: Int { Self.byteCount(depth: depth, columns: columns, precision: precision) }

  /// Number of panels.
  public var count: Int { padded(columns) / panelWidth }
  /// Scalars from one panel to the next.
  public var panelStride: Int { depth * panelWidth }

  private func offset(_ k: Int, _ j: Int) -> Int {
    precondition(k >= 0 && k < depth && j >= 0 && j < columns, "outside the panels")
    return (j / panelWidth) * panelStride + k * panelWidth + j % panelWidth
  }

  /// Element (k, j) of the matrix, rounded to the precision where it is set; the padding is outside of it.
  public subscript(k: Int, j: Int) -> Double {
    get { memory[offset(k, j)] }
    set {
      makeUnique()
      memory[offset(k, j)] = newValue
    }
  }

  package func pointer(panel: Int, row: Int) -> UnsafeRawPointer {
    precondition(panel >= 0 && panel <= count && row >= 0 && row <= depth, "outside the panels")
    return UnsafeRawPointer(memory.start + (panel * panelStride + row * panelWidth) * precision.size)
  }

  package mutating func mutablePointer(panel: Int, row: Int) -> UnsafeMutableRawPointer {
    precondition(panel >= 0 && panel <= count && row >= 0 && row <= depth, "outside the panels")
    makeUnique()
    return memory.start + (panel * panelStride + row * panelWidth) * precision.size
  }

  /// A number that almost surely changes with the elements of some rows, and surely with any one bit of them: 1 ns an
  /// element.
  ///
  /// It is a sum over elements, each mixed with its index in a whole matrix, so that a block has the same however it is
  /// laid out: transposed, or cut into parts, whose digests add up (wrapping). Element (k, j) has the index
  /// `first` + (k − rows.lowerBound) · rowStep + j · columnStep.
  public func digest(rows: Range<Int>, first: Int, rowStep: Int, columnStep: Int) -> UInt64 {
    switch precision {
    case .float32: digest(UInt32.self, rows, first, rowStep, columnStep)
    case .float64: digest(UInt64.self, rows, first, rowStep, columnStep)
    case .hollow32, .hollow64: 0
    }
  }

  @inline(__always)
  private func digest<Bits: FixedWidthInteger>(
    _ type: Bits.Type, _ rows: Range<Int>, _ first: Int, _ rowStep: Int, _ columnStep: Int
  ) -> UInt64 {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= depth, "outside the panels")
    var sum: UInt64 = 0
    for panel in 0..<count {
      let width = Swift.min(panelWidth, columns - panel * panelWidth)
      let scalars = pointer(panel: panel, row: 0).assumingMemoryBound(to: type)
      for k in rows {
        let start = first + (k - rows.lowerBound) * rowStep + panel * panelWidth * columnStep
        var index = UInt64(truncatingIfNeeded: start)
        for lane in 0..<width {
          // Each step can be undone, so that no two values of an element give the same.
          var x =
            UInt64(truncatingIfNeeded: scalars[k * panelWidth + lane]) ^ (index &* 0x9E37_79B9_7F4A_7C15)
          x ^= x &>> 29
          x = x &* 0xBF58_476D_1CE4_E5B9
          x ^= x &>> 32
          sum &+= x
          index &+= UInt64(truncatingIfNeeded: columnStep)
        }
      }
    }
    return sum
  }

  /// Every scalar of whole panels, padding included, for sums and updates that treat all alike.
  package mutating func scalars(panels: Range<Int>) -> Scalars {
    Scalars(
      precision: precision, count: panels.count * panelStride,
      start: mutablePointer(panel: panels.lowerBound, row: 0))
  }

  private mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&memory) { memory = Memory(copying: memory) }
  }
}

/// Scalars in a row, to be read and written in place: valid until the tensor they belong to changes.
package struct Scalars {
  package let precision: Precision
  package let count: Int
  package let start: UnsafeMutableRawPointer

  /// As memory bound to the scalar type.
  package func buffer<S: BinaryFloatingPoint>(of type: S.Type) -> UnsafeMutableBufferPointer<S> {
    precondition(MemoryLayout<S>.size == precision.size, "scalars of another precision")
    return UnsafeMutableBufferPointer(start: start.bindMemory(to: type, capacity: count), count: count)
  }
}

extension Panels {
  /// Whether it holds neither an infinity nor a NaN.
  public var isFinite: Bool {
    precision.kernels.pointee.finite(count * depth, panelWidth, pointer(panel: 0, row: 0), panelWidth) != 0
  }

  /// Packs the matrix, row-major, into `bytes`: the form of files.
  public func pack(into bytes: UnsafeMutableRawBufferPointer) {
    precondition(bytes.count >= depth * columns * precision.size, "too little room for the matrix")
    guard let out = bytes.baseAddress else { return }
    for k in 0..<depth {
      for panel in 0..<count {
        let width = Swift.min(panelWidth, columns - panel * panelWidth)
        (out + (k * columns + panel * panelWidth) * precision.size)
          .copyMemory(from: pointer(panel: panel, row: k), byteCount: width * precision.size)
      }
    }
  }

  /// The sum of squares of some rows of a panel, or of their differences from `other`, in Float64: one chain a column,
  /// columns then added in order.
  public func squares(panel: Int, rows: Range<Int>, minus other: Panels? = nil, at otherPanel: Int = 0)
    -> Double
  {
    precondition(rows.upperBound <= depth && (other == nil || other?.depth == depth), "shapes do not meet")
    return precision.kernels.pointee.squares(
      rows.count, pointer(panel: panel, row: rows.lowerBound),
      other?.pointer(panel: otherPanel, row: rows.lowerBound))
  }

  /// self += other in some panels, of two tensors of the same depth.
  package mutating func add(_ other: Panels, panels: Range<Int>) {
    precondition(depth == other.depth && panels.upperBound <= min(count, other.count), "shapes do not meet")
    precision.kernels.pointee.add(
      panels.count * depth, panelWidth, mutablePointer(panel: panels.lowerBound, row: 0), panelWidth,
      other.pointer(panel: panels.lowerBound, row: 0), panelWidth)
  }

  /// self += share (other − self) of a tensor of the same shape; every element by itself, rounded after each operation.
  package mutating func approach(_ other: Panels, by share: Double) {
    precondition(depth == other.depth && columns == other.columns, "shapes do not meet")
    let mine = scalars(panels: 0..<count)
    func approach<S: BinaryFloatingPoint>(_ type: S.Type) {
      let (share, mine) = (S(share), mine.buffer(of: type))
      let theirs = other.pointer(panel: 0, row: 0).assumingMemoryBound(to: type)
      for i in mine.indices { mine[i] += share * (theirs[i] - mine[i]) }
    }
    switch precision {
    case .float32: approach(Float.self)
    case .float64: approach(Double.self)
    case .hollow32, .hollow64: break
    }
  }

  /// Becomes the transpose of `other`, whose shape must be the reverse of this one's, of a kernel tap by tap.
  public mutating func setTranspose(of other: Panels, taps: Int = 1) {
    let (below, above) = (other.depth / taps, depth / taps)
    precondition(
      above == other.columns && columns == below && taps * below == other.depth && taps * above == depth,
      "shapes that are not each other's reverse")
    for tap in 0..<taps {
      precision.kernels.pointee.transpose(
        below, above, other.pointer(panel: 0, row: tap * below), other.panelStride,
        mutablePointer(panel: 0, row: tap * above), panelStride)
    }
  }
}
