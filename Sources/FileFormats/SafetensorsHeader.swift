import FoundationEssentials

extension Safetensors {
  /// The JSON header as it stands in the file, before any check of its numbers.
  private struct Header: Decodable {
    struct Entry: Decodable {
      let dtype: String
      let shape: [Int]
      let offsets: [Int]

      enum CodingKeys: String, CodingKey {
        case dtype, shape
        case offsets = "data_offsets"
      }
    }

    struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    var entries: [String: Entry] = [:]
    var metadata: [String: String] = [:]

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      for name in container.allKeys {
        if name.stringValue == "__metadata__" {
          metadata = try container.decode([String: String].self, forKey: name)
        } else {
          entries[name.stringValue] = try container.decode(Entry.self, forKey: name)
        }
      }
    }
  }

  /// Checks the JSON header of a file whose data are `size - dataStart` bytes; tensors in the data's order.
  static func parse(
    _ json: [UInt8], dataStart: Int, size: Int, path: String
  ) throws(FileError) -> (tensors: [Tensor], metadata: [String: String]) {
    guard json.first == UInt8(ascii: "{") else {
      throw FileError(.badData, path: path, "its header is no JSON object")
    }
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: Data(json))
    } catch {
      throw FileError(.badData, path: path, "its header is no safetensors header: \(reason(error))")
    }
    var tensors: [Tensor] = []
    for (name, entry) in header.entries {
      tensors.append(try tensor(name, entry, dataStart: dataStart, size: size, path: path))
    }
    // Empty tensors may share their offset; the name then gives the order.
    let order = { (tensor: Tensor) in (tensor.extent.lowerBound, tensor.extent.upperBound, tensor.name) }
    tensors.sort { order($0) < order($1) }
    var end = dataStart
    for tensor in tensors {
      if tensor.extent.lowerBound != end {
        let fault = tensor.extent.lowerBound < end ? "overlaps the tensor" : "leaves a hole"
        throw FileError(.badData, path: path, "tensor '\(tensor.name)' \(fault) before it")
      }
      end = tensor.extent.upperBound
    }
    if end != size {
      throw FileError(.badData, path: path, "\(size - end) bytes follow its last tensor")
    }
    return (tensors, header.metadata)
  }

  private static func tensor(
    _ name: String, _ entry: Header.Entry, dataStart: Int, size: Int, path: String
  ) throws(FileError) -> Tensor {
    guard let type = ElementType(rawValue: entry.dtype) else {
      let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw FileError(
        .badData, path: path, "tensor '\(name)' has elements of type \(entry.dtype), not one of \(known)")
    }
    let declaration = Declaration(name, type, entry.shape)
    guard let byteCount = declaration.byteCount else {
      throw FileError(.badData, path: path, "tensor '\(name)' has an impossible shape \(entry.shape)")
    }
    let offsets = entry.offsets
    guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1] else {
      throw FileError(.badData, path: path, "tensor '\(name)' has impossible data offsets \(offsets)")
    }
    if offsets[1] > size - dataStart {
      throw FileError(
        .badData, path: path,
        "truncated: tensor '\(name)' ends at byte \(offsets[1]) of the data, \(size - dataStart) are there")
    }
    let extent = offsets[1] - offsets[0]
    if extent != byteCount {
      throw FileError(
        .badData, path: path,
        "tensor '\(name)' of shape \(entry.shape) needs \(byteCount) bytes, its offsets give \(extent)")
    }
    return Tensor(declaration: declaration, extent: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    switch error {
    case .keyNotFound(let key, let context): return "'\(path(context))' has no '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "'\(path(context))' is not what it should be"
    default: return "its JSON is broken"
    }
  }

  private static func path(_ context: DecodingError.Context) -> String {
    context.codingPath.map(\.stringValue).joined(separator: ".")
  }
}
