import EnergyModels
import EquilibriumPropagation
import Tensors

/// A small network with drawn weights and biases, and examples to be learned, all in Float64.
struct Problem {
  let network: Network
  var parameters: Parameters
  /// Row numbers: shard i holds rows shards[i] ..< shards[i + 1].
  let shards: [Int]
  let input: Matrix
  var targets: Matrix
  /// How much each row counts in what is learnt; none where all count alike.
  var weights: [Double] = []

  static let random = CounterRandom(seed: 2017, purpose: .weights)

  /// - Parameter examples: the numbers of the examples of each shard; an example is the same whatever its row.
  init(
    hidden: Int, _ activation: Activation, output: Activation? = nil, gain: Double = 0.5,
    bias: ClosedRange<Double>? = nil,
    examples: [[Int]] = [[0, 1], [2, 3, 4]], precision: Precision = .float64
  ) {
    let units = [7, 6, 5].prefix(hidden).map { Layer(units: $0, activation: activation) }
    // Where ρ bends, F has one minimum while the drives stay small.
    self.init(
      Network(inputs: 6, layers: units + [Layer(units: 4, activation: output ?? activation)]), gain: gain,
      bias: bias ?? (activation.isStraight ? -0.1...0.5 : -0.15...0.15), examples: examples,
      precision: precision)
  }

  /// Any network.
  init(
    _ network: Network, gain: Double, bias: ClosedRange<Double>,
    examples: [[Int]] = [[0, 1], [2, 3, 4]], precision: Precision = .float64
  ) {
    self.network = network
    parameters = Parameters(portion: Portion(whole: network), precision: precision)
    parameters.initialize(.uniform(gain: gain), seed: 5)
    for k in network.biased {
      for j in 0..<network.units(k) {
        parameters[bias: k][0, j] =
          bias.lowerBound + (bias.upperBound - bias.lowerBound) * Self.random.unit(j, k, 0)
      }
    }
    shards = examples.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    let numbers = examples.flatMap { $0 }
    input = Matrix(rows: numbers.count, columns: network.inputs, precision: precision) {
      Self.random.unit(numbers[$0], $1, 1)
    }
    targets = Matrix(rows: numbers.count, columns: network.units(network.output), precision: precision) {
      numbers[$0] % network.units(network.output) == $1 ? 1 : 0
    }
  }

  /// Units driven to where F is steep: the error that a given β leaves is about (β / λ)², λ the least curvature of F.
  init(curved hidden: Int, _ activation: Activation, output: Activation? = nil) {
    let bias: ClosedRange<Double> =
      switch activation {
      case .sigmoid: -0.5 ... -0.2
      case .silu: -1.2 ... -0.8
      default: 0.8...1.1
      }
    self.init(hidden: hidden, activation, output: output, bias: bias)
  }

  /// Units in the steep part of ρ, so that enough of the output's gradient reaches the first layer to be compared.
  init(lively hidden: Int, _ activation: Activation, output: Activation? = nil) {
    self.init(
      hidden: hidden, activation, output: output, bias: activation == .sigmoid ? 0...0.3 : -0.15...0.15)
  }

  var rows: Int { shards[shards.count - 1] }
  var portion: Portion { parameters.portion }
  var zeros: State { State(rows: rows, portion: portion, precision: parameters.precision) }

  var clamped: Clamped {
    var clamped = Clamped(shards: shards, input: input, targets: targets, parameters: parameters)
    clamped.weights = weights
    clamped.labels = network.clampedLayers.first.map { k in
      Matrix(rows: rows, columns: network.units(k), precision: parameters.precision) {
        ($0 + 1) % network.units(k) == $1 ? 1 : 0
      }
    }
    return clamped
  }

  /// States anywhere in (0, 1), but for those that labels clamp.
  var anywhere: State {
    var state = zeros
    for k in network.states {
      let precision = parameters.precision
      let places = (0..<rows).times(network.positions(k))
      state[k].states = Matrix(rows: places.count, columns: network.units(k), precision: precision) {
        Self.random.unit($0, $1, 20 + k)
      }
      if network.isClamped(k), let labels = clamped.labels { state[k].states = labels }
      state[k].refreshActivity(network.activation(k), rows: places, columns: 0..<network.units(k))
    }
    return state
  }

  func method(_ relaxation: Relaxation, _ nudging: Nudging = Nudging(kind: .centered, beta: 0.05))
    -> Method
  {
    Method(
      relaxation: relaxation, nudging: nudging, portion: portion, rows: rows, precision: parameters.precision)
  }

  /// Phases that end at rest: residual ≤ 1e-13.
  static let toRest = Relaxation(
    updates: .euler, step: 0.5, start: .persistent, free: Duration(atMost: 20_000, tolerance: 1e-13),
    nudged: Duration(atMost: 20_000, tolerance: 1e-13))

  /// So many iterations without a tolerance, each phase.
  static func counted(_ updates: Updates, _ iterations: Int, step: Double = 0.5) -> Relaxation {
    let duration = Duration(atMost: iterations)
    return Relaxation(updates: updates, step: step, start: .zero, free: duration, nudged: duration)
  }

  /// s⁰.
  func free(_ relaxation: Relaxation = toRest, from start: State? = nil) throws -> Settled {
    try method(relaxation).freePhase(from: start ?? zeros, clamped: clamped, parameters: parameters)
  }

  /// C(y) of one example.
  func cost(_ state: State, row: Int) -> Double {
    network.cost.value(outputs: state[network.output].states, targets: targets, rows: row..<row + 1)
  }

  /// F(s) = E(s) + β C(y) of one example.
  func totalEnergy(_ state: State, beta: Double, clamped: Clamped, row: Int) -> Double {
    parameters.energy(state: state, clamped: clamped, rows: row..<row + 1) + beta * cost(state, row: row)
  }
}

extension State {
  /// Every state of some rows, bit by bit.
  func bits(_ network: Network, rows: Range<Int>) -> [UInt64] {
    network.states.flatMap { k in rows.flatMap { self[k].states.row($0).map(\.bitPattern) } }
  }

  /// The largest |Δs| between two states.
  func distance(to other: State, _ network: Network, rows: Int) -> Double {
    network.states.flatMap { k in
      (0..<rows).flatMap { row in
        zip(self[k].states.row(row), other[k].states.row(row)).map { abs($0 - $1) }
      }
    }.max() ?? 0
  }
}
