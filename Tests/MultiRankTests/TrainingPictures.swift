extension TrainingMethod {
  /// Networks on pictures.
  static let pictures = [pooled, residual, readOut, transposed, ordered, orderedUpwards]

  /// Two cut layers joined by a pooled kernel, whose slopes slices exchange; a narrower layer above them that stays whole.
  static let pooled = TrainingMethod(
    name: "convolutions, max pooling of the input and between cut layers, into a whole one",
    runFile: """
      name: pooled
      data: {format: digits, training: 96, validation: 20}
      network:
        layers:
          - {units: 64, kernel: 3, padding: 1, pool: max, rate: 0.1}
          - {units: 80, kernel: 3, padding: 1, pool: max, rate: 0.1}
          - {units: 20, kernel: 2, padding: 1, pool: {kind: average, size: 2}, rate: 0.1}
          - {units: 10, activation: linear, rate: 0.05}
        initialization: {uniform: 0.7}
      relaxation: {updates: even-odd, start: persistent, free: 6, nudged: 4}
      nudging: {kind: centered, beta: 0.2}
      training: {epochs: 2, batch: 16, momentum: 0.5, schedule: constant}
      tiling: {shards: 4, slices: 4}
      checkpoint: {every: 4, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "1x4x1", "1x2x2", "2x2x2", "1x1x4", "1x3x2"])

  /// What is below reaches every layer in one sweep, and so does what nudges the output.
  static let ordered = TrainingMethod(
    name: "convolutions, free sweeps upwards, nudged ones downwards",
    runFile: pooled.runFile.replacing("name: pooled", with: "name: ordered").replacing(
      "{updates: even-odd, start: persistent, free: 6, nudged: 4}",
      with: """
        {updates: over-relaxed, factor: 1.4, order: {free: upwards, nudged: downwards}, start: zero, free: 4, nudged: 2}
        """),
    grids: pooled.grids)

  /// Rows rest at different times; a read-out is told after each sweep.
  static let orderedUpwards = TrainingMethod(
    name: "cross-entropy, free sweeps downwards, nudged ones upwards, with tolerances",
    runFile: readOut.runFile.replacing("name: read-out", with: "name: ordered-upwards").replacing(
      "start: forward, free: 8, nudged: 5}",
      with: """
        order: {free: downwards, nudged: upwards}, start: persistent, \
        free: {tolerance: 0.01, at-most: 9}, nudged: {tolerance: 0.01, at-most: 4, rows: 3}}
        """),
    grids: readOut.grids)

  /// The residual block on graded pictures: 0→1 3×3, 1→2 3×3 with stride 2, 0→2 1×1 with stride 2; shards settle at
  /// different times.
  static let residual = TrainingMethod(
    name: "a residual block with strides and soft pooling, Euler, with a tolerance",
    runFile: """
      name: residual
      data: {format: digits, training: 96, validation: 20}
      network:
        layers:
          - {units: 64, activation: tanh, rate: 0.1}
          - {units: 70, activation: tanh, rate: 0.1}
          - {units: 30, activation: tanh, rate: 0.1}
          - {units: 10, activation: linear, rate: 0.05}
        connections:
          - {from: 0, to: 1, kernel: 3, padding: 1}
          - {from: 1, to: 2, kernel: 3, stride: 2, padding: 1}
          - {from: 0, to: 2, kernel: 1, stride: 2}
          - {from: 2, to: 3, kernel: 3, pool: soft}
          - {from: 3, to: 4}
          - {from: 1, to: 4}
        initialization: {uniform: 0.5}
      relaxation:
        updates: euler
        free: {tolerance: 0.02, at-most: 12}
        nudged: {tolerance: 0.02, at-most: 6}
      nudging: {kind: random-sign, beta: 0.2}
      training: {epochs: 1, batch: 16, precision: float64, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x3x1", "1x1x2", "1x2x2", "2x2x2", "1x4x2"])

  /// Narrower by a kernel with a stride and as wide again, both cut.
  static let transposed = TrainingMethod(
    name: "a transposed convolution between cut layers",
    runFile: """
      name: transposed
      data: {format: digits, training: 96, validation: 20}
      network:
        layers:
          - {units: 64, kernel: 2, stride: 2, rate: 0.1}
          - {units: 66, coupling: {kind: transposed-convolution, kernel: 3, stride: 2, padding: 1}, rate: 0.1}
          - {units: 10, activation: linear, rate: 0.05}
        initialization: {uniform: 0.7}
      relaxation: {updates: even-odd, start: zero, free: 6, nudged: 4}
      nudging: {kind: centered, beta: 0.2}
      training: {epochs: 2, batch: 16, momentum: 0.5, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 4, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "1x3x1", "2x2x2", "1x3x2"])

  /// A soft-max read-out above two cut layers.
  static let readOut = TrainingMethod(
    name: "cross-entropy over a convolution, over-relaxed, forward start",
    runFile: """
      name: read-out
      data: {format: digits, training: 130, validation: 20}
      network:
        layers:
          - {units: 64, kernel: 3, stride: 2, padding: 1, activation: half-hard-sigmoid, rate: 0.1}
          - {units: 70, activation: relu6, rate: 0.1}
          - {units: 10, activation: softmax, rate: 0.1}
        cost: cross-entropy
        initialization: {uniform: 0.7}
      relaxation: {updates: over-relaxed, start: forward, free: 8, nudged: 5}
      nudging: {kind: centered, beta: 0.5}
      training: {epochs: 2, batch: 16, optimizer: adam, decay: 1e-4, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 5, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x3x1", "1x1x2", "2x2x1", "1x2x2", "1x3x2", "4x1x1"])
}
