import EnergyModels
import FileFormats
import Foundation
import RunFiles
import Training

/// A small whole checkpoint, one file of which is replaced by a hostile one.
final class CheckpointFiles {
  nonisolated(unsafe) static let shared = make()

  private let store: CheckpointStore
  private let run: RunFile
  private let name = CheckpointStore.name(step: 1)
  private let good: [String: [UInt8]]

  private static func make() -> CheckpointFiles {
    do {
      let files = try CheckpointFiles()
      // What comes of hostile files tells something only where the good ones are taken.
      for (file, bytes) in files.good { try files.vouched(file, bytes) }
      return files
    } catch {
      preconditionFailure("a small checkpoint can be written: \(error)")
    }
  }

  private init() throws {
    store = CheckpointStore(path: Scratch.shared.path("checkpoints"))
    run = try RunFile.parse(Texts.base, file: "base.yaml")
    let tiling = Tiling(run, input: .digits)
    let deal = try Deal(run, tiling: tiling, to: GridShape(replicas: 1, stages: 1, slices: 1))
    let folder = store.temporary(step: 1)
    mkdir(folder, 0o700)
    let weights = Array("weights".utf8)
    try Scratch.shared.write(weights, to: "checkpoints/.tmp-\(name)/layer-1.safetensors")
    var state = RunState(run, data: "digits", deal: deal)
    state.step = 1
    try store.complete(
      state: state, index: ["layers.1.weight": "layer-1.safetensors"],
      files: [.init(name: "layer-1.safetensors", size: 7, sha256: SHA256.digest(of: weights))])
    var good: [String: [UInt8]] = [:]
    for file in ["layer-1.safetensors", "state.json", "index.json"] {
      good[file] = try DurableFile.read(store.folder(name) + "/" + file)
    }
    self.good = good
  }

  private func place(_ file: String) -> String { "checkpoints/\(name)/\(file)" }

  func manifest(_ bytes: [UInt8]) throws {
    try Scratch.shared.write(bytes, to: place(Manifest.fileName))
    _ = try store.verified(name)
  }

  /// Replaces a file and the manifest's line for it, so that only the file's own checks stand in the way.
  func vouched(_ file: String, _ bytes: [UInt8]) throws {
    try Scratch.shared.write(bytes, to: place(file))
    var files = good
    files[file] = bytes
    let manifest = Manifest(
      files: files.map { .init(name: $0, size: $1.count, sha256: SHA256.digest(of: $1)) })
    try Scratch.shared.write(try manifest.encoded(), to: place(Manifest.fileName))
    let state = try store.verified(name)
    try use(state)
  }

  /// What resuming, counting on and the end of an epoch do with a state.
  private func use(_ state: RunState) throws {
    try state.check(run, path: store.folder(name) + "/state.json")
    var tally = state.tally
    tally.keep(shards: 0..<1, relaxation: true)
    tally.join(state.tally)
    _ = (tally.scores(run.task), tally.cost, tally.energy)
    let figures = RelaxationFigures(tally.relaxation, run: run, rates: state.rates.rates)
    _ =
      MetricsLine(
        epoch: state.epoch + 1, step: state.step + 1, training: tally.scores(run.task),
        cost: tally.cost, energy: tally.energy, relaxation: figures, examplesPerSecond: 1,
        seconds: 1
      ).json
    var rates = state.rates
    rates.balance(changes: [1, 1], factor: 1)
    _ = CheckpointStore.name(step: state.best?.step ?? 0)
    _ = try state.encoded()
  }

  func pointer(_ bytes: [UInt8]) throws {
    for file in ["BEST", "LATEST"] { try Scratch.shared.write(bytes, to: "checkpoints/" + file) }
    let name = try store.name(of: .best)
    precondition(name == self.name, "only a checkpoint that is there is named")
    _ = try store.name(of: .latest)
  }
}
