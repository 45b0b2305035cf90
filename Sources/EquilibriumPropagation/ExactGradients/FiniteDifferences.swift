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
    for (index, connection) in network.connections.enumerated() {
      let above = network.units(connection.target)
      for i in 0..<network.weightRows(index) {
        for j in 0..<above {
          let weight = parameters[connection: index].forward[i, j]
          let slope = try slope { h in
            moved.setWeight(index, i, j, to: weight + h)
            return try function(moved)
          }
          moved.setWeight(index, i, j, to: weight)
          gradient.weights[index][i * above + j] = -slope
        }
      }
    }
    for k in gradient.biased {
      for j in 0..<network.units(k) {
        let bias = parameters[bias: k][0, j]
        let slope = try slope { h in
          moved[bias: k][0, j] = bias + h
          return try function(moved)
        }
        moved[bias: k][0, j] = bias
        gradient[bias: k][j] = -slope
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
    for (index, connection) in portion.network.connections.enumerated() {
      let (above, weights) = (portion.network.units(connection.target), connections[index].forward)
      moved[connection: index].fill { weights[$0, $1] + h * direction.weights[index][$0 * above + $1] }
    }
    for k in direction.biased {
      for j in 0..<portion.network.units(k) { moved[bias: k][0, j] += h * direction[bias: k][j] }
    }
    return moved
  }

  /// Both directions, without a transpose of all the others.
  fileprivate mutating func setWeight(_ index: Int, _ i: Int, _ j: Int, to value: Double) {
    connections[index].forward[i, j] = value
    let (below, above) = (connections[index].wiring.below.units, connections[index].wiring.before.units)
    let tap = i / below
    connections[index].backward?[tap * above + j, i % below] = value
  }
}
