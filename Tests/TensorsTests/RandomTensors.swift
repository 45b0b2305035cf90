import Tensors

private let random = CounterRandom(seed: 20_170_504, purpose: .weights)

/// A number in (−1, 1), the same for the same arguments.
func noise(_ i: Int, _ j: Int, _ stream: Int) -> Double { 2 * random.unit(i, j, stream) - 1 }

extension Matrix {
  /// Numbers in (−1, 1).
  init(random stream: Int, rows: Int, columns: Int, precision: Precision) {
    self.init(rows: rows, columns: columns, precision: precision) { noise($0, $1, stream) }
  }

  /// Every scalar's bits, the padding included.
  var bits: [UInt64] { scalarBits(pointer(0, 0), count: rows * stride, precision) }

  /// The bits of one element as it is stored.
  func bits(_ row: Int, _ column: Int) -> UInt64 { scalarBits(pointer(row, column), count: 1, precision)[0] }

  /// Whether every scalar past the last column is +0.
  var hasZeroPadding: Bool {
    (0..<rows).allSatisfy { row in
      scalarBits(pointer(row, columns), count: stride - columns, precision).allSatisfy { $0 == 0 }
    }
  }
}

extension Panels {
  /// Numbers in (−1, 1).
  init(random stream: Int, depth: Int, columns: Int, precision: Precision) {
    self.init(depth: depth, columns: columns, precision: precision)
    for k in 0..<depth { for j in 0..<columns { self[k, j] = noise(k, j, stream) } }
  }

  /// Every scalar's bits, the padding included.
  var bits: [UInt64] { scalarBits(pointer(panel: 0, row: 0), count: count * panelStride, precision) }

  /// Whether every scalar past the last column is +0.
  var hasZeroPadding: Bool {
    guard columns % panelWidth > 0 else { return true }
    let real = columns % panelWidth
    return (0..<depth).allSatisfy { k in
      scalarBits(pointer(panel: count - 1, row: k), count: panelWidth, precision)[real...]
        .allSatisfy { $0 == 0 }
    }
  }
}

/// The bits of scalars that lie one after the other.
func scalarBits(_ start: UnsafeRawPointer, count: Int, _ precision: Precision) -> [UInt64] {
  (0..<count).map {
    switch precision {
    case .float32: UInt64(start.load(fromByteOffset: $0 * 4, as: UInt32.self))
    case .float64: start.load(fromByteOffset: $0 * 8, as: UInt64.self)
    case .hollow32, .hollow64: 0
    }
  }
}

/// Arithmetic as one precision does it, on numbers that it holds exactly: the oracle the kernels must equal bit by bit.
extension Precision {
  /// x rounded to the precision.
  func rounded(_ x: Double) -> Double { self == .float32 ? Double(Float(x)) : x }

  /// a b + c, rounded once.
  func fma(_ a: Double, _ b: Double, _ c: Double) -> Double {
    switch self {
    case .float32: Double(Float(c).addingProduct(Float(a), Float(b)))
    case .float64: c.addingProduct(a, b)
    case .hollow32, .hollow64: preconditionFailure("arithmetic without numbers")
    }
  }

  /// a + b, rounded once (Float64 is wide enough that rounding its sum again changes nothing).
  func sum(_ a: Double, _ b: Double) -> Double { rounded(a + b) }

  /// a / b, rounded once (likewise).
  func quotient(_ a: Double, _ b: Double) -> Double { rounded(a / b) }

  /// a b, rounded once (likewise).
  func product(_ a: Double, _ b: Double) -> Double { rounded(a * b) }

  /// The bits of a number as it is stored.
  func bits(_ x: Double) -> UInt64 { self == .float32 ? UInt64(Float(x).bitPattern) : x.bitPattern }

  /// The distance from 1 to the next number.
  var epsilon: Double { self == .float32 ? Double(Float.ulpOfOne) : .ulpOfOne }
}
