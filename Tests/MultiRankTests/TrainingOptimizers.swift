/// Each optimizer and the activations with ranges of their own, on layers cut and whole.
extension TrainingMethod {
  static let optimizers = [adam, nesterov, adamContinual]

  /// Means and squares beside every weight; rates that restart; activities that differ from states, which are clipped.
  static let adam = TrainingMethod(
    name: "Adam on persistent states of half hard sigmoids and relu6, restarts",
    runFile: """
      name: adam
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, activation: half-hard-sigmoid, rate: 0.004}
          - {units: 40, activation: relu6, rate: 0.002}
          - {units: 70, activation: half-hard-sigmoid, rate: 0.002}
          - {units: 10, activation: linear, rate: 0.001}
        initialization: {uniform: 0.7}
      relaxation: {updates: over-relaxed, factor: 1.1, start: persistent, free: 10, nudged: 5}
      nudging: {kind: centered, beta: 0.2}
      training:
        epochs: 3
        batch: 16
        optimizer: adam
        decay: 0.01
        schedule: {kind: cosine-restarts, period: 1, growth: 2, floor: 0.1}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "4x1x1", "1x2x1", "1x4x1", "1x1x2", "2x2x1", "1x2x2", "2x2x2"])

  static let nesterov = TrainingMethod(
    name: "Nesterov's momentum in Float64, three points on silu, a floor under the cosine",
    runFile: """
      name: nesterov
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, activation: silu, rate: 0.05}
          - {units: 70, activation: tanh, rate: 0.05}
          - {units: 10, activation: silu, rate: 0.02}
        initialization: {uniform: 0.5}
      relaxation: {updates: euler, step: 0.4, start: forward, free: 10, nudged: 5}
      nudging: {kind: n-point, points: 3, beta: 0.2}
      training:
        epochs: 2
        batch: 16
        precision: float64
        optimizer: nesterov
        momentum: 0.9
        decay: 1e-3
        schedule: {kind: cosine, floor: 0.01}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x3x1", "1x1x2", "2x2x1", "1x2x2", "2x2x2"])

  /// Many updates a step: their count is not the steps'.
  static let adamContinual = TrainingMethod(
    name: "Adam at every nudged iteration",
    runFile: """
      name: adam-continual
      rule: continual
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, activation: sigmoid, rate: 0.0005}
          - {units: 10, activation: linear, rate: 0.0005}
        initialization: {uniform: 0.7}
      relaxation: {updates: euler, start: zero, free: 10, nudged: 5}
      nudging: {kind: random-sign, beta: 0.3}
      training: {epochs: 2, batch: 16, optimizer: {kind: adam, square: 0.99}, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "2x2x2"])
}
