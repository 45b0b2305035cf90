import EnergyModels
import EquilibriumPropagation
import Foundation
import Tensors

/// Many chains of one example on a small network, in Float64: averages with their standard errors.
struct Chains {
  let problem: Problem
  let relaxation: Relaxation
  let nudging: Nudging
  let count: Int

  /// - Parameter layers: units of each, from the first on; the last is the output.
  init(
    _ layers: [Int], _ activation: Activation, updates: Updates, temperature: Double, chains: Int = 4000,
    burnIn: Int = 40, average: Int = 1, step: Double = 0.1, beta: Double = 0.5, gain: Double = 0.9,
    bias: ClosedRange<Double> = -0.3...0.6, noise: NudgingNoise = .common, estimator: Estimator = .contrast,
    kind: NudgingKind = .centered
  ) {
    problem = Problem(
      Network(inputs: 2, layers: layers.map { Layer(units: $0, activation: activation) }), gain: gain,
      bias: bias, examples: [Array(repeating: 3, count: chains)])
    let sampling = Sampling(temperature: temperature, burnIn: burnIn, average: average)
    let sweeps = Duration(atMost: sampling.sweeps)
    relaxation = Relaxation(
      updates: updates, step: step, sampling: sampling, start: .zero, free: sweeps, nudged: sweeps)
    nudging = Nudging(kind: kind, beta: beta, noise: noise, estimator: estimator)
    count = chains
  }

  /// The same with other parameters.
  init(_ other: Chains, _ problem: Problem) {
    (self.problem, relaxation, nudging, count) = (problem, other.relaxation, other.nudging, other.count)
  }

  var network: Network { problem.network }
  var scheme: Scheme { Scheme(relaxation, nudging) }
  var procedure: Procedure { Procedure(.equilibriumPropagation, scheme) }

  /// The batch; chains are told apart by their numbers.
  func clamped(step: Int) -> Clamped {
    var clamped = problem.clamped
    clamped.step = step
    clamped.examples = Array(0..<count)
    clamped.random = CounterRandom(seed: 77, purpose: .noise)
    return clamped
  }

  private var method: Method {
    Method(
      procedure, portion: problem.portion, rows: count, precision: .float64, neighbours: Alone())
  }

  /// The end of one phase from zero, or from where another ended.
  func end(of phase: Phase, from start: State? = nil, step: Int = 0) throws -> Settled {
    try method.run(
      phase, number: 0, from: start ?? problem.zeros, ends: [], clamped: clamped(step: step),
      parameters: problem.parameters)
  }

  /// All units of a row, layer by layer.
  func units(_ state: State, row: Int) -> [Double] { network.states.flatMap { state[$0].states.row(row) } }

  /// Quadratic form of E: E = ½ sᵀAs − cᵀs of the units of the layers, x held.
  var form: (a: [[Double]], c: [Double]) {
    let sizes = network.states.map { network.units($0) }
    let offsets = sizes.indices.map { sizes[..<$0].reduce(0, +) }
    let n = sizes.reduce(0, +)
    var a = (0..<n).map { i in (0..<n).map { $0 == i ? 1.0 : 0 } }
    var c = Array(repeating: 0.0, count: n)
    for (index, k) in network.states.enumerated() {
      let weights = problem.parameters[connection: index].forward
      for j in 0..<sizes[index] {
        c[offsets[index] + j] += problem.parameters[bias: k][0, j]
        for i in 0..<network.units(k - 1) {
          if k == 1 {
            c[j] += problem.input[0, i] * weights[i, j]
          } else {
            a[offsets[index - 1] + i][offsets[index] + j] -= weights[i, j]
            a[offsets[index] + j][offsets[index - 1] + i] -= weights[i, j]
          }
        }
      }
    }
    return (a, c)
  }

  /// The units of the output among all.
  var outputs: Range<Int> {
    let n = network.states.reduce(0) { $0 + network.units($1) }
    return n - network.units(network.output)..<n
  }

  /// C of some units.
  func cost(_ s: [Double]) -> Double {
    outputs.enumerated().reduce(0) { $0 + 0.5 * pow(s[$1.element] - problem.targets[0, $1.offset], 2) }
  }
}

/// A mean of independent numbers.
struct Estimate {
  let mean: Double
  let error: Double

  init(_ values: [Double]) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    self.mean = mean
    error = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) / count).squareRoot()
  }

  /// Standard errors from what is expected.
  ///
  /// - Parameter least: the error of what may never have occurred: one occurrence.
  func distance(to value: Double, least: Double = 0) -> Double { abs(mean - value) / max(error, least) }
}

/// The solution of a small linear system.
func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
  var (a, x) = (matrix, right)
  for i in x.indices {
    let pivot = (i..<x.count).max { abs(a[$0][i]) < abs(a[$1][i]) }!
    a.swapAt(i, pivot)
    x.swapAt(i, pivot)
    for j in x.indices where j != i {
      let factor = a[j][i] / a[i][i]
      for k in x.indices { a[j][k] -= factor * a[i][k] }
      x[j] -= factor * x[i]
    }
  }
  return x.indices.map { x[$0] / a[$0][$0] }
}

func inverse(_ a: [[Double]]) -> [[Double]] {
  let columns = a.indices.map { i in solve(a, a.indices.map { $0 == i ? 1 : 0 }) }
  return a.indices.map { i in a.indices.map { columns[$0][i] } }
}
