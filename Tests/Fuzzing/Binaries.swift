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
    try load(.idx, "idx")
  }

  /// Reads what a picture says of itself and, unless it is vast, its pixels.
  static func picture(_ bytes: [UInt8]) throws {
    let picture = try EncodedPicture(bytes, path: "hostile.png")
    guard picture.height * picture.width <= 1 << 20 else { return }
    for channels in Set([picture.channels, 3]) {
      let count = try picture.pixels(channels: channels).count
      precondition(count == picture.height * picture.width * channels, "a byte a number")
    }
  }

  /// Opens a folder and loads every split of it.
  private static func load(_ format: DataFormat, _ folder: String) throws {
    let data = try DataSet.open(
      DataSource(format: format, path: Scratch.shared.path(folder), validation: 1))
    for split in Split.allCases {
      for examples in try data.load(split, shards: 0..<2, of: 2, inputs: true, labels: true) {
        let bytes = examples.count * data.inputs * data.scalar.size
        precondition(examples.inputs.count == bytes, "an input for every example")
        precondition(examples.labels.allSatisfy { $0 < data.classes }, "labels are classes")
      }
    }
  }

  /// Opens a folder of CIFAR-10 or CIFAR-100 with one record a file, two in train.bin, one of which is hostile.
  static func cifar(_ bytes: [UInt8]) throws {
    let which = Int(bytes.first ?? 0) % 8
    let isTen = which < 6
    let folder = isTen ? "cifar10" : "cifar100"
    let names =
      isTen ? (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"] : ["train.bin", "test.bin"]
    let record = [UInt8](repeating: 7, count: isTen ? 3073 : 3074)
    for (index, name) in names.enumerated() {
      let content = name == "train.bin" ? record + record : record
      let isHostile = index == (isTen ? which : which - 6)
      try Scratch.shared.write(isHostile ? Array(bytes.dropFirst()) : content, to: folder + "/" + name)
    }
    try load(.cifar, folder)
  }

  /// Opens a folder of four small NumPy arrays, one of which is hostile.
  static func npy(_ bytes: [UInt8]) throws {
    let names = ["training-images", "training-labels", "test-images", "test-labels"]
    let which = Int(bytes.first ?? 0) % names.count
    for (index, name) in names.enumerated() {
      let good = index.isMultiple(of: 2) ? array("2, 2, 2", Array(1...8)) : array("2,", [1, 0])
      try Scratch.shared.write(index == which ? Array(bytes.dropFirst()) : good, to: "npy/\(name).npy")
    }
    try load(.npy, "npy")
  }

  /// Opens a table for classes and for numbers.
  static func csv(_ bytes: [UInt8]) throws {
    try Scratch.shared.write(bytes, to: "table.csv")
    let source = DataSource(format: .csv, path: Scratch.shared.path("table.csv"))
    if let numbers = try? DataSet.open(source, for: .targets) {
      _ = try numbers.load(.training, shards: 0..<2, of: 2, inputs: true, targets: true)
    }
    try load(.csv, "table.csv")
  }

  private static func array(_ shape: String, _ bytes: [UInt8]) -> [UInt8] {
    let text = Array("{'descr': '|u1', 'fortran_order': False, 'shape': (\(shape))}\n".utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count), 0] + text + bytes
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
