/// A layer of free units above the clamped input.
public struct Layer: Equatable, Sendable {
  public var units: Int
  public var activation: Activation

  public init(units: Int, activation: Activation = .hardSigmoid) {
    self.units = units
    self.activation = activation
  }
}

/// The cost C(y) whose gradient is wanted.
public enum Cost: String, CaseIterable, Sendable {
  /// C(y) = ½ ‖y − d‖².
  case squaredError = "squared-error"
}

/// How the weights are drawn before the first step; biases start at zero.
public enum Initialization: Equatable, Sendable {
  /// U(±√(6 / (fan-in + fan-out))).
  case glorotUniform
  /// U(±gain / √fan-in).
  case uniform(gain: Double)
  /// U(±gain √3 / (√fan-in + √fan-out)), whose largest singular value is the gain (Marchenko & Pastur 1967; within 3 % of
  /// it from 400 units a side). Below 1 relaxation settles in a few sweeps, whatever the layers' widths.
  case spectral(gain: Double)
}

/// A symmetric connection W_{jk} between two layers.
public struct Connection: Hashable, Comparable, Sendable {
  /// j, the layer below; 0 is the clamped input.
  public var source: Int
  /// k, the layer above.
  public var target: Int

  public init(from source: Int, to target: Int) {
    self.source = source
    self.target = target
  }

  /// By target, then source.
  public static func < (a: Self, b: Self) -> Bool { (a.target, a.source) < (b.target, b.source) }

  /// Whether it leads to the next layer, as all connections of a chain do.
  public var isNext: Bool { target == source + 1 }
}

/// Layers s₁ … s_L above a clamped input s₀, in an order such that connections lead upwards; s_L is the output.
public struct Network: Equatable, Sendable {
  /// Units of the clamped input, n₀.
  public let inputs: Int
  /// s₁ … s_L.
  public let layers: [Layer]
  /// By target, then source; of a chain those from each layer to the next.
  public let connections: [Connection]
  public let cost: Cost
  /// Layers that no connection joins, so that they may move at once: a colouring of the graph. Every layer has the first
  /// colour that no layer below it is joined to; the last colour moves first (of a chain the even layers).
  public let colours: [[Int]]

  /// - Parameter connections: any two layers at most once; a chain without.
  public init(
    inputs: Int, layers: [Layer], connections: [Connection]? = nil, cost: Cost = .squaredError
  ) {
    self.inputs = inputs
    self.layers = layers
    self.cost = cost
    let connections = connections ?? Network.chain(layers.count)
    precondition(
      connections.allSatisfy { $0.source >= 0 && $0.source < $0.target && $0.target <= layers.count }
        && Set(connections).count == connections.count, "connections lead upwards, any two layers once")
    self.connections = connections.sorted()
    colours = Network.colours(layers.count, self.connections)
  }

  /// The connections of a chain of so many layers.
  public static func chain(_ depth: Int) -> [Connection] {
    (0..<depth).map { Connection(from: $0, to: $0 + 1) }
  }

  private static func colours(_ depth: Int, _ connections: [Connection]) -> [[Int]] {
    var colours: [[Int]] = []
    for k in 1...max(depth, 1) where depth > 0 {
      let below = connections.filter { $0.target == k }.map(\.source)
      let free = colours.firstIndex { $0.allSatisfy { !below.contains($0) } }
      if let free { colours[free].append(k) } else { colours.append([k]) }
    }
    return colours.reversed()
  }

  /// Which of the connections joins two layers.
  public func connection(_ j: Int, _ k: Int) -> Int? {
    connections.firstIndex { $0.source == min(j, k) && $0.target == max(j, k) }
  }

  /// The free layers that layer k is joined to, from the lowest up.
  public func neighbours(_ k: Int) -> [Int] {
    connections.filter { $0.source == k || $0.target == k && $0.source > 0 }
      .map { $0.source == k ? $0.target : $0.source }.sorted()
  }

  /// The connections from below into layer k.
  public func connections(into k: Int) -> Range<Int> {
    let first = connections.firstIndex { $0.target >= k } ?? connections.count
    return first..<(connections.firstIndex { $0.target > k } ?? connections.count)
  }

  /// L, the number of free layers.
  public var depth: Int { layers.count }

  /// n_k for k = 0 … L.
  public func units(_ k: Int) -> Int { k == 0 ? inputs : layers[k - 1].units }

  /// ρ of layer k ≥ 1.
  public func activation(_ k: Int) -> Activation { layers[k - 1].activation }
}
