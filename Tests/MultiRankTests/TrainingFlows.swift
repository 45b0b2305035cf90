/// Flows from noise to data: noise and times drawn by counters, pairs matched within a shard, springs on the input.
extension TrainingMethod {
  static let flows = [flow, conditionalFlow]

  /// Rows of a shard settle at different times; averages of weights; the last batch is smaller.
  static let flow = TrainingMethod(
    name: "a flow, Newton's sweeps with tolerances, averages of weights",
    runFile: """
      name: flow
      data: {format: digits, training: 200, validation: 40, normalize: {mean: [0.5], deviation: [0.5]}}
      task: flow
      network:
        input: {anchor: {spring: 15}}
        layers: [{units: 96}, {units: 70}]
      relaxation:
        free: {tolerance: 1e-3, at-most: 40, rows: 4}
        nudged: {tolerance: 1e-4, at-most: 20, rows: 2}
      training: {epochs: 2, batch: 48, schedule: constant, average: 0.9}
      tiling: {shards: 8, slices: 4}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "4x1x1", "8x1x1", "1x2x1", "1x1x2", "1x1x4", "2x2x1", "1x2x2", "2x2x2"])

  /// A label's layer above the hidden ones, and one between them in another stage.
  static let conditionalFlow = TrainingMethod(
    name: "a flow of classes, over-relaxed, in Float64, without pairing",
    runFile: """
      name: conditional-flow
      data: {format: digits, training: 100, validation: 30, normalize: {mean: [0.5], deviation: [0.5]}}
      task: {kind: flow, pairing: independent, scale: 1}
      network:
        input: {anchor: {spring: 8}}
        layers:
          - {units: 96, activation: silu}
          - {units: 70}
          - {units: 10, anchor: clamped}
        connections:
          - {from: 0, to: 1}
          - {from: 1, to: 2}
          - {from: 2, to: 3}
          - {from: 1, to: 3}
      relaxation: {updates: over-relaxed, start: persistent, newton: 2, free: 20, nudged: 8}
      nudging: {kind: random-sign, beta: 2.0e-3}
      training: {epochs: 1, batch: 16, schedule: constant, precision: float64}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "4x1x1", "1x2x1", "1x3x1", "1x1x2", "2x2x1", "1x3x2", "2x1x2"])
}
