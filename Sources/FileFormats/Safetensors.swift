#if _endian(big)
  #error("safetensors holds little-endian numbers, and this code moves them as they lie in memory")
#endif

/// The safetensors format: a JSON header of names, types, shapes and extents, then the tensors' bytes.
///
/// Eight bytes give the header's length (little-endian); tensors are row-major, little-endian, without
/// holes. Source: https://github.com/huggingface/safetensors, section "Format".
public enum Safetensors {
  /// The element types this program writes and reads, by their names in the format.
  public enum ElementType: String, CaseIterable, Sendable {
    case float32 = "F32"
    case float64 = "F64"
    case uint8 = "U8"
    case int64 = "I64"

    /// The bytes of one element.
    public var size: Int {
      switch self {
      case .uint8: 1
      case .float32: 4
      case .float64, .int64: 8
      }
    }
  }

  /// What a tensor is to be: its name, type and shape.
  public struct Declaration: Equatable, Sendable {
    /// The tensor's name, unique in its file.
    public var name: String
    public var type: ElementType
    /// The extents, slowest first; empty for a scalar.
    public var shape: [Int]

    public init(_ name: String, _ type: ElementType, _ shape: [Int]) {
      self.name = name
      self.type = type
      self.shape = shape
    }

    /// The tensor's bytes, ∏ shape × size of an element; nil when negative or too large for an Int.
    public var byteCount: Int? {
      var count = type.size
      var overflows = false
      for extent in shape {
        if extent < 0 { return nil }
        let product = count.multipliedReportingOverflow(by: extent)
        // A later extent of 0 would hide the overflow from the product, not from other readers.
        overflows = overflows || product.overflow
        count = product.partialValue
      }
      return overflows ? nil : count
    }
  }

  /// A tensor of an open file: its declaration and where its bytes lie.
  public struct Tensor: Equatable, Sendable {
    /// What the header says of it, checked: its size is that of `extent`.
    public let declaration: Declaration
    /// The extent of its bytes, counted from the start of the file.
    public let extent: Range<Int>

    public var name: String { declaration.name }
    public var type: ElementType { declaration.type }
    public var shape: [Int] { declaration.shape }
    public var byteCount: Int { extent.count }
  }

  /// A longer header is refused: 16 MiB, some hundred thousand tensors.
  ///
  /// The reference reader takes 100 MB. Reading a header takes up to 40 times its length of memory, so this bounds it to
  /// 640 MiB.
  public static let largestHeader = 1 << 24
}
