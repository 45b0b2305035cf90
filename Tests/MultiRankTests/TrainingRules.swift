/// Each learning rule, on layers cut and whole, so that whatever it sends is sent.
extension TrainingMethod {
  static let rules = [
    fourPoints, threePoints, contrastive, coupled, rejecting, continual, twin, recurrent, balanced, dual,
    linear,
  ]

  /// Real and imaginary parts travel together; shards settle at different times.
  static let fourPoints = TrainingMethod(
    name: "four points on complex states, sigmoid and tanh, with a tolerance",
    runFile: """
      name: four-points
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, activation: sigmoid, rate: 0.1}
          - {units: 70, activation: tanh, rate: 0.1}
          - {units: 10, activation: linear, rate: 0.05}
        initialization: {uniform: 0.7}
      relaxation:
        updates: even-odd
        start: forward
        free: {tolerance: 1e-3, at-most: 30}
        nudged: {tolerance: 3e-3, at-most: 20}
      nudging: {kind: n-point, points: 4, beta: 0.3}
      training: {epochs: 1, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x3x1", "1x1x2", "2x2x1", "2x2x2"])

  /// No phase at −β; a whole layer sends what a cut one would.
  static let threePoints = TrainingMethod(
    name: "three points in Float64, Euler on persistent states",
    runFile: """
      name: three-points
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, activation: tanh, rate: 0.1}
          - {units: 30, activation: sigmoid, rate: 0.1}
          - {units: 10, activation: tanh, rate: 0.05}
        initialization: {uniform: 0.7}
      relaxation: {updates: euler, step: 0.4, start: persistent, free: 12, nudged: 8}
      nudging: {kind: n-point, points: 3, beta: 0.4}
      training: {epochs: 1, batch: 16, precision: float64, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["4x1x1", "1x2x1", "1x1x2", "2x1x2", "1x2x2", "1x3x2"])

