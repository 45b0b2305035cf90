import DataSets
import EnergyModels
import FileFormats
import Foundation
import MessagePassing
import RunFiles

/// What a run begins with where its directory holds no checkpoint yet.
public enum Origin: Sendable {
  /// Weights drawn as the run file says.
  case drawn
  /// Weights of a safetensors file or of a run directory's newest checkpoint, of some layers (nil: of all); the others are
  /// drawn.
  case weights(String, layers: [Int]?)
  /// Everything that the newest checkpoint of another run directory holds: weights, moments, persistent states, epochs made.
  case run(String)
}

/// Weights that another run or another program has left.
///
/// Tensors are known by the names of this program's checkpoints, `layers.1.weight` and `layers.1.bias`. A file without such
/// names is taken for PyTorch's: its modules, in the order of their numbers, are the layers from the first on; a weight is
/// n_k × n_j, a kernel's n_k × n_j × height × width.
struct GivenWeights {
  private struct Source {
    let path: String
    let tensor: Safetensors.Tensor
    let isPyTorch: Bool
  }

  /// By this program's names.
  private var sources: [String: Source] = [:]
  let path: String

  /// Looks into a safetensors file, or the newest whole checkpoint of a run directory.
  init(path: String) throws {
    self.path = path
    let isRun = FileStatus.isDirectory(path)
    let store = RunDirectory(path: path).store
    let files = isRun ? try store.tensorFiles(of: store.whole(.latest).name) : [path]
    var foreign: [Source] = []
    for file in files {
      let reader = try Safetensors.Reader(path: file)
      for tensor in reader.tensors {
        if tensor.name.wholeMatch(of: #/layers\.\d+\.(weight|bias)(\.from\.\d+)?/#) != nil {
          sources[tensor.name] = Source(path: file, tensor: tensor, isPyTorch: false)
        } else if tensor.name.hasSuffix("weight") || tensor.name.hasSuffix("bias") {
          foreign.append(Source(path: file, tensor: tensor, isPyTorch: true))
        }
      }
    }
    guard sources.isEmpty else { return }
    // `net.10.weight` belongs to the module `net.10`, which follows `net.9`.
    func module(_ name: String) -> String { name.split(separator: ".").dropLast().joined(separator: ".") }
    let modules = Set(foreign.map { module($0.tensor.name) }).sorted {
      $0.compare($1, options: .numeric) == .orderedAscending
    }
    for source in foreign {
      guard let place = modules.firstIndex(of: module(source.tensor.name)) else { continue }
      let kind = source.tensor.name.hasSuffix("bias") ? "bias" : "weight"
      sources["layers.\(place + 1).\(kind)"] = source
    }
    guard !sources.isEmpty else {
      throw FileError(.badData, path: path, "holds no tensor that is called a weight or a bias")
    }
  }

