import Foundation
import RunFiles

/// The smallest run file: two lines.
package let smallestRunFile = """
  data: {format: digits}
  network: {layers: [{units: 128}, {units: 10}]}

  """

/// The run file of the paper's recipe, with every section.
package let paperRunFile = """
  # one hidden layer
  name: mnist-paper-1h
  seed: 1
  data: {format: idx, path: data/mnist, training: 50000, validation: 10000, divisor: 256}
  network:
    layers:
      - {units: 500, activation: hard-sigmoid, rate: 0.2}
      - {units: 10, activation: hard-sigmoid, rate: 0.1}
    initialization: glorot-uniform            # or {uniform: 0.7}
    cost: squared-error
  relaxation: {updates: euler, step: 0.5, start: persistent, free: 20, nudged: 4}
  nudging: {kind: random-sign, beta: 1.0}
  training: {epochs: 25, batch: 20, shuffle: false, momentum: 0, schedule: constant}
  tiling: {shards: 4, slices: 2}
  checkpoint: {every: 500, keep: 3}

  """

/// The message a text is refused with, or nil when it is read.
package func refusal(_ text: String, settings: [String] = []) -> String? {
  do {
    _ = try RunFile.parse(text, file: "m.yaml", settings: settings)
    return nil
  } catch {
    return error.exitCode == 64 ? error.description : "exit code \(error.exitCode)"
  }
}

/// The folder of the package, found from this file.
package let packageRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
