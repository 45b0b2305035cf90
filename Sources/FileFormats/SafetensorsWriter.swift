extension Safetensors {
  /// Writes one safetensors file from front to back, hashing as it goes.
  ///
  /// The header is known before the first tensor's bytes; these then come in the declared order, in
  /// parts of any size. The same declarations, metadata and bytes always give the same file.
  public struct Writer: ~Copyable {
    public var path: String { file.path }
    /// The bytes of tensors that are still to come.
    public private(set) var remaining: Int

    private var file: OutputFile
    private var hash: SHA256

    /// Creates the file and writes its header.
    public init(path: String, tensors: [Declaration], metadata: [String: String] = [:]) throws(FileError) {
      let (header, byteCount) = Safetensors.header(tensors: tensors, metadata: metadata)
      var file = try OutputFile(path: path)
      try header.span.bytes.withUnsafeBytes { (bytes) throws(FileError) in try file.write(bytes) }
      var hash = SHA256()
      header.withUnsafeBytes { hash.update($0) }
      self.file = file
      self.hash = hash
      self.remaining = byteCount
    }

    /// Appends the next bytes of the tensors.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
      precondition(bytes.count <= remaining, "more bytes than the declared tensors have")
      remaining -= bytes.count
      hash.update(bytes)
      try file.write(bytes)
    }

    /// Appends the next elements of the tensors, as they lie in memory.
    public mutating func append<Element: BitwiseCopyable>(_ elements: [Element]) throws(FileError) {
      try elements.span.bytes.withUnsafeBytes { (bytes) throws(FileError) in try append(bytes) }
    }

    /// Brings the file to the device and gives its size and SHA-256.
    public consuming func finish() throws(FileError) -> (size: Int, sha256: String) {
      precondition(remaining == 0, "fewer bytes than the declared tensors have")
      let size = file.size
      let digest = hash.finish()
      try file.close()
      return (size, digest)
    }
  }

  /// The length and the JSON header, padded with spaces to a multiple of 8, and the bytes of all tensors.
  static func header(tensors: [Declaration], metadata: [String: String]) -> ([UInt8], byteCount: Int) {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "a tensor's name stands once in a file")
    var entries: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      entries.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for tensor in tensors {
      precondition(tensor.name != "__metadata__", "this name is the format's own")
      guard let count = tensor.byteCount else { preconditionFailure("a tensor's size fits an Int") }
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let type = tensor.type.rawValue
      let offsets = "[\(offset),\(offset + count)]"
      entries.append(
        "\(quoted(tensor.name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":\(offsets)}")
      offset += count
    }
    var json = Array("{\(entries.joined(separator: ","))}".utf8)
    while json.count % 8 != 0 { json.append(UInt8(ascii: " ")) }
    precondition(json.count <= largestHeader, "no reader takes a header this long")
    let length = UInt64(json.count)
    return ((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + json, offset)
  }

  /// The text as a JSON string.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