  static let contrastive = TrainingMethod(
    name: "contrastive Hebbian, two cut layers",
    runFile: """
      name: contrastive
      rule: contrastive-hebbian
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, rate: 0.05}
          - {units: 70, rate: 0.05}
          - {units: 10, activation: hard-sigmoid, rate: 0.02}
        initialization: {uniform: 0.7}
      relaxation: {updates: even-odd, start: zero, free: 10, nudged: 6}
      training: {epochs: 1, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x3x1", "1x1x2", "1x2x2", "2x2x2"])

  /// Differences go down where activities went up.
  static let dual = TrainingMethod(
    name: "dual propagation, two cut layers",
    runFile: """
      name: dual
      rule: dual-propagation
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, activation: silu, rate: 0.05}
          - {units: 70, rate: 0.05}
          - {units: 10, activation: tanh, rate: 0.02}
        initialization: {uniform: 0.7}
      nudging: {beta: 0.3}
      training: {epochs: 1, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "4x1x1", "1x2x1", "1x3x1", "1x1x2", "2x2x1", "1x2x2", "2x2x2"])

  /// The force stays that of the free phase, wherever that was computed.
  static let linear = TrainingMethod(
    name: "linearised nudge beyond −1, a bending output, with a tolerance",
    runFile: """
      name: linear
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, rate: 0.05}
          - {units: 70, rate: 0.05}
          - {units: 10, activation: tanh, rate: 0.02}
        initialization: {uniform: 0.7}
      relaxation: {updates: even-odd, free: 12, nudged: {tolerance: 2e-3, at-most: 9}}
      nudging: {kind: centered, beta: 1.5, form: linear}
      training: {epochs: 1, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "4x1x1", "1x2x1", "1x3x1", "1x1x2", "2x2x1", "1x2x2", "2x2x2"])

  /// Whether a row's energy rises is known on one rank only of those that must leave it out.
  static let coupled = TrainingMethod(
    name: "coupled, random sign, leaving violations out",
    runFile: """
      name: coupled
      rule: coupled
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, activation: tanh, rate: 0.1}
          - {units: 40, activation: sigmoid, rate: 0.1}
          - {units: 10, activation: linear, rate: 0.05}
        initialization: {uniform: 0.7}
      relaxation: {updates: euler, start: zero, free: 4, nudged: 4}
      nudging: {kind: random-sign, beta: 0.1, reject: true}
      training: {epochs: 1, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x3x1", "1x1x2", "2x2x1", "1x3x2", "2x2x2"])

  /// So far from rest that many outputs move away from their targets, or towards them where they are pushed away.
  static let rejecting = TrainingMethod(
    name: "centered, far from rest, leaving violations out",
    runFile: """
      name: rejecting
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, rate: 0.1}
          - {units: 70, rate: 0.1}
          - {units: 10, activation: hard-sigmoid, rate: 0.05}
        initialization: glorot-uniform
      relaxation: {updates: euler, start: zero, free: 3, nudged: 4}
      nudging: {kind: centered, beta: 0.6, reject: true}
      training: {epochs: 1, batch: 16, momentum: 0.5, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "4x1x1", "1x2x1", "1x1x2", "2x2x1", "1x2x2", "2x1x2"])

  /// Weights change while states travel.
  static let continual = TrainingMethod(
    name: "continual, random sign, a whole layer between cut ones",
    runFile: """
      name: continual
      rule: continual
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, activation: sigmoid, rate: 0.01}
          - {units: 40, activation: tanh, rate: 0.01}
          - {units: 70, activation: sigmoid, rate: 0.01}
          - {units: 10, activation: linear, rate: 0.005}
        initialization: {uniform: 0.7}
      relaxation: {updates: euler, start: zero, free: 10, nudged: 5}
      nudging: {kind: random-sign, beta: 0.3}
      training: {epochs: 1, batch: 16, momentum: 0.5, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x4x1", "1x1x2", "2x2x1", "1x2x2", "2x2x2"])

  /// Activities go up, errors come down.
  static let twin = TrainingMethod(
    name: "backpropagation through three hidden layers, a whole one between cut ones",
    runFile: """
      name: twin
      rule: backpropagation
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, activation: tanh, rate: 0.1}
          - {units: 40, activation: hard-sigmoid, rate: 0.1}
          - {units: 70, activation: sigmoid, rate: 0.1}
          - {units: 10, activation: linear, rate: 0.1}
        initialization: glorot-uniform
      training: {epochs: 1, batch: 16, decay: 1e-3, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x4x1", "1x1x2", "2x2x1", "1x3x2", "2x2x2"])

  static let recurrent = TrainingMethod(
    name: "recurrent backpropagation, tanh, with a tolerance",
    runFile: """
      name: recurrent
      rule: recurrent-backpropagation
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, activation: tanh, rate: 0.1}
          - {units: 70, activation: hard-sigmoid, rate: 0.1}
          - {units: 40, activation: linear, rate: 0.1}
          - {units: 10, activation: tanh, rate: 0.05}
        initialization: {uniform: 0.5}
      relaxation:
        updates: even-odd
        start: zero
        free: {tolerance: 1e-4, at-most: 40}
        nudged: {tolerance: 1e-3, at-most: 30}
      training: {epochs: 1, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x4x1", "1x1x2", "2x2x1", "1x2x2", "2x2x2"])

  /// Rates that follow from how much the weights of all layers change, wherever these are.
  static let balanced = TrainingMethod(
    name: "balanced rates, momentum, decay, a falling schedule",
    runFile: """
      name: balanced
      data: {format: digits, training: 100, validation: 30}
      network:
        layers:
          - {units: 96, rate: balanced}
          - {units: 40, rate: balanced}
          - {units: 70, rate: 0.02}
          - {units: 10, activation: linear, rate: 0.01}
        initialization: {uniform: 0.7}
      relaxation: {updates: even-odd, start: zero, free: 10, nudged: 5}
      nudging: {kind: centered, beta: 0.2}
      training: {epochs: 2, batch: 16, momentum: 0.9, decay: 1e-3, schedule: {kind: exponential, factor: 0.9}}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 3, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x4x1", "1x1x2", "2x2x1", "1x3x2", "2x2x2"])
}
