/// States that are drawn, whoever draws them.
extension TrainingMethod {
  static let samplers = [
    boxes, chains, covariances, langevin, drawnPictures, adjusted, adjustedPictures, severalChains,
  ]

  /// Both phases draw the same numbers, in layers cut into unequal slices and in a whole one.
  static let boxes = TrainingMethod(
    name: "Gibbs sweeps of boxes, common numbers, centered",
    runFile: """
      name: boxes
      data: {format: digits, training: 105, validation: 30}
      network:
        layers: [{units: 150, rate: 0.1}, {units: 70, rate: 0.1}, {units: 10, activation: linear, rate: 0.05}]
        initialization: {uniform: 0.7}
      relaxation: {updates: gibbs, temperature: 0.02, burn-in: 4, average: 5}
      nudging: {kind: centered, beta: 0.2}
      training: {epochs: 2, batch: 20, momentum: 0.5, schedule: constant}
      tiling: {shards: 4, slices: 4}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x3x1", "1x1x2", "2x2x1", "2x1x2", "1x2x2", "1x1x4", "4x1x1"])

  /// Rows of a shard that are three to an example; the last batch has fewer.
  static let severalChains = TrainingMethod(
    name: "three chains of each example, under a kernel, weighed",
    runFile: """
      name: several-chains
      data: {format: digits, training: 44, validation: 21}
      task: {kind: classification, weights: [1, 2, 1, 1, 1, 0.5, 1, 1, 1, 1]}
      network:
        layers: [{units: 8, kernel: 3, pool: average, rate: 0.05}, {units: 70, rate: 0.05}, {units: 10, activation: linear, rate: 0.05}]
        initialization: {uniform: 0.6}
      relaxation: {updates: gibbs, temperature: 0.02, burn-in: 3, average: 3, chains: 3}
      nudging: {kind: centered, beta: 0.3, noise: independent}
      training: {epochs: 2, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "2x2x1", "2x1x2", "1x3x1"])

  /// Each example's chain goes on in the next epoch.
  static let chains = TrainingMethod(
    name: "chains of binary units, independent numbers, random sign",
    runFile: """
      name: chains
      data: {format: digits, training: 80, validation: 30}
      network:
        layers:
          - {units: 96, activation: binary, rate: 0.05}
          - {units: 70, rate: 0.05}
          - {units: 10, activation: binary, rate: 0.05}
        initialization: {uniform: 0.7}
      relaxation: {updates: gibbs, temperature: 0.1, burn-in: 3, average: 4, start: persistent}
      nudging: {kind: random-sign, beta: 0.5, noise: independent}
      training: {epochs: 2, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "2x1x2", "1x3x2", "4x1x1"])

  /// The costs of the states that are kept reach the ranks that hold no output.
  static let covariances = TrainingMethod(
    name: "covariances of a free phase, ranges of other lengths, skips",
    runFile: """
      name: covariances
      data: {format: digits, training: 80, validation: 30}
      network:
        layers:
          - {units: 96, activation: relu6, rate: 0.01}
          - {units: 70, activation: half-hard-sigmoid, rate: 0.01}
          - {units: 10, activation: linear, rate: 0.01}
        connections: [{from: 0, to: 1}, {from: 1, to: 2}, {from: 0, to: 2}, {from: 2, to: 3}, {from: 1, to: 3}]
        initialization: {uniform: 0.5}
      relaxation: {updates: gibbs, temperature: 0.05, burn-in: 3, average: 6}
      nudging: {estimator: covariance}
      training: {epochs: 1, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x3x1", "1x1x2", "2x2x1", "2x2x2"])

  /// Noise on every layer at once, judged without any.
  static let langevin = TrainingMethod(
    name: "Langevin steps in Float64, one-sided, inference at rest",
    runFile: """
      name: langevin
      data: {format: digits, training: 80, validation: 30}
      network:
        layers:
          - {units: 96, activation: tanh, rate: 0.05}
          - {units: 70, rate: 0.05}
          - {units: 10, activation: sigmoid, rate: 0.05}
        initialization: {uniform: 0.7}
      relaxation: {updates: langevin, step: 0.3, temperature: 0.01, burn-in: 8, average: 4, inference: at-rest}
      nudging: {kind: one-sided, beta: 0.3}
      training: {epochs: 1, batch: 16, momentum: 0, schedule: constant, precision: float64}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "2x2x1", "2x1x2", "1x3x2"])

  /// Each example accepts its step as a whole, on all ranks that hold its layers; chains go on in the next epoch.
  static let adjusted = TrainingMethod(
    name: "Metropolis-adjusted Langevin steps, persistent, skips and a tied input",
    runFile: """
      name: adjusted
      data: {format: digits, training: 80, validation: 30}
      network:
        input: {anchor: {spring: 2}}
        layers:
          - {units: 96, activation: tanh, rate: 0.05}
          - {units: 70, activation: sigmoid, rate: 0.05}
          - {units: 10, activation: linear, rate: 0.05}
        connections: [{from: 0, to: 1}, {from: 1, to: 2}, {from: 2, to: 3}, {from: 1, to: 3}]
        initialization: {uniform: 0.7}
      relaxation: {updates: mala, step: 0.1, temperature: 0.02, burn-in: 6, average: 4, start: persistent}
      nudging: {kind: centered, beta: 0.3}
      training: {epochs: 2, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "2x1x2", "1x3x2", "4x1x1"])

  /// Steps reflected at bounds, under convolutions and soft pooling; the second phase holds the output, whose drive counts all
  /// the same.
  static let adjustedPictures = TrainingMethod(
    name:
      "Metropolis-adjusted Langevin steps of boxes, soft pooling, contrastive Hebbian, independent numbers",
    runFile: """
      name: adjusted-pictures
      rule: contrastive-hebbian
      data: {format: digits, training: 40, validation: 20}
      network:
        layers:
          - {units: 64, kernel: 3, padding: 1, pool: soft, rate: 0.02}
          - {units: 66, activation: tanh, kernel: 3, padding: 1, pool: max, rate: 0.02}
          - {units: 10, rate: 0.02}
        initialization: {uniform: 0.4}
      relaxation: {updates: mala, step: 0.005, temperature: 0.5, burn-in: 4, average: 3, start: forward}
      nudging: {noise: independent}
      training: {epochs: 1, batch: 8, momentum: 0, schedule: constant, precision: float64}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "2x2x1", "1x3x1", "1x2x2"])

  /// Units at every position; the second phase holds the output.
  static let drawnPictures = TrainingMethod(
    name: "Gibbs sweeps under convolutions and average pooling, contrastive Hebbian",
    runFile: """
      name: drawn-pictures
      rule: contrastive-hebbian
      data: {format: digits, training: 40, validation: 20}
      network:
        layers:
          - {units: 64, kernel: 3, padding: 1, pool: average, rate: 0.02}
          - {units: 66, kernel: 3, padding: 1, pool: average, rate: 0.02}
          - {units: 10, rate: 0.02}
        initialization: {uniform: 0.4}
      relaxation: {updates: gibbs, temperature: 0.01, burn-in: 3, average: 3}
      training: {epochs: 1, batch: 8, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "2x2x1", "1x3x1", "1x2x2"])
}
