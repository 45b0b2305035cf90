import DataSets
import EnergyModels
import EquilibriumPropagation
import Foundation

/// What a run file holds where it says nothing.
extension RunFile {
  /// `data.format` and `network.layers` must be written; a missing name comes from the file's.
  static let blank = RunFile(
    name: "", seed: 1,
    data: DataSource(format: .digits),
    network: NetworkSettings(layers: [], initialization: .glorotUniform, cost: .squaredError),
    rule: .equilibriumPropagation,
    relaxation: Relaxation(
      updates: .evenOdd, step: 0.5, start: .zero, free: Duration(atMost: 15), nudged: Duration(atMost: 15)),
    nudging: Nudging(kind: .centered, beta: 0.2),
    training: TrainingSettings(
      epochs: 10, batch: 16, shuffle: true, momentum: 0, decay: 0, schedule: .constant,
      reduction: .reproducible, precision: .float32),
    tiling: TilingSettings(shards: TilingSettings.unset, slices: TilingSettings.unset),
    checkpoint: CheckpointSettings(every: nil, keep: 3, wait: false))

  /// The name of a run whose file gives none: the file's, without its extension.
  static func defaultName(_ file: String) -> String {
    let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    return isName(name) ? name : "run"
  }

  /// Whether a text can be the name of a run, and so of a folder.
  static func isName(_ text: String) -> Bool {
    guard 1...100 ~= text.utf8.count, !text.hasPrefix(".") else { return false }
    return text.unicodeScalars.allSatisfy { $0 != "/" && $0.properties.generalCategory != .control }
  }
}

extension LayerSettings {
  /// `units` must be written.
  static let blank = LayerSettings(units: 0, activation: .hardSigmoid, rate: .fixed(0.05))
}
