import EnergyModels
import Tensors

/// The gradient of any function of the parameters, from its values alone: the judge of every other gradient.
///
///     df/dh ≈ [ 8 (f(h) − f(−h)) − (f(2h) − f(−2h)) ] / 12h,   with an error of O(h⁴)
///
/// of Float64 values: at h = 1e-3 the error of the formula and of rounding are alike, about 1e-12; a smaller h is for
/// functions with kinks.
public struct FiniteDifferences: Equatable, Sendable {
  /// h, the distance that the parameters are moved.
  public var step: Double

  public init(step: Double = 1e-3) {
    precondition(step > 0, "finite differences need a step")
    self.step = step
  }

  /// −df/dθ, element by element: four values of f for each weight and bias of a whole network.
  public func gradient(
    of function: (Parameters) throws -> Double, at parameters: Parameters
  ) rethrows -> Gradient {
    let network = parameters.portion.network
    var (moved, gradient) = (parameters, Gradient(zerosFor: network))
    for k in 1...network.depth {
      let (below, above) = (network.units(k - 1), network.units(k))
      for i in 0..<below {
        for j in 0..<above {
          let weight = parameters.weight(k, i, j)
          let slope = try slope { h in
            moved.setWeight(k, i, j, to: weight + h)
            return try function(moved)
          }
          moved.setWeight(k, i, j, to: weight)
          gradient.weights[k - 1][i * above + j] = -slope
        }
      }
      for j in 0..<above {
        let bias = parameters[bias: k][0, j]
        let slope = try slope { h in
          moved[bias: k][0, j] = bias + h
          return try function(moved)
        }
        moved[bias: k][0, j] = bias
        gradient.biases[k - 1][j] = -slope
      }
    }
    return gradient
  }

  /// d/dh f(θ + h · direction) at h = 0: four values of f, for networks with too many weights to try each.
  ///
  /// It is −`gradient` · `direction`. The parameters are moved by `step` in all, however long the direction is.
  public func slope(
    along direction: Gradient, of function: (Parameters) throws -> Double, at parameters: Parameters
  ) rethrows -> Double {
    let length = norm(direction.all)
    guard length > 0 else { return 0 }
    return try length * slope { try function(parameters.moved(by: $0 / length, along: direction)) }
  }

  /// df/dh at 0.
  private func slope(of value: (Double) throws -> Double) rethrows -> Double {
    let near = try value(step) - value(-step)
    let far = try value(2 * step) - value(-2 * step)
    return (8 * near - far) / (12 * step)
  }
}

extension Parameters {
  /// θ + h · direction, of a whole network.
  public func moved(by h: Double, along direction: Gradient) -> Parameters {
    var moved = self
    for k in 1...portion.network.depth {
      let above = portion.network.units(k)
      moved[connection: k].fill { weight(k, $0, $1) + h * direction.weights[k - 1][$0 * above + $1] }
      for j in 0..<above { moved[bias: k][0, j] += h * direction.biases[k - 1][j] }
    }
    return moved
  }

  fileprivate func weight(_ k: Int, _ i: Int, _ j: Int) -> Double {
    guard let forward = connections[k - 1].forward else { preconditionFailure("not a whole network") }
    return forward[i, j]
  }

  /// Both directions, without a transpose of all the others.
  fileprivate mutating func setWeight(_ k: Int, _ i: Int, _ j: Int, to value: Double) {
    connections[k - 1].forward?[i, j] = value
    connections[k - 1].backward?[j, i] = value
  }
}

/// A free phase that was to end at rest did not.
public struct NotAtRest: Error, Equatable, CustomStringConvertible {
  /// How it ended, for each shard.
  public let outcomes: [Outcome]

  public var description: String {
    let count = outcomes.count { $0 != .settled }
    let ends = outcomes.contains(.diverged) ? "diverged" : "used up its iterations"
    return "the free phase \(ends) in \(count) of \(outcomes.count) shards and is not at rest; "
      + "allow more iterations (relaxation.free.at-most), a larger tolerance or smaller weights"
  }
}

extension EquilibriumPropagation {
  /// C(s⁰) of the network at rest with some parameters, the mean over the batch: what the theorem differentiates.
  ///
  /// For a whole network whose free phase has a tolerance, with `Alone` for neighbours.
  ///
  /// - Parameters:
  ///   - start: where the free phase starts, near rest if it is known: all parameters must settle to one minimum.
  ///   - clamped: the batch; its input drive is computed afresh, for these parameters.
  /// - Throws: `NotAtRest` unless every shard settles.
  public func costAtRest(from start: State, clamped: Clamped, parameters: Parameters) throws -> Double {
    let clamped = Clamped(
      shards: clamped.shards, input: clamped.input, targets: clamped.targets, parameters: parameters)
    let free = try freePhase(from: start, clamped: clamped, parameters: parameters)
    guard free.outcomes.allSatisfy({ $0 == .settled }) else { throw NotAtRest(outcomes: free.outcomes) }
    return parameters.meanCost(free.state, clamped: clamped)
  }
}

extension Parameters {
  /// C(y) of a whole network, the mean over the batch.
  func meanCost(_ state: State, clamped: Clamped) -> Double {
    guard let targets = clamped.targets else { preconditionFailure("a cost without targets") }
    let network = portion.network
    let sum = network.cost.value(
      outputs: state[network.depth].states, targets: targets, rows: clamped.rows)
    return sum / Double(clamped.rows.count)
  }
}
