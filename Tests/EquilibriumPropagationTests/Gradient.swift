import EnergyModels
import EquilibriumPropagation
import Tensors

extension Gradient {
  /// −dC(s⁰)/dθ of the batch's mean by finite differences: each element is four free phases to rest.
  init(finiteDifferencesOf problem: Problem, step: Double = 1e-3) throws {
    let rest = try problem.free().state
    var relaxation = Problem.toRest
    // Whatever is left of the residual is divided by the step.
    if step < 1e-3 { relaxation.free.tolerance = 1e-15 }
    let method = problem.method(relaxation)
    self = try FiniteDifferences(step: step).gradient(
      of: { try method.costAtRest(from: rest, clamped: problem.clamped, parameters: $0) },
      at: problem.parameters)
  }
}

extension Panels {
  /// Sums over the shards' rows, added in order.
  init(_ sums: [ContrastSum], depth: Int, columns: Int, shards: [Int], _ precision: Precision) {
    self.init(depth: depth, columns: columns, precision: precision)
    var term = self
    for sum in sums {
      sum.write(panels: 0..<count, to: &term, at: 0, shards: shards)
      add(term, panels: 0..<count)
    }
  }
}

/// ‖a‖.
func norm(_ a: [Double]) -> Double { a.reduce(0) { $0 + $1 * $1 }.squareRoot() }

/// ‖a − b‖ / ‖b‖.
func relativeError(_ a: [Double], _ b: [Double]) -> Double { norm(zip(a, b).map { $0 - $1 }) / norm(b) }

/// a · b / ‖a‖ ‖b‖.
func cosine(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / (norm(a) * norm(b))
}

extension Gradient {
  /// The parameters themselves, in the order of a gradient.
  init(_ parameters: Parameters) {
    let network = parameters.portion.network
    self.init(
      weights: (1...network.depth).map { k in
        (0..<network.units(k - 1)).flatMap { i in
          (0..<network.units(k)).map { parameters[connection: k - 1].forward[i, $0] }
        }
      },
      biases: (1...network.depth).map { k in
        (0..<network.units(k)).map { parameters[bias: k][0, $0] }
      })
  }

  /// A random direction: every element in −½ … ½.
  init(parametersLike network: Network, seed: Int) {
    func drawn(_ count: Int, _ k: Int) -> [Double] {
      (0..<count).map { Problem.random.unit($0, k, 40 + seed) - 0.5 }
    }
    self.init(
      weights: (1...network.depth).map { drawn(network.units($0 - 1) * network.units($0), $0) },
      biases: (1...network.depth).map { drawn(network.units($0), 100 + $0) })
  }

  /// The mean over the batch of ρ(s_{k−1}) ρ(s_k)ᵀ and of ρ(s_k).
  init(productsOf state: State, _ problem: Problem) {
    let layers = 1...problem.network.depth
    let activities = [problem.input] + layers.map { state.activity($0) }
    func mean(_ value: (Int) -> Double) -> Double {
      (0..<problem.rows).reduce(0) { $0 + value($1) } / Double(problem.rows)
    }
    self.init(
      weights: layers.map { k in
        (0..<problem.network.units(k - 1)).flatMap { i in
          (0..<problem.network.units(k)).map { j in mean { activities[k - 1][$0, i] * activities[k][$0, j] } }
        }
      },
      biases: layers.map { k in
        (0..<problem.network.units(k)).map { j in mean { activities[k][$0, j] } }
      })
  }

  /// (self − other) / strength.
  func difference(_ other: Gradient, over strength: Double) -> Gradient {
    func scaled(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
      zip(a, b).map { zip($0, $1).map { ($0 - $1) / strength } }
    }
    return Gradient(weights: scaled(weights, other.weights), biases: scaled(biases, other.biases))
  }
}
