import Testing

/// A way to train that must give the same bits on every grid.
struct TrainingMethod: Sendable, CustomTestStringConvertible {
  let name: String
  let runFile: String
  let grids: [String]

  var testDescription: String { name }
}

extension TrainingMethod {
  static let all =
    [centered, persistent, forward, smooth, oddShards, skips, frozen] + pictures + optimizers + rules
    + anchors
    + tasks + samplers + divergences + flows + layerwise

  /// A middle layer that never learns, and of which nothing is summed or moved for that.
  static let frozen = TrainingMethod(
    name: "a frozen layer",
    runFile: centered.runFile.replacing("name: centered", with: "name: frozen").replacing(
      "{units: 144, rate: 0.1}", with: "{units: 144, rate: 0.1}\n    - {units: 70, rate: 0}"
    ).replacing("momentum: 0,", with: "momentum: 0.5,"),
    grids: ["2x1x1", "1x3x1", "1x1x2", "2x1x2"])

  /// A graph of layers that needs four colours: skips from the input, over layers, into the output; two cut layers, a
  /// whole one between them, velocities beside every connection.
  static let skips = TrainingMethod(
    name: "a graph with skips, over-relaxed",
    runFile: """
      name: skips
      data: {format: digits, training: 160, validation: 40}
      network:
        layers: [{units: 96, rate: 0.05}, {units: 40, rate: 0.05}, {units: 70, rate: 0.05}, {units: 10, activation: linear, rate: 0.05}]
        connections:
          - {from: 0, to: 1}
          - {from: 1, to: 2}
          - {from: 0, to: 2}
          - {from: 1, to: 3}
          - {from: 2, to: 3}
          - {from: 3, to: 4}
          - {from: 1, to: 4}
          - {from: 0, to: 4}
        initialization: {uniform: 0.5}
      relaxation: {updates: over-relaxed, factor: 1.1, start: persistent, free: 9, nudged: 7}
      nudging: {kind: centered, beta: 0.2}
      training: {epochs: 2, batch: 16, momentum: 0.5, schedule: constant}
      tiling: {shards: 4, slices: 4}
      checkpoint: {every: 6, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x1x2", "1x4x1", "1x2x2", "2x2x2", "1x1x4", "4x2x1"])

  /// One hidden layer; the last batch has 5 examples of 20, so that its shards have two, one, one and one.
  static let centered = TrainingMethod(
    name: "even-odd from zero, centered",
    runFile: """
      name: centered
      data: {format: digits, training: 205, validation: 60}
      network:
        layers:
          - {units: 144, rate: 0.1}
          - {units: 10, activation: linear, rate: 0.1}
        initialization: {uniform: 0.7}
      relaxation: {updates: even-odd, start: zero, free: 8, nudged: 6}
      nudging: {kind: centered, beta: 0.2}
      training: {epochs: 2, batch: 20, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 4}
      checkpoint: {every: 7, keep: 9}

      """,
    grids: [
      "2x1x1", "4x1x1", "1x2x1", "1x1x2", "1x1x4", "2x2x1", "2x1x2", "1x2x2", "2x2x2", "4x2x1", "1x2x4",
    ])

  /// Every example lives on; velocities are kept; weights decay; the rates fall.
  static let persistent = TrainingMethod(
    name: "Euler on persistent states, random sign, momentum",
    runFile: """
      name: persistent
      data: {format: digits, training: 150, validation: 50}
      network:
        layers:
          - {units: 100, rate: 0.2}
          - {units: 10, activation: hard-sigmoid, rate: 0.1}
        initialization: glorot-uniform
      relaxation: {updates: euler, step: 0.5, start: persistent, free: 10, nudged: 4}
      nudging: {kind: random-sign, beta: 1.0}
      training: {epochs: 2, batch: 16, momentum: 0.5, decay: 1e-4, schedule: cosine}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 4, keep: 9}

      """,
    grids: ["2x1x1", "4x1x1", "1x2x1", "1x1x2", "2x2x1", "2x1x2", "1x2x2", "4x2x1", "2x2x2"])

  /// Two hidden layers that are cut, side by side; shards settle at different times.
  static let forward = TrainingMethod(
    name: "forward start with a tolerance, two cut layers, one-sided",
    runFile: """
      name: forward
      data: {format: digits, training: 150, validation: 50}
      network:
        layers:
          - {units: 96, rate: 0.2}
          - {units: 130, rate: 0.1}
          - {units: 10, activation: linear, rate: 0.05}
        initialization: {uniform: 0.7}
      relaxation:
        updates: even-odd
        start: forward
        free: {tolerance: 1e-2, at-most: 30}
        nudged: {tolerance: 1e-3, at-most: 20}
      nudging: {kind: one-sided, beta: 0.5}
      training: {epochs: 1, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 8, slices: 4}
      checkpoint: {every: 4, keep: 9, wait: true}

      """,
    grids: ["2x1x1", "1x2x1", "1x3x1", "1x1x2", "1x1x4", "2x2x1", "2x1x2", "1x3x2", "2x2x2", "8x1x1"])

  /// Smooth activations in Float64; the layer of 40 units stays whole between two that are cut.
  static let smooth = TrainingMethod(
    name: "tanh and sigmoid in Float64, a whole layer between cut ones",
    runFile: """
      name: smooth
      data: {format: digits, training: 150, validation: 50}
      network:
        layers:
          - {units: 96, activation: tanh, rate: 0.2}
          - {units: 40, activation: sigmoid, rate: 0.1}
          - {units: 70, activation: linear, rate: 0.1}
          - {units: 10, activation: tanh, rate: 0.05}
        initialization: {uniform: 0.7}
      relaxation: {updates: even-odd, start: forward, free: 10, nudged: 5}
      nudging: {kind: centered, beta: 0.2}
      training:
        epochs: 1
        batch: 16
        precision: float64
        momentum: 0.9
        schedule: {kind: exponential, factor: 0.9}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 4, keep: 9, wait: true}

      """,
    grids: [
      "2x1x1", "1x2x1", "1x3x1", "1x1x2", "1x4x1", "2x2x1", "2x1x2", "1x2x2", "1x3x2", "2x2x2", "1x4x2",
    ])

  /// The sum tree over three shards is lopsided; the last batch has one example, so that two shards are empty.
  static let oddShards = TrainingMethod(
    name: "three shards, three slices, Euler with a tolerance",
    runFile: """
      name: odd
      data: {format: digits, training: 121, validation: 30}
      network:
        layers:
          - {units: 112, activation: sigmoid, rate: 0.2}
          - {units: 10, activation: hard-sigmoid, rate: 0.1}
        initialization: glorot-uniform
      relaxation: {updates: euler, step: 0.4, start: persistent, free: {tolerance: 0.05, at-most: 15}, nudged: 5}
      nudging: {kind: one-sided, beta: -0.4}
      training: {epochs: 2, batch: 12, shuffle: false, momentum: 0, schedule: constant}
      tiling: {shards: 3, slices: 3}
      checkpoint: {every: 4, keep: 9}

      """,
    grids: ["3x1x1", "1x2x1", "1x1x3", "3x2x1", "1x2x3"])
}
