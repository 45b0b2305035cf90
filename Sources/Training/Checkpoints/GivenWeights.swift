import EnergyModels
import FileFormats
import Foundation

/// Weights that another run or another program has left.
///
/// Tensors are known by the names of this program's checkpoints, `layers.1.weight` and `layers.1.bias`. A file without such
/// names, or with a layer 0, is taken for PyTorch's: its modules, in the order of their numbers, are the layers from the
/// first on; a weight is n_k × n_j, a kernel's n_k × n_j × height × width, a transposed one's n_j × n_k × height × width. Where
/// every unit of a picture leads to every one above, PyTorch counts it channel by channel.
struct GivenWeights {
  private struct Source {
    let path: String
    let tensor: Safetensors.Tensor
    let isPyTorch: Bool
  }

  /// By this program's names.
  private var sources: [String: Source] = [:]
  let path: String

  /// Looks into a safetensors file, or a checkpoint of a run directory.
  init(path: String, checkpoint: String?) throws {
    self.path = path
    let files = try checkpoint.map { try RunDirectory(path: path).store.tensorFiles(of: $0) } ?? [path]
    var foreign: [Source] = []
    for file in files {
      let reader = try Safetensors.Reader(path: file)
      for tensor in reader.tensors {
        if StoredWeights.isWeight(tensor.name) {
          sources[tensor.name] = Source(path: file, tensor: tensor, isPyTorch: false)
        }
        if tensor.name.hasSuffix("weight") || tensor.name.hasSuffix("bias") {
          foreign.append(Source(path: file, tensor: tensor, isPyTorch: true))
        }
      }
    }
    guard sources.isEmpty || sources["layers.0.weight"] != nil else { return }
    sources = [:]
    // `net.10.weight` belongs to the module `net.10`, which follows `net.9`.
    func module(_ name: String) -> String { name.split(separator: ".").dropLast().joined(separator: ".") }
    let modules = Set(foreign.map { module($0.tensor.name) }).sorted {
      $0.compare($1, options: .numeric) == .orderedAscending
    }
    for source in foreign {
      guard let index = modules.firstIndex(of: module(source.tensor.name)) else { continue }
      let kind = source.tensor.name.hasSuffix("bias") ? "bias" : "weight"
      sources["layers.\(index + 1).\(kind)"] = source
    }
    guard !sources.isEmpty else {
      throw FileError(.badData, path: path, "holds no tensor that is called a weight or a bias")
    }
  }

  /// SHA-256 of what they are and of which are taken, to be told again.
  func digest(layers: [Int]?) throws -> String {
    var hash = SHA256()
    for (name, source) in sources.sorted(by: { $0.key < $1.key }) {
      Array("\(name) \(source.tensor.shape) ".utf8).withUnsafeBytes { hash.update($0) }
      let reader = try Safetensors.Reader(path: source.path)
      try Self.bytes(of: source.tensor, in: reader).withUnsafeBytes { hash.update($0) }
    }
    if let layers { Array("\(Set(layers).sorted())".utf8).withUnsafeBytes { hash.update($0) } }
    return hash.finish()
  }

  private static func bytes(
    of tensor: Safetensors.Tensor, in reader: borrowing Safetensors.Reader
  ) throws(FileError) -> [UInt8] {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: tensor.byteCount, alignment: 64)
    defer { room.deallocate() }
    try reader.read(tensor, into: room)
    return Array(room)
  }

  /// Takes the weights and biases of some layers over, as far as they are held here; returns a line for each of what was
  /// taken for what.
  ///
  /// Throws bad data that names every tensor that is missing, has another shape or other numbers.
  /// - Parameter extents: height, width and channels of an input.
  func take(
    into model: inout Model, layout: CheckpointLayout, network: Network, extents: [Int], layers: [Int]?
  ) throws -> [String] {
    var (told, wrong): ([String], [String]) = ([], [])
    for layer in layers ?? [] where !network.biased.contains(layer) {
      wrong.append("there is no layer \(layer)")
    }
    for tensor in layout.files.flatMap(\.tensors) {
      guard let layer = tensor.content.layer(in: network), layers?.contains(layer) ?? true else { continue }
      guard let source = sources[tensor.name] else {
        wrong.append("\(tensor.name) \(tensor.shape) is not there")
        continue
      }
      let order = source.isPyTorch ? PyTorchOrder(of: tensor, in: network, extents: extents) : nil
      let wanted = order?.shape ?? tensor.shape
      guard source.tensor.shape == wanted, [.float32, .float64].contains(source.tensor.type) else {
        wrong.append(
          "\(source.tensor.name) is \(source.tensor.type.rawValue) \(source.tensor.shape), "
            + "\(tensor.name) needs F32 or F64 \(wanted)")
        continue
      }
      told.append(
        source.isPyTorch ? "\(source.tensor.name) as \(tensor.name)" : tensor.name)
      guard model.needs(tensor.content) else { continue }
      let reader = try Safetensors.Reader(path: source.path)
      let values: StoredTensor =
        source.tensor.type == .float32
        ? .float32(try reader.elements(of: source.tensor, as: Float.self))
        : .float64(try reader.elements(of: source.tensor, as: Double.self))
      model.take(tensor, order.map(values.reordered) ?? values)
    }
    guard wrong.isEmpty else {
      throw FileError(.badData, path: path, "does not fit the network: " + wrong.joined(separator: "; "))
    }
    return told
  }
}

extension CheckpointLayout.Content {
  /// The layer that a weight or a bias belongs to; nil of moments and states.
  fileprivate func layer(in network: Network) -> Int? {
    switch self {
    case .weight(let connection, nil): network.connections[connection].target
    case .bias(let k, nil): k
    default: nil
    }
  }
}
