import DataSets
import EnergyModels
import FileFormats
import Foundation
import Inspection
import RunFiles
import Tensors
import Training

/// A run directory with checkpoints of weights as they are drawn, made without training; it goes when the test ends.
package final class InspectedRun {
  package let path: String
  package let run: RunFile
  package var store: CheckpointStore { RunDirectory(path: path).store }

  /// A network on the digits, of two shards, with other settings after it.
  package init(layers: String = "[{units: 70}, {units: 10}]", _ settings: [String] = [], steps: [Int] = [20])
    throws
  {
    path = FileManager.default.temporaryDirectory.path + "/eqprop-inspected-" + UUID().uuidString
    let text = """
      name: inspected
      data: {format: digits, training: 1600, validation: 30}
      network: {layers: \(layers), initialization: {spectral: 0.9}}
      training: {batch: 4}
      tiling: {shards: 2, slices: 2}

      """
    run = try RunFile.parse(text, file: "m.yaml", settings: settings)
    try DurableFile.createDirectory(path)
    try DurableFile.write(run.resolvedYAML, to: path + "/run.yaml")
    try store.prepare()
    for step in steps { try save(step) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// What is found in a checkpoint of it.
  package func inspection(_ choice: Evaluator.Choice = .latest) throws -> Inspection {
    // The folder must stay until all is read.
    try withExtendedLifetime(self) { try Inspection(directory: path, choice: choice) }
  }

  /// Weights that the number of a step draws.
  package func parameters(_ step: Int) throws -> Parameters {
    var parameters = Parameters(
      portion: Portion(whole: try run.network.network(input: .digits)), precision: run.training.precision)
    parameters.initialize(run.network.initialization, seed: UInt64(step))
    return parameters
  }

  /// Writes a whole checkpoint of them.
  package func save(_ step: Int) throws {
    let folder = store.temporary(step: step)
    try DurableFile.createDirectory(folder)
    let parameters = try parameters(step)
    let files = try parameters.connections.map { connection in
      let name = "layer-\(connection.connection.target).safetensors"
      let (size, sha256) = try write(connection, to: folder + "/" + name)
      return Manifest.Entry(name: name, size: size, sha256: sha256)
    }
    let tiling = Tiling(run, input: .digits)
    var state = RunState(run, data: try data.digest, deal: try deal(tiling, "1x1x1"))
    (state.step, state.epoch) = (step, step / 10)
    try store.complete(state: state, index: [:], files: files)
  }

  package var data: DataSet { get throws { try DataSet.open(run.data) } }

  private func write(_ connection: ConnectionWeights, to path: String) throws -> (
    size: Int, sha256: String
  ) {
    let (weights, k) = (connection.forward, connection.connection.target)
    let type: Safetensors.ElementType = run.training.precision == .float32 ? .float32 : .float64
    var writer = try Safetensors.Writer(
      path: path,
      tensors: [
        .init("layers.\(k).weight", type, [weights.depth, weights.columns]),
        .init("layers.\(k).bias", type, [weights.columns]),
      ])
    var bytes = [UInt8](repeating: 0, count: weights.depth * weights.columns * type.size)
    bytes.withUnsafeMutableBytes { weights.pack(into: $0) }
    try writer.append(bytes)
    try writer.append([UInt8](repeating: 0, count: weights.columns * type.size))
    return try writer.finish()
  }
}
