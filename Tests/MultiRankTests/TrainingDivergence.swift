/// Models that learn from what they would draw themselves, whoever draws it.
extension TrainingMethod {
  static let divergences = [machine, shortChains, heldAnswers, classMachine, answersOnly]

  /// Chains that no example owns, offsets of layers cut and whole; the last batch leaves chains where they were.
  static let machine = TrainingMethod(
    name: "a restricted Boltzmann machine, persistent chains, offsets",
    runFile: """
      name: machine
      data: {format: digits, training: 100, validation: 30}
      task: density
      rule: {kind: contrastive-divergence, persistent: true, offsets: 0.05}
      network:
        input: {anchor: free, activation: binary}
        layers: [{units: 70, activation: binary, rate: 0.05}]
      training: {epochs: 2, batch: 16, momentum: 0.5, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "1x1x2", "2x1x2", "4x1x1", "4x1x2"])

  /// A whole layer over a cut one, counted to its likelihood.
  static let shortChains = TrainingMethod(
    name: "a restricted Boltzmann machine of few hidden units, two sweeps from the data",
    runFile: """
      name: short-chains
      data: {format: digits, training: 96, validation: 30}
      task: density
      rule: {kind: contrastive-divergence, steps: 2, offsets: 0.1}
      network:
        input: {anchor: free, activation: binary}
        layers: [{units: 9, activation: binary, rate: 0.05}]
      training: {epochs: 2, batch: 16, momentum: 0, schedule: constant, precision: float64}
      tiling: {shards: 8, slices: 4}
      checkpoint: {every: 4, keep: 9}

      """,
    grids: ["2x1x1", "1x1x2", "1x1x4", "2x1x2", "8x1x1", "2x1x4"])

  /// Classes among the states, counted and drawn, on two stages too.
  static let classMachine = TrainingMethod(
    name: "a restricted Boltzmann machine with classes, hybrid, persistent chains",
    runFile: """
      name: class-machine
      data: {format: digits, training: 100, validation: 30}
      rule: {kind: contrastive-divergence, labels: hybrid, weight: 0.1, persistent: true}
      network:
        input: {anchor: free, activation: binary}
        layers: [{units: 96, activation: binary, rate: 0.2}, {units: 10, activation: categorical, rate: 0.2}]
      training: {epochs: 2, batch: 16, momentum: 0.5, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "2x2x1", "2x1x2", "1x2x2"])

  static let answersOnly = TrainingMethod(
    name: "a restricted Boltzmann machine with classes, discriminative, weighed, in Float64",
    runFile: """
      name: answers-only
      data: {format: digits, training: 90, validation: 30}
      task: {kind: classification, weights: [1, 2, 1, 1, 1, 0.5, 1, 1, 1, 1]}
      rule: {kind: contrastive-divergence, labels: discriminative}
      network:
        input: {anchor: free, activation: binary}
        layers: [{units: 70, activation: binary, rate: 0.2}, {units: 10, activation: categorical, rate: 0.2}]
      training: {epochs: 2, batch: 16, momentum: 0, schedule: constant, precision: float64}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "4x1x1", "1x2x2", "4x2x1"])

  /// Each example's chain goes on in the next epoch, its input held.
  static let heldAnswers = TrainingMethod(
    name: "contrastive divergence of the outputs, a chain an example",
    runFile: """
      name: held-answers
      data: {format: digits, training: 80, validation: 30}
      rule: {kind: contrastive-divergence, steps: 3, persistent: true}
      network:
        layers: [{units: 96, rate: 0.05}, {units: 70, rate: 0.05}, {units: 10, rate: 0.05}]
        initialization: {uniform: 0.7}
      relaxation: {temperature: 0.02, burn-in: 3, average: 4}
      training: {epochs: 2, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x3x1", "1x1x2", "2x2x1", "2x1x2"])
}
