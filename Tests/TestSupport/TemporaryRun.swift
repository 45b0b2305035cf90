import EnergyModels
import FileFormats
import Foundation
import RunFiles
import Training

/// A run directory that goes when the test ends.
package final class TemporaryRun {
  package let path: String
  package let run: RunFile

  package init(_ settings: String...) throws {
    path = FileManager.default.temporaryDirectory.path + "/eqprop-run-" + UUID().uuidString
    run = try RunFile.parse(smallestRunFile, file: "m.yaml", settings: settings)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package var directory: RunDirectory { RunDirectory(path: path) }
  package var store: CheckpointStore { directory.store }

  /// The state of the run at a step.
  package func state(
    _ step: Int, best: Int? = nil, epoch: Int? = nil, inputs: String? = "whole 7"
  ) throws -> RunState {
    var state = RunState(run, data: "digits", deal: try deal(Tiling(run, input: .digits), "1x1x1"))
    state.inputs = inputs
    state.step = step
    state.epoch = epoch ?? step / 10
    state.best = best.map { .init(value: 5, step: $0) }
    return state
  }

  /// Writes a whole checkpoint with one file of a few bytes.
  package func save(
    _ step: Int, best: Int? = nil, epoch: Int? = nil, inputs: String? = "whole 7"
  ) throws {
    let folder = store.temporary(step: step)
    try DurableFile.createDirectory(folder)
    let bytes = Array("weights of step \(step)".utf8)
    try DurableFile.write(bytes, to: folder + "/layer-1.safetensors")
    try store.complete(
      state: try state(step, best: best, epoch: epoch, inputs: inputs),
      index: ["layers.1.weight": "layer-1.safetensors"],
      files: [.init(name: "layer-1.safetensors", size: bytes.count, sha256: SHA256.digest(of: bytes))])
  }

  /// The names in a folder of the run, hidden ones too, sorted.
  package func names(_ folder: String = "checkpoints") -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path + "/" + folder)) ?? []).sorted()
  }

  package func text(_ name: String) -> String {
    FileManager.default.contents(atPath: path + "/" + name).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  package func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
  }
}
