/// Layers that learn by themselves: labels among the inputs or at every layer, negatives drawn here or by a read-out above.
extension TrainingMethod {
  static let layerwise = [forwardForward, everyLayer, droppedOut]

  /// Two cut hidden layers and a whole one; the last batch is smaller.
  static let forwardForward = TrainingMethod(
    name: "Forward-Forward, overlaid labels, hard negatives, peers, dropout, a soft-max",
    runFile: """
      name: forward-forward
      data: {format: digits, training: 200, validation: 40}
      rule: {kind: forward-forward, negatives: hard, peers: 0.06, read-out: soft-max}
      network:
        layers: [{units: 96}, {units: 70}, {units: 40}, {units: 10}]
      training: {epochs: 2, batch: 48, dropout: 0.1, schedule: {kind: linear, hold: 0.5}}
      tiling: {shards: 8, slices: 4}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "4x1x1", "8x1x1", "1x2x1", "1x4x1", "1x1x2", "1x1x4", "2x2x1", "1x2x2", "2x2x2"])

  /// Labels travel up through all stages; the read-out learns nothing.
  static let everyLayer = TrainingMethod(
    name: "Forward-Forward in pairs, labels at every layer, the most active units, in Float64",
    runFile: """
      name: every-layer
      data: {format: digits, training: 100, validation: 30}
      rule: {kind: forward-forward, goodness: top, share: 0.1, label: every-layer, from: 1}
      network:
        layers:
          - {units: 70, activation: gelu, rate: 0.01}
          - {units: 96, rate: 0.01}
          - {units: 64, activation: tanh, rate: 0.01}
          - {units: 10}
      training: {epochs: 1, batch: 16, schedule: constant, precision: float64}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "4x1x1", "1x2x1", "1x3x1", "1x4x1", "1x1x2", "2x2x1", "1x3x2", "2x1x2"])

  static let droppedOut = TrainingMethod(
    name: "backpropagation with dropout",
    runFile: """
      name: dropped-out
      data: {format: digits, training: 160, validation: 40}
      rule: backpropagation
      network:
        layers:
          - {units: 96, activation: relu, rate: 0.05}
          - {units: 70, activation: relu, rate: 0.05}
          - {units: 10, rate: 0.05}
      training: {epochs: 2, batch: 40, dropout: 0.3, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x3x1", "1x1x2", "2x1x2", "1x2x2"])
}
