/// A type of number of a NumPy array that stands for real numbers: floats, whole numbers and flags of either byte order.
struct NPYNumber: Sendable {
  private enum Kind { case float, signed, unsigned }

  /// The types as NumPy writes them.
  static let types =
    ["f2", "f4", "f8", "i2", "i4", "i8", "u2", "u4", "u8"].flatMap { ["<" + $0, ">" + $0] }
    + ["|i1", "|u1", "|b1"]

  /// Bytes of a number.
  let size: Int
  private let kind: Kind
  private let isBigEndian: Bool

  /// The number of one of `types`.
  init(_ type: String) {
    precondition(Self.types.contains(type), "a type that stands for real numbers")
    isBigEndian = type.hasPrefix(">")
    size = Int(type.suffix(1)) ?? 1
    kind = type.contains("f") ? .float : type.contains("i") ? .signed : .unsigned
  }

  /// The value of the bytes from an offset on; whole numbers beyond 2⁵³ are rounded.
  func value(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Double {
    var bits: UInt64 = 0
    for byte in 0..<size {
      let shift = 8 * (isBigEndian ? size - 1 - byte : byte)
      bits |= UInt64(bytes[offset + byte]) << UInt64(shift)
    }
    switch (kind, size) {
    case (.float, 2): return Double(Float16(bitPattern: UInt16(bits)))
    case (.float, 4): return Double(Float(bitPattern: UInt32(bits)))
    case (.float, _): return Double(bitPattern: bits)
    case (.unsigned, _): return Double(bits)
    case (.signed, _):
      let unused = UInt64(64 - 8 * size)
      return Double(Int64(bitPattern: bits << unused) >> Int64(unused))
    }
  }
}
