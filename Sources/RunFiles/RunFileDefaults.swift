import DataSets
import EnergyModels
import EquilibriumPropagation
import Foundation
import Schema
import Tasks

/// What a run file holds where it says nothing.
extension RunFile {
  /// `data.format` and `network.layers` must be written; a missing name comes from the file's.
  static let blank = RunFile(
    name: "", seed: 1,
    data: DataSource(format: .digits),
    network: NetworkSettings(layers: [], initialization: .spectral(gain: 0.8), cost: .squaredError),
    rule: .equilibriumPropagation,
    relaxation: Relaxation(
      updates: .evenOdd, step: 0.5, start: .zero, free: Duration(atMost: 15), nudged: Duration(atMost: 15)),
    nudging: Nudging(kind: .centered, beta: 0.2),
    training: TrainingSettings(
      epochs: 20, batch: 16, shuffle: true, momentum: 0.9, decay: 0, schedule: .cosine(floor: 0),
      reduction: .reproducible, precision: .float32),
    tiling: TilingSettings(shards: TilingSettings.unset, slices: TilingSettings.unset),
    checkpoint: CheckpointSettings(every: nil, keep: 3, wait: false))

  /// Gives what is not written, and follows from other keys, its value: an output's activation goes with the task and the
  /// cost, phases that draw states last as long as their sweeps, and `adam` has no momentum; a model of inputs has its
  /// output there, and a rule that needs noise draws by `gibbs`, or `langevin` where ρ bends, such a model at T = 1; a layer
  /// that labels clamp is linear.
  ///
  /// Measured with the other defaults, two layers of 128 units and the outputs, seeds 1 to 3: digits end at 7.2, 7.8 and
  /// 6.7 % (20 epochs; without momentum 12 %), MNIST at 2.9 %, Fashion-MNIST at 12.0 %; standardised wine, breast cancer and
  /// iris at 3, 1 and 7 % with one hidden layer and with two. From `glorot-uniform` digits diverge in step 52.
  mutating func completeDefaults(_ root: Tree) {
    if task.task is Flow { completeFlow(root) }
    completeLayerwise(root)
    for index in network.layers.indices where network.layers[index].isClamped {
      if !root.isWritten("network.layers.\(index).activation") { network.layers[index].activation = .linear }
    }
    if task.task.isOfInputs, !root.isWritten("network.output"), network.input.anchor != .clamped {
      network.outputLayer = 0
    }
    if rule.rule.needsNoise {
      if !root.isWritten("relaxation.updates") {
        let areStraight = network.layers.allSatisfy(\.activation.isStraight)
        relaxation.updates = areStraight || network.input.anchor != .clamped ? .gibbs : .langevin
      }
      if network.input.anchor != .clamped, !root.isWritten("relaxation.temperature") {
        relaxation.sampling.temperature = 1
      }
    }
    if relaxation.updates.samples {
      relaxation.free = Duration(atMost: relaxation.sampling.sweeps)
      relaxation.nudged = relaxation.free
    }
    if training.optimizer.countsUpdates, !root.isWritten("training.momentum") { training.momentum = 0 }
    let index = network.output - 1
    guard network.layers.indices.contains(index), !root.isWritten("network.layers.\(index).activation")
    else { return }
    network.layers[index].activation = network.cost == .crossEntropy ? .softmax : task.task.outputActivation
  }

  /// What a flow learns well by: states at rest, a weak nudge of a strong cost, `adam`.
  private mutating func completeFlow(_ root: Tree) {
    func isOpen(_ key: String) -> Bool { !root.isWritten(key) }
    if isOpen("network.output"), network.input.stiffness > 0 { network.outputLayer = 0 }
    if isOpen("network.initialization") { network.initialization = .spectral(gain: 1) }
    for index in network.layers.indices {
      let path = "network.layers.\(index)"
      if isOpen(path + ".activation") { network.layers[index].activation = .cappedSilu }
      if isOpen(path + ".rate") { network.layers[index].rate = .fixed(1e-3) }
    }
    if isOpen("relaxation.step") { relaxation.step = 0.1 }
    if isOpen("relaxation.updates") { relaxation.updates = .overRelaxed }
    if isOpen("relaxation.factor") { relaxation.factor = 1.5 }
    if isOpen("relaxation.newton"), relaxation.updates.alternates { relaxation.newton = 1 }
    let rest = Duration(atMost: 100, tolerance: 1e-3, together: 12)
    if isOpen("relaxation.free") { relaxation.free = rest }
    if isOpen("relaxation.nudged") { relaxation.nudged = rest }
    if isOpen("nudging.beta") { nudging.beta = 1.25e-3 }
    if isOpen("training.optimizer") { training.optimizer = .adam(mean: 0.9, square: 0.95, epsilon: 1e-8) }
    if isOpen("training.clip") { training.clip = 1 }
  }

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
  static let blank = LayerSettings(units: 0, activation: .hardSigmoid, rate: .fixed(0.01))
}
