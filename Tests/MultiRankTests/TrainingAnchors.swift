/// Inputs that are layers of states, and costs below the last layer, on layers cut and whole.
extension TrainingMethod {
  static let anchors = [spring, middle, tied]

  /// The input's drive is a sum over slices; it is handed to two stages.
  static let spring = TrainingMethod(
    name: "an input on a spring, with a skip from it",
    runFile: """
      name: spring
      data: {format: digits, training: 100, validation: 30}
      network:
        input: {anchor: {spring: 4}}
        layers:
          - {units: 96, rate: 0.05}
          - {units: 70, rate: 0.05}
          - {units: 10, activation: linear, rate: 0.02}
        connections:
          - {from: 0, to: 1}
          - {from: 1, to: 2}
          - {from: 0, to: 2}
          - {from: 2, to: 3}
        initialization: {uniform: 0.5}
      relaxation: {updates: even-odd, start: zero, free: 12, nudged: 8}
      nudging: {kind: centered, beta: 0.3}
      training: {epochs: 1, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "4x1x1", "1x2x1", "1x3x1", "1x1x2", "2x2x1", "1x2x2", "2x2x2"])

  /// The last layer is cut, the one that is judged is not.
  static let middle = TrainingMethod(
    name: "the cost in the middle, an input on a spring that bends, persistent states",
    runFile: """
      name: middle
      data: {format: digits, training: 100, validation: 30}
      network:
        input: {anchor: {spring: 4}, activation: tanh, bias: false}
        layers:
          - {units: 96, activation: tanh, rate: 0.05}
          - {units: 10, activation: linear, rate: 0.02}
          - {units: 70, activation: tanh, rate: 0.05}
        output: 2
        initialization: {uniform: 0.5}
      relaxation: {updates: euler, step: 0.15, start: persistent, free: {tolerance: 1e-3, at-most: 30}, nudged: 8}
      nudging: {kind: random-sign, beta: 0.3}
      training: {epochs: 1, batch: 16, optimizer: adam, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x3x1", "1x1x2", "2x2x1", "1x2x2", "2x2x2"])

  /// A class is read from the middle of a network whose output is held there.
  static let tied = TrainingMethod(
    name: "contrastive Hebbian, the middle layer held, a free input",
    runFile: """
      name: tied
      rule: contrastive-hebbian
      data: {format: digits, training: 100, validation: 30}
      network:
        input: {anchor: free, activation: hard-sigmoid}
        layers:
          - {units: 96, rate: 0.05}
          - {units: 10, activation: hard-sigmoid, rate: 0.02}
          - {units: 70, rate: 0.05}
        output: 2
        initialization: {uniform: 0.5}
      relaxation: {updates: even-odd, start: zero, free: 10, nudged: 6}
      training: {epochs: 1, batch: 16, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 2, keep: 9}

      """,
    grids: ["2x1x1", "1x2x1", "1x3x1", "1x1x2", "1x2x2", "2x2x2"])
}
