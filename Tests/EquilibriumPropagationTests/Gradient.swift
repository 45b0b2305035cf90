import EnergyModels
import EquilibriumPropagation
import Tensors

/// One number for each weight (row-major) and bias of each layer.
struct Gradient {
  var weights: [[Double]]
  var biases: [[Double]]

  var layers: Int { weights.count }
  var all: [Double] { weights.flatMap { $0 } + biases.flatMap { $0 } }
}

extension Gradient {
  /// −dC/dW as a contrast estimates it: the mean over the batch, divided by the nudging's strength.
  init(_ contrast: Contrast, of problem: Problem) throws {
    let portion = problem.portion
    let scale = 1 / (contrast.strength * Double(problem.rows))
    func scaled(_ sum: ContrastSum, depth: Int, columns: Int) -> [Double] {
      var out = Panels(depth: depth, columns: columns, precision: problem.parameters.precision)
      sum.write(panels: 0..<out.count, to: &out, at: 0, shards: contrast.shards)
      return (0..<depth).flatMap { i in (0..<columns).map { out[i, $0] * scale } }
    }
    weights = (1...portion.network.depth).map { k in
      let block = Block(rows: 0..<portion.network.units(k - 1), columns: 0..<portion.network.units(k))
      return scaled(
        contrast.sum(connection: k, block: block, backward: false), depth: block.rows.count,
        columns: block.columns.count)
    }
    biases = (1...portion.network.depth).map { k in
      let units = 0..<portion.network.units(k)
      return scaled(contrast.sum(bias: k, units: units), depth: 1, columns: units.count)
    }
  }

  /// −dC(s⁰)/dW of the batch's mean by finite differences of fourth order: each is four free phases to rest.
  init(finiteDifferencesOf problem: Problem) throws {
    let rest = try problem.free().state
    func meanCost(_ parameters: Parameters) throws -> Double {
      var changed = problem
      changed.parameters = parameters
      let state = try changed.free(from: rest).state
      return (0..<problem.rows).reduce(0) { $0 + changed.cost(state, row: $1) } / Double(problem.rows)
    }
    func slope(_ change: (inout Parameters, Double) -> Void) throws -> Double {
      let h = 1e-3
      func cost(at x: Double) throws -> Double {
        var parameters = problem.parameters
        change(&parameters, x)
        return try meanCost(parameters)
      }
      return try (8 * (cost(at: h) - cost(at: -h)) - (cost(at: 2 * h) - cost(at: -2 * h))) / (12 * h)
    }
    let network = problem.network
    weights = try (1...network.depth).map { k in
      try (0..<network.units(k - 1)).flatMap { i in
        try (0..<network.units(k)).map { j in
          try -slope { parameters, x in
            parameters[connection: k].forward?[i, j] += x
            parameters[connection: k].mirror()
          }
        }
      }
    }
    biases = try (1...network.depth).map { k in
      try (0..<network.units(k)).map { j in try -slope { $0[bias: k][0, j] += $1 } }
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
