import Tensors

/// A layer of free units above the clamped input.
public struct Layer: Equatable, Sendable {
  /// At each position.
  public var units: Int
  public var activation: Activation
  /// Of the weights from below, in place of the initialization's.
  public var gain: Double?

  public init(units: Int, activation: Activation = .hardSigmoid, gain: Double? = nil) {
    self.units = units
    self.activation = activation
    self.gain = gain
  }
}

/// The cost C(y) whose gradient is wanted.
public enum Cost: String, CaseIterable, Sendable {
  /// C(y) = ½ ‖y − d‖².
  case squaredError = "squared-error"
  /// C(p) = −Σ_i d_i log p_i of a soft-max read-out p, which is no state: it belongs to F = E + βC, not to E.
  case crossEntropy = "cross-entropy"
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

/// Layers s₁ … s_L above a clamped input s₀, in an order such that connections lead upwards; s_L is the output.
///
/// A layer has n_k units at each of its positions: one position where it is dense, those of a picture where convolutions
/// lead to it. Every formula on s_k holds at each position.
public struct Network: Equatable, Sendable {
  /// s₁ … s_L.
  public let layers: [Layer]
  /// By target, then source; of a chain those from each layer to the next.
  public let connections: [Connection]
  public let cost: Cost
  /// Of each connection the positions that it joins.
  public let wirings: [Wiring]
  /// Layers that no connection joins, so that they may move at once: a colouring of the graph. Every layer has the first
  /// colour that no layer below it is joined to; the last colour moves first (of a chain the even layers).
  public let colours: [[Int]]
  /// Of each layer all its positions, over which its bias learns; nil of a single one.
  public let biasPairs: [TapPairs?]
  /// The input's, then each layer's.
  private let shapes: [Shape]

  /// - Parameters:
  ///   - input: as a picture where a convolution leads from it, otherwise all its units at one position.
  ///   - connections: any two layers at most once; a chain without.
  public init(
    input: Shape, layers: [Layer], connections: [Connection]? = nil, cost: Cost = .squaredError
  ) throws(ShapeError) {
    let connections = (connections ?? Network.chain(layers.count)).sorted()
    precondition(
      connections.allSatisfy { $0.source >= 0 && $0.source < $0.target && $0.target <= layers.count }
        && Set(connections.map { [$0.source, $0.target] }).count == connections.count,
      "connections lead upwards, any two layers once")
    self.layers = layers
    self.cost = cost
    self.connections = connections
    colours = Network.colours(layers.count, connections)
    let isPicture = connections.contains { $0.source == 0 && $0.window != nil }
    var shapes = [isPicture ? input : Shape(units: input.count)]
    var wirings: [Wiring] = []
    for k in 1...max(layers.count, 1) where !layers.isEmpty {
      var shape: Shape?
      for connection in connections where connection.target == k {
        let wiring = try Wiring(connection, below: shapes[connection.source], units: layers[k - 1].units)
        if let shape, shape != wiring.above { throw ShapeError(connection, wiring.above, meets: shape) }
        shape = wiring.above
        wirings.append(wiring)
      }
      shapes.append(shape ?? Shape(units: layers[k - 1].units))
    }
    self.shapes = shapes
    biasPairs = shapes.dropFirst().map { $0.positions == 1 ? nil : TapPairs(positions: $0.positions) }
    self.wirings = wirings
  }

  /// Dense layers over an input of so many units.
  public init(
    inputs: Int, layers: [Layer], connections: [Connection]? = nil, cost: Cost = .squaredError
  ) {
    do {
      try self.init(input: Shape(units: inputs), layers: layers, connections: connections, cost: cost)
    } catch {
      preconditionFailure("dense layers fit each other: \(error)")
    }
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

  /// All units of the clamped input.
  public var inputs: Int { shapes[0].count }

  /// Height, width and units of layer k = 0 … L.
  public func shape(_ k: Int) -> Shape { shapes[k] }

  /// n_k for k = 0 … L: the units at each position of a layer.
  public func units(_ k: Int) -> Int { shapes[k].units }

  /// The positions of layer k = 0 … L: 1 where it is dense.
  public func positions(_ k: Int) -> Int { shapes[k].positions }

  /// How matrices hold layer k: of the input all positions are in an example's row.
  public func layout(_ k: Int) -> PositionLayout {
    PositionLayout(positions: positions(k), unitsInRow: k == 0 ? units(0) : nil)
  }

  /// Rows of the weights of one of the connections: units of the layer below, for each tap of its kernel.
  public func weightRows(_ index: Int) -> Int { wirings[index].taps * units(connections[index].source) }

  /// Whether the output is a read-out, and no state.
  public var hasReadOut: Bool { layers.last?.activation.isReadOut ?? false }

  /// ρ of layer k ≥ 1.
  public func activation(_ k: Int) -> Activation { layers[k - 1].activation }
}
