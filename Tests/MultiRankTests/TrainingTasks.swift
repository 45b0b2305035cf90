import Testing

extension TrainingMethod {
  /// Tasks that are no classification: their targets, figures and what is damaged must not depend on the grid.
  static let tasks = [regression, masked, noisy, sprung]

  /// Two hidden layers in four slices; the last batch has 5 examples of 20.
  static let regression = TrainingMethod(
    name: "a regression, standardised",
    runFile: """
      name: regression
      data: {format: friedman, training: 205, validation: 60}
      task: regression
      network:
        layers:
          - {units: 96, activation: tanh, rate: 0.05}
          - {units: 70, activation: tanh, rate: 0.05}
          - {units: 1, rate: 0.02}
        initialization: {uniform: 0.7}
      relaxation: {updates: even-odd, start: zero, free: 8, nudged: 6}
      nudging: {kind: centered, beta: 0.2}
      training: {epochs: 2, batch: 20, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 4}
      checkpoint: {every: 7, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "1x3x1", "2x2x2", "4x1x1", "1x1x4"])

  /// The last stage holds no layer that the input drives, and needs the inputs for its targets.
  static let masked = TrainingMethod(
    name: "an autoencoder of masked digits",
    runFile: """
      name: masked
      data: {format: digits, training: 120, validation: 40}
      task: {kind: autoencoder, corrupt: {mask: 0.3}}
      network:
        layers:
          - {units: 80, rate: 0.05}
          - {units: 64, rate: 0.05}
        initialization: {uniform: 0.7}
      relaxation: {updates: even-odd, start: persistent, free: 8, nudged: 6}
      nudging: {kind: random-sign, beta: 0.5}
      training: {epochs: 2, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 5, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "2x2x1", "2x2x2"])

  /// The input is a layer of states, tied to the damaged example, and its states are the outputs.
  static let sprung = TrainingMethod(
    name: "an autoencoder whose output is its input on a spring",
    runFile: """
      name: sprung
      data: {format: digits, training: 120, validation: 40}
      task: {kind: autoencoder, corrupt: {mask: 0.2}}
      network:
        input: {anchor: {spring: 2}}
        output: 0
        layers:
          - {units: 80, activation: tanh, rate: 0.02}
          - {units: 40, activation: tanh, rate: 0.02}
        initialization: {spectral: 0.5}
      relaxation: {updates: even-odd, start: zero, free: 8, nudged: 6}
      nudging: {kind: centered, beta: 0.2}
      training: {epochs: 2, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 5, keep: 9}

      """,
    grids: ["1x2x1", "2x1x2"])

  static let noisy = TrainingMethod(
    name: "an autoencoder of noisy digits",
    runFile: masked.runFile.replacing("name: masked", with: "name: noisy").replacing(
      "mask: 0.3", with: "noise: 0.2"),
    grids: ["1x2x2"])
}
