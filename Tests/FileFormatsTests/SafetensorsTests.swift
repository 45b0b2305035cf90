import FileFormats
import TestBasis
import Testing

@Suite("Safetensors") struct SafetensorsTests {
  let directory: TemporaryFolder
  let weight: [Float] = (0..<12).map { Float($0) * 0.25 - 1 }
  let bias: [Double] = [.pi, -0.0, 1e-308]
  let steps: [Int64] = [.min, 0, .max]

  init() throws { directory = try TemporaryFolder() }

  func write(_ name: String, metadata: [String: String] = ["b": "2", "a": "\"ß\\\n\u{1}\""]) throws
    -> (size: Int, sha256: String)
  {
    var writer = try Safetensors.Writer(
      path: directory.file(name),
      tensors: [
        .init("layers.1.weight", .float32, [3, 4]), .init("a \"name\"", .float64, [3]),
        .init("steps", .int64, [3, 1]), .init("none", .uint8, [0, 5]), .init("flag", .uint8, []),
      ], metadata: metadata)
    try writer.append(Array(weight[..<5]))
    try writer.append(Array(weight[5...]))
    try writer.append(bias)
    try writer.append(steps)
    #expect(writer.remaining == 1)
    try writer.append([UInt8(7)])
    return try writer.finish()
  }

  @Test("what was written comes back")
  func roundTrip() throws {
    let (size, digest) = try write("a.safetensors")
    let path = directory.file("a.safetensors")
    let again = try SHA256.digest(ofFile: path)
    #expect(size == again.size && digest == again.sha256)
    let reader = try Safetensors.Reader(path: path)
    #expect(reader.size == size)
    #expect(reader.tensors.map(\.name) == ["layers.1.weight", "a \"name\"", "steps", "none", "flag"])
    #expect(reader.metadata == ["b": "2", "a": "\"ß\\\n\u{1}\""])
    let tensor = try reader.tensor("layers.1.weight")
    #expect(tensor.shape == [3, 4] && tensor.type == .float32)
    #expect(try reader.elements(of: tensor, as: Float.self) == weight)
    #expect(
      try reader.elements(of: reader.tensor("a \"name\""), as: Double.self).map(\.bitPattern)
        == bias.map(\.bitPattern))
    #expect(try reader.elements(of: reader.tensor("steps"), as: Int64.self) == steps)
    #expect(try reader.elements(of: reader.tensor("none"), as: UInt8.self) == [])
    #expect(try reader.elements(of: reader.tensor("flag"), as: UInt8.self) == [7])
    #expect(throws: FileError(.badData, path: path, "has no tensor 'x'")) { _ = try reader.tensor("x") }
  }

  @Test("a range of a tensor's bytes is read alone")
  func range() throws {
    _ = try write("a")
    let reader = try Safetensors.Reader(path: directory.file("a"))
    var row = [Float](repeating: 0, count: 4)
    let tensor = try reader.tensor("layers.1.weight")
    try row.withUnsafeMutableBytes { try reader.read(tensor, bytes: 16..<32, into: $0) }
    #expect(row == Array(weight[4..<8]))
  }

  @Test("the header is aligned, and the same content gives the same bytes")
  func deterministic() throws {
    let first = try write("a")
    let metadata = ["a": "\"ß\\\n\u{1}\"", "b": "2"]
    #expect(try write("b", metadata: metadata) == first)
    let bytes = try directory.bytes("a")
    #expect(bytes[0] % 8 == 0)
    let start = #"{"__metadata__":{"a":"\"ß\\\u000a\u0001\"","b":"2"},"layers.1.weight":{"dtype":"F32","#
    #expect(bytes[8...].starts(with: start.utf8))
  }

  @Test("a full disk is told")
  func full() throws {
    do throws(FileError) {
      _ = try Safetensors.Writer(path: "/dev/full", tensors: [.init("a", .uint8, [4])])
      Issue.record("a full disk took the header")
    } catch {
      #expect(error.exitCode == 74 && error.path == "/dev/full")
      #expect(error.reason.hasPrefix("the disk is full: "))
    }
  }

  /// A file of a JSON header, told to be `promised` bytes long, and `data` bytes of zeros.
  func failure(_ json: String, data: Int = 0, promised: Int? = nil) throws -> FileError? {
    let length = UInt64(bitPattern: Int64(promised ?? json.utf8.count))
    let head = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    let path = try directory.write("bad", head + Array(json.utf8) + [UInt8](repeating: 0, count: data))
    do throws(FileError) {
      _ = try Safetensors.Reader(path: path)
      return nil
    } catch {
      #expect(error.path == path && error.exitCode == 65)
      return error
    }
  }

  @Test("whole headers are taken")
  func whole() throws {
    #expect(try failure("{}") == nil)
    #expect(try failure(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   "#, data: 8) == nil)
    let two =
      #"{"b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]},"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}"#
    #expect(try failure(two, data: 9) == nil)
  }

  @Test(
    "headers that lie are refused",
    arguments: [
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7, "truncated: tensor 'a' ends at byte 8"),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9, "1 bytes follow its last tensor"),
      (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "tensor 'a' of shape [3] needs 12"),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "tensor 'a' leaves a hole"),
      (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8, "tensor 'a' has an impossible shape"),
      (
        #"{"a":{"dtype":"U8","shape":[4294967296,4294967296,4],"data_offsets":[0,8]}}"#, 8,
        "tensor 'a' has an impossible shape"
      ),
      (
        #"{"a":{"dtype":"U8","shape":[9223372036854775807,9223372036854775807,0],"data_offsets":[0,0]}}"#, 0,
        "tensor 'a' has an impossible shape"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8,
        "tensor 'a' has impossible data offsets"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, 8,
        "tensor 'a' has impossible data offsets"
      ),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, 8, "tensor 'a' has impossible data offsets"),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}"#, 8,
        "its header is no safetensors header"
      ),
      (
        #"{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#, 4, "tensor 'a' has elements of type BF16"
      ),
      (
        #"{"a":{"dtype":"F32","shape":[2]}}"#, 8,
        "its header is no safetensors header: 'a' has no 'data_offsets'"
      ),
      (#"{"a":7}"#, 0, "its header is no safetensors header: 'a'"),
      (#"{"__metadata__":{"a":1}}"#, 0, "its header is no safetensors header: '__metadata__.a'"),
      (#"{"a""#, 0, "its header is no safetensors header: its JSON is broken"),
      ("[]", 0, "its header is no JSON object"),
      ("", 8, "its header is no JSON object"),
      (
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#,
        6, "tensor 'b' overlaps the tensor before it"
      ),
      (
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
        8, ""
      ),
    ])
  func lies(json: String, data: Int, reason: String) throws {
    let error = try #require(try failure(json, data: data))
    #expect(error.reason.hasPrefix(reason), "\(error)")
  }

  @Test("a header longer than the file, than the limit, or than an Int is refused")
  func lengths() throws {
    #expect(
      try failure("{}", promised: 3)?.reason == "truncated: it promises a header of 3 bytes, 2 are there")
    #expect(try failure("{}", promised: 16_777_217)?.reason.hasSuffix("the limit is 16777216") == true)
    #expect(try failure("{}", promised: -1)?.reason.hasSuffix("the limit is 16777216") == true)
    let path = try directory.write("short", [1, 2, 3])
    #expect(throws: FileError(.badData, path: path, "is 3 bytes long, a safetensors file at least 10")) {
      _ = try Safetensors.Reader(path: path)
    }
  }
}
