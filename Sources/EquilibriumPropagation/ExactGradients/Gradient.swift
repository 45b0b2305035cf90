import EnergyModels
import Records
import Tensors

/// −dC/dθ, the mean over a batch: one number for each weight and bias of a whole network.
public struct Gradient: Equatable, Sendable {
  /// For each connection W_{jk} its n_j × n_k elements, row-major; of a kernel n_j rows for each tap.
  public var weights: [[Double]]
  /// For each of the `biased` layers the n_k elements of b_k.
  public var biases: [[Double]]
  /// Those with a bias: 1 … L, and an input that has one.
  public let biased: ClosedRange<Int>
  /// The connections, in the order of `weights`.
  public let connections: [Connection]

  /// - Parameter connections: those of a chain without.
  public init(weights: [[Double]], biases: [[Double]], connections: [Connection]? = nil) {
    let connections = connections ?? Network.chain(biases.count)
    precondition(weights.count == connections.count, "weights and connections of two networks")
    self.weights = weights
    self.biases = biases
    biased = 1...biases.count
    self.connections = connections
  }

  /// The same, each element times a factor.
  public func scaled(by factor: Double) -> Gradient {
    var scaled = self
    scaled.weights = weights.map { $0.map { $0 * factor } }
    scaled.biases = biases.map { $0.map { $0 * factor } }
    return scaled
  }

  /// Zeros.
  public init(zerosFor network: Network) {
    connections = network.connections
    weights = connections.indices.map {
      Array(repeating: 0, count: network.weightRows($0) * network.units(network.connections[$0].target))
    }
    biased = network.biased
    biases = biased.map { Array(repeating: 0, count: network.units($0)) }
  }

  /// What is compared of a layer.
  public enum Part: String, CaseIterable, Sendable {
    case weight, bias
    /// The weights from below, then the bias.
    case both
  }

  /// L.
  public var layers: Int { biased.upperBound }

  /// The gradient of b_k, one of `biased`.
  public subscript(bias k: Int) -> [Double] {
    get { biases[k - biased.lowerBound] }
    _modify { yield &biases[k - biased.lowerBound] }
  }

  /// Every element: the weights of all layers, then the biases.
  public var all: [Double] { weights.flatMap { $0 } + biases.flatMap { $0 } }

  /// The elements of layer k, 1 … L; those of an input's bias are of layer 1.
  public func elements(layer k: Int, _ part: Part = .both) -> [Double] {
    let below = zip(connections, weights).filter { $0.0.target == k }.flatMap { $0.1 }
    let bias = k == 1 ? biases[...(1 - biased.lowerBound)].flatMap { $0 } : self[bias: k]
    return switch part {
    case .weight: below
    case .bias: bias
    case .both: below + bias
    }
  }

  /// How well this estimate of layer k's gradient matches the exact one.
  public func match(_ exact: Gradient, layer k: Int, _ part: Part = .both) -> GradientMatch {
    GradientMatch(elements(layer: k, part), exact: exact.elements(layer: k, part))
  }

  /// How well this estimate of the whole gradient matches the exact one.
  public func match(_ exact: Gradient) -> GradientMatch { GradientMatch(all, exact: exact.all) }
}

extension Gradient {
  /// The mean over the batch that a contrast estimates, of a whole network in Float64.
  public init(_ contrast: Contrast, portion: Portion) {
    let network = portion.network
    self.init(zerosFor: network)
    let scale = 1 / (contrast.strength * Double((contrast.shards.last ?? 0) - contrast.rejected))
    func scaled(_ sums: [ContrastSum], depth: Int, columns: Int) -> [Double] {
      var total = Array(repeating: 0.0, count: depth * columns)
      for sum in sums {
        var out = Panels(depth: depth, columns: columns, precision: .float64)
        sum.write(panels: 0..<out.count, to: &out, at: 0, shards: contrast.shards)
        for i in 0..<depth { for j in 0..<columns { total[i * columns + j] += scale * out[i, j] } }
      }
      return total
    }
    for (index, connection) in connections.enumerated() {
      let block = Block(
        rows: 0..<network.units(connection.source), columns: 0..<network.units(connection.target))
      weights[index] = scaled(
        contrast.sums(index, block: block, backward: false), depth: network.weightRows(index),
        columns: block.columns.count)
    }
    for k in biased {
      let units = 0..<network.units(k)
      self[bias: k] = scaled([contrast.sum(bias: k, units: units)], depth: 1, columns: units.count)
    }
  }
}

extension GradientMatch {
  /// Elements of two gradients of one network, in the same order.
  public init(_ estimate: [Double], exact: [Double]) {
    precondition(estimate.count == exact.count, "gradients of two networks")
    let (cosine, relativeError): (Double, Double)
    let isZero = (estimate.allSatisfy { $0 == 0 }, exact.allSatisfy { $0 == 0 })
    let (length, exactLength) = (norm(estimate), norm(exact))
    switch isZero {
    case (true, true): (cosine, relativeError) = (1, 0)
    case (false, true): (cosine, relativeError) = (0, .infinity)
    case (true, false): (cosine, relativeError) = (0, 1)
    case (false, false):
      cosine = zip(estimate, exact).reduce(0) { $0 + $1.0 / length * ($1.1 / exactLength) }
      relativeError = norm(zip(estimate, exact).map { $0 - $1 }) / exactLength
    }
    let told = zip(estimate, exact).filter { $0.1 != 0 }
    let equal = told.count { $0.0 * $0.1.sign.unit > 0 }
    self.init(
      cosine: cosine, relativeError: relativeError,
      equalSigns: told.isEmpty ? nil : Double(equal) / Double(told.count))
  }
}

extension FloatingPointSign {
  /// +1 or −1.
  fileprivate var unit: Double { self == .plus ? 1 : -1 }
}

/// ‖a‖, whose squares neither overflow nor vanish.
func norm(_ a: [Double]) -> Double {
  let largest = a.reduce(0) { max($0, abs($1)) }
  // Nothing but zeros and NaNs; a NaN shows.
  guard largest > 0, largest.isFinite else { return a.reduce(0) { $0 + abs($1) } }
  return largest * a.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
}
