extension Safetensors {
  /// An open safetensors file: its checked header, and its tensors on demand.
  public struct Reader: ~Copyable {
    /// The tensors in the order of their bytes.
    public let tensors: [Tensor]
    /// The header's `__metadata__`; empty where it has none.
    public let metadata: [String: String]

    private let file: InputFile
    private let indices: [String: Int]

    public var path: String { file.path }
    /// The file's size in bytes.
    public var size: Int { file.size }

    /// Opens a file and checks its header against the format and against the file's size.
    public init(path: String) throws(FileError) {
      let file = try InputFile(path: path)
      guard file.size >= 8 else {
        throw FileError(.badData, path: path, "is \(file.size) bytes long, a safetensors file at least 10")
      }
      let length = try Self.bytes(0..<8, of: file).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      if length > UInt64(largestHeader) {
        throw FileError(
          .badData, path: path, "promises a header of \(length) bytes, the limit is \(largestHeader)")
      }
      if Int(length) > file.size - 8 {
        throw FileError(
          .badData, path: path,
          "truncated: it promises a header of \(length) bytes, \(file.size - 8) are there")
      }
      let dataStart = 8 + Int(length)
      let json = try Self.bytes(8..<dataStart, of: file)
      let (tensors, metadata) = try parse(json, dataStart: dataStart, size: file.size, path: path)
      self.tensors = tensors
      self.metadata = metadata
      self.indices = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
      self.file = file
    }

    /// The tensor of this name; an error of bad data when the file has none.
    public func tensor(_ name: String) throws(FileError) -> Tensor {
      guard let index = indices[name] else {
        throw FileError(.badData, path: path, "has no tensor '\(name)'")
      }
      return tensors[index]
    }

    /// Reads a tensor, or the `range` of its bytes, into `target`, which has exactly that size.
    public func read(
      _ tensor: Tensor, bytes range: Range<Int>? = nil, into target: UnsafeMutableRawBufferPointer
    ) throws(FileError) {
      let range = range ?? 0..<tensor.byteCount
      precondition((0...tensor.byteCount).contains(range.upperBound), "a range of the tensor's bytes")
      precondition(range.lowerBound >= 0, "a range of the tensor's bytes")
      precondition(target.count == range.count, "a target of the size of what is read")
      let count = try file.read(into: target, at: tensor.extent.lowerBound + range.lowerBound)
      if count != range.count {
        throw FileError(.badData, path: path, "was shortened while tensor '\(tensor.name)' was read")
      }
    }

    /// All elements of a tensor, whose type must have the size of `Element`.
    public func elements<Element: BitwiseCopyable>(
      of tensor: Tensor, as type: Element.Type
    ) throws(FileError) -> [Element] {
      precondition(MemoryLayout<Element>.stride == tensor.type.size, "elements of the tensor's own size")
      let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: tensor.byteCount / tensor.type.size)
      defer { buffer.deallocate() }
      try read(tensor, into: UnsafeMutableRawBufferPointer(buffer))
      return Array(buffer)
    }

    private static func bytes(
      _ range: Range<Int>, of file: borrowing InputFile
    ) throws(FileError) -> [UInt8] {
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 8)
      defer { buffer.deallocate() }
      let count = try file.read(into: buffer, at: range.lowerBound)
      return Array(buffer[..<count])
    }
  }
}