  /// SHA-256 of what they are, to be told again.
  var digest: String {
    get throws {
      var hash = SHA256()
      for (name, source) in sources.sorted(by: { $0.key < $1.key }) {
        Array("\(name) \(source.tensor.shape) ".utf8).withUnsafeBytes { hash.update($0) }
        let reader = try Safetensors.Reader(path: source.path)
        try Self.bytes(of: source.tensor, in: reader).withUnsafeBytes { hash.update($0) }
      }
      return hash.finish()
    }
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
  func take(
    into model: inout Model, layout: CheckpointLayout, network: Network, layers: [Int]?
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
      let wanted = source.isPyTorch ? tensor.pyTorchShape : tensor.shape
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
      model.take(tensor, source.isPyTorch ? values.fromPyTorch(tensor.shape) : values)
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

extension CheckpointLayout.Tensor {
  /// The shape that PyTorch gives the same weight or bias.
  fileprivate var pyTorchShape: [Int] {
    switch shape.count {
    case 2: [shape[1], shape[0]]
    case 4: [shape[3], shape[2], shape[0], shape[1]]
    default: shape
    }
  }
}

extension StoredTensor {
  /// PyTorch's elements in this program's order, of a tensor of this shape here.
  fileprivate func fromPyTorch(_ shape: [Int]) -> StoredTensor {
    guard shape.count > 1 else { return self }
    let (below, above) = (shape[shape.count - 2], shape[shape.count - 1])
    let taps = shape.dropLast(2).reduce(1, *)
    func place(_ index: Int) -> Int {
      let (row, k) = (index / above, index % above)
      let (tap, j) = (row / below, row % below)
      return (k * below + j) * taps + tap
    }
    let count = taps * below * above
    switch self {
    case .float32(let values): return .float32((0..<count).map { values[place($0)] })
    case .float64(let values): return .float64((0..<count).map { values[place($0)] })
    }
  }
}

extension Trainer {
  /// Takes up what the run begins with.
  func load(_ origin: Origin) throws {
    switch origin {
    case .drawn: break
    case .weights(let path, let layers):
      let told = try grid.world.agree { () -> [String] in
        let given = try GivenWeights(path: path)
        var model = self.model
        let told = try given.take(into: &model, layout: layout, network: deal.tiling.network, layers: layers)
        parameters = model.parameters
        state.origin = try given.digest
        return told
      }
      tell(.notice("begins with \(told.joined(separator: ", ")) of \(path)"))
    case .run(let path): try goOn(from: path)
    }
  }

  /// Saves what was not drawn: from there on the directory alone says how the run goes on.
  func save(_ origin: Origin) throws {
    switch origin {
    case .drawn: return
    case .weights: break
    case .run(let path):
      try grid.world.agree {
        guard grid.isFirst else { return }
        try directory.takeMetrics(of: RunDirectory(path: path), toEpoch: state.epoch)
      }
    }
    try checkpoint(isBest: false)
    try writer.complete()
  }

  /// Everything that another run directory's newest checkpoint holds, as far as this run keeps it.
  private func goOn(from path: String) throws {
    let picked = try PickedCheckpoint(directory: path, choice: .latest, over: grid.world) {
      report(.notice($0))
    }
    let before = picked.state
    // Rank 0 alone knows the inputs' digest.
    let isSame = before.data == state.data && before.inputs == state.inputs
    let isSameData = try grid.world.broadcast([isSame ? 1 : 0], from: 0) == [1]
    try grid.world.agree {
      guard let saved = try RunDirectory(path: path).savedRun() else {
        throw FileError(.missing, path: path, "holds no run")
      }
      func refusal(_ what: String) -> OtherRun { OtherRun(description: "\(path): \(what)") }
      guard before.cursor == 0 else {
        throw refusal("stopped within epoch \(before.epoch + 1); let it reach the end of an epoch first")
      }
      guard before.epoch < run.training.epochs else {
        throw refusal(
          "has made \(before.epoch) epochs, training.epochs is \(run.training.epochs): nothing is left to do")
      }
      let keepsMoments = saved.training.moments == run.training.moments
      var persistent: [Split: Int] = [:]
      for split in splits where isSameData && saved.keepsStates && split.persistent != nil {
        persistent[split.split] = data.count(split.split)
      }
      var model = self.model
      try CheckpointLayout(
        deal: deal, moments: keepsMoments ? run.training.moments : [], persistent: persistent,
        precision: run.training.precision
      ).read(picked.folder, into: &model, place: grid.place, deal: deal)
      parameters = model.parameters
      optimizer.moments = model.moments
      for split in splits { split.persistent = model.persistent[split.split] }
      (state.step, state.epoch) = (before.step, before.epoch)
      if state.updates != nil {
        state.updates = keepsMoments ? before.updates : 0
        optimizer.updates = state.updates ?? 0
      }
      if grid.isFirst {
        if !isSameData { report(.notice("goes on with other data than \(path) was trained on")) }
        if !keepsMoments { report(.notice("the optimizer is another one: what it keeps begins at 0")) }
      }
    }
    tell(.resumed(checkpoint: picked.folder, step: state.step))
  }
}
