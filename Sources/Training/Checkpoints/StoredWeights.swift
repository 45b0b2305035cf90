import FileFormats
import RunFiles

/// The weights and biases of a checkpoint as they lie in its files: no data and no network are needed.
public struct StoredWeights: Sendable {
  /// The checkpoint's name.
  public let checkpoint: String
  /// Epochs completed at the checkpoint.
  public let epoch: Int
  /// Steps made at the checkpoint.
  public let step: Int
  /// Name, type and shape of each: `layers.1.weight` n₀ × n₁, `layers.1.bias` n₁; layer by layer.
  public let tensors: [Safetensors.Declaration]
  private let paths: [String]

  /// Looks into a checkpoint of a run directory, every byte of it checked: of the latest ones the newest that is whole.
  ///
  /// Throws `FileError`: 66 where there is no checkpoint, 65 where none is whole.
  public init(directory: String, choice: Evaluator.Choice = .latest) throws {
    let store = RunDirectory(path: directory).store
    let (name, state) = try store.whole(choice)
    var found: [(tensor: Safetensors.Declaration, path: String)] = []
    for file in try store.tensorFiles(of: name) {
      let reader = try Safetensors.Reader(path: file)
      found += reader.tensors.filter { Self.isWeight($0.name) }.map { ($0.declaration, file) }
    }
    found.sort { Self.order($0.tensor.name) < Self.order($1.tensor.name) }
    (checkpoint, epoch, step) = (name, state.epoch, state.step)
    (tensors, paths) = (found.map(\.tensor), found.map(\.path))
  }

  /// The elements of a tensor, by its place in `tensors`: row-major, as they lie in the file.
  ///
  /// Throws `FileError` where the file cannot be read any more.
  public func bytes(of index: Int) throws(FileError) -> [UInt8] {
    let reader = try Safetensors.Reader(path: paths[index])
    let tensor = try reader.tensor(tensors[index].name)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: tensor.byteCount, alignment: 64)
    defer { buffer.deallocate() }
    try reader.read(tensor, into: buffer)
    return Array(buffer)
  }

  /// Whether a tensor is a weight or a bias, and not what an optimizer or a persistent state keeps.
  static func isWeight(_ name: String) -> Bool {
    name.wholeMatch(of: #/layers\.\d+\.(weight|bias)(\.from\.\d+)?/#) != nil
  }

  /// Layers by their number, in a layer by name.
  private static func order(_ name: String) -> (Int, String) {
    (name.split(separator: ".").dropFirst().first.flatMap { Int($0) } ?? 0, name)
  }
}

/// How far a run directory's run has come, as its newest checkpoint tells.
public struct StoredProgress: Sendable {
  private let state: RunState

  /// Nil where there is no whole checkpoint.
  public init?(directory: String) throws {
    guard let state = try RunDirectory(path: directory).store.newest().whole?.state else { return nil }
    self.state = state
  }

  /// Whether a run has reached its end.
  public func isOver(_ run: RunFile) -> Bool {
    (state.epoch >= run.training.epochs || state.hasStopped(run)) && state.run == RunState.digest(of: run)
  }
}

extension CheckpointStore {
  /// The paths of a checkpoint's tensor files, sorted.
  func tensorFiles(of name: String) throws -> [String] {
    try FileStatus.entries(of: folder(name)).filter { $0.hasSuffix(".safetensors") }.sorted().map {
      folder(name) + "/" + $0
    }
  }
}
