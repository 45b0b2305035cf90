import DataSets
import FileFormats

/// Parsers of binary files.
enum Binaries {
  /// Opens a folder of four small IDX files, one of which is hostile, and loads every split of it.
  static func idx(_ bytes: [UInt8]) throws {
    let names = [
      "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte",
    ]
    let which = Int(bytes.first ?? 0) % names.count
    for (index, name) in names.enumerated() {
      let content = index == which ? Array(bytes.dropFirst()) : index.isMultiple(of: 2) ? images : labels
      try Scratch.shared.write(content, to: "idx/" + name)
    }
    let data = try DataSet.open(DataSource(format: .idx, path: Scratch.shared.path("idx"), validation: 1))
    for split in Split.allCases {
      for examples in try data.load(split, shards: 0..<2, of: 2, inputs: true, labels: true) {
        precondition(examples.inputs.count == examples.count * data.inputs, "an input for every example")
        precondition(examples.labels.allSatisfy { $0 < data.classes }, "labels are classes")
      }
    }
  }

  private static let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2] + Array(1...8)
  private static let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 7, 9]

  /// Unpacks at most a mebibyte, in reads of unlike sizes.
  static func gzip(_ bytes: [UInt8]) throws {
    try Scratch.shared.write(bytes, to: "gzip")
    var reader = try GzipReader(path: Scratch.shared.path("gzip"), limit: 1 << 20)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 8)
    defer { buffer.deallocate() }
    var size = 1
    while try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])) == size {
      size = min(2 * size, buffer.count)
    }
    precondition(reader.count <= reader.limit, "no more than the limit is given")
  }

  /// Opens a file and reads every tensor of it, as a whole and its last byte.
  static func safetensors(_ bytes: [UInt8]) throws {
    try Scratch.shared.write(bytes, to: "safetensors")
    let reader = try Safetensors.Reader(path: Scratch.shared.path("safetensors"))
    for tensor in reader.tensors {
      let found = try reader.tensor(tensor.name)
      precondition(found == tensor, "a tensor is found by its name")
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: tensor.byteCount, alignment: 8)
      defer { buffer.deallocate() }
      try reader.read(tensor, into: buffer)
      guard let last = buffer.last else { continue }
      let end = UnsafeMutableRawBufferPointer(rebasing: buffer[..<1])
      try reader.read(tensor, bytes: tensor.byteCount - 1..<tensor.byteCount, into: end)
      precondition(end.first == last, "a part of a tensor holds the bytes of the whole")
    }
  }
}
