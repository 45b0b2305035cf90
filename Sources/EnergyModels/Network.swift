import Tensors

/// A layer above the input.
public struct Layer: Equatable, Sendable {
  /// At each position.
  public var units: Int
  public var activation: Activation
  /// Of the weights from below, in place of the initialization's.
  public var gain: Double?
  /// Whether an example's label clamps it: one unit 1, the others 0.
  public var isClamped: Bool

  public init(
    units: Int, activation: Activation = .hardSigmoid, gain: Double? = nil, isClamped: Bool = false
  ) {
    self.units = units
    self.activation = activation
    self.gain = gain
    self.isClamped = isClamped
  }
}

/// The cost C(y) whose gradient is wanted.
public enum Cost: String, CaseIterable, Sendable {
  /// C(y) = ½ ‖y − d‖².
  case squaredError = "squared-error"
  /// C(p) = −Σ_i d_i log p_i of a soft-max read-out p, which is no state: it belongs to F = E + βC, not to E.
  case crossEntropy = "cross-entropy"
}

/// The cost as it stands on a network: κ C(y).
public struct WeighedCost: Equatable, Sendable {
  public var form: Cost
  /// κ > 0.
  public var weight: Double

  public init(_ form: Cost, weight: Double = 1) { (self.form, self.weight) = (form, weight) }
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

/// How a label, or a hypothesis of one, enters a network whose layers learn by themselves: as a layer of its own, clamped to
/// it, that drives others.
public enum Labelling: String, CaseIterable, Sendable {
  /// In place of the first inputs: it drives the first hidden layer.
  case overlay
  /// It drives every hidden layer.
  case everyLayer = "every-layer"
}

/// Layers s₁ … s_L above an input s₀, in an order such that connections lead upwards. The input is clamped, or a layer of
/// states itself; the cost stands on the output, s_L unless it is told otherwise.
///
/// A layer has n_k units at each of its positions: one position where it is dense, those of a picture where convolutions
/// lead to it. Every formula on s_k holds at each position.
public struct Network: Equatable, Sendable {
  /// s₁ … s_L.
  public let layers: [Layer]
  /// By target, then source; of a chain those from each layer to the next.
  public let connections: [Connection]
  public let cost: WeighedCost
  /// s₀.
  public let input: InputLayer
  /// The layer whose states are the outputs y, of which the cost is a function.
  public let output: Int
  /// How labels enter where every layer learns by itself: layers drive only those above, which see all of a layer, brought
  /// to one length. nil of networks that have an energy, and of feed-forward twins.
  public let labelling: Labelling?
  /// Of each connection the positions that it joins.
  public let wirings: [Wiring]
  /// Layers that no connection joins, so that they may move at once: a colouring of the graph. Every layer has the first
  /// colour that no layer below it is joined to; the last colour moves first (of a chain the even layers).
  public let colours: [[Int]]
  /// Of each layer from the input on all its positions, over which its bias learns; nil of a single one.
  public let biasPairs: [TapPairs?]
  /// The input's, then each layer's.
  private let shapes: [Shape]

  /// - Parameters:
  ///   - input: as a picture where a convolution leads from it, otherwise all its units at one position.
  ///   - connections: any two layers at most once; a chain without.
  ///   - costWeight: κ of the cost κ C.
  ///   - first: what ties s₀ to an example's input.
  ///   - output: the layer that the cost stands on; L without.
  public init(
    input: Shape, layers: [Layer], connections: [Connection]? = nil, cost: Cost = .squaredError,
    costWeight: Double = 1, first: InputLayer = InputLayer(), output: Int? = nil, labelling: Labelling? = nil
  ) throws(ShapeError) {
    let connections = (connections ?? Network.chain(layers.count)).sorted()
    precondition(
      connections.allSatisfy { $0.source >= 0 && $0.source < $0.target && $0.target <= layers.count }
        && Set(connections.map { [$0.source, $0.target] }).count == connections.count,
      "connections lead upwards, any two layers once")
    self.layers = layers
    self.cost = WeighedCost(cost, weight: costWeight)
    self.connections = connections
    self.input = first
    self.output = output ?? layers.count
    self.labelling = labelling
    let isClamped = first.anchor == .clamped
    colours = Network.colours(isClamped ? 1 : 0, layers.count, connections)
    let isPicture = connections.contains {
      $0.source == 0 && $0.coupling.reach(over: input).map { $0.kernel != nil } ?? true
    }
    precondition(
      !(layers.last?.activation.isReadOut ?? false) || self.output == layers.count, "a read-out is the output"
    )
    precondition(isClamped || !isPicture, "no kernel moves over an input that is not clamped")
    precondition(
      (isClamped ? 1 : 0)...max(layers.count, 1) ~= self.output, "the cost stands on a layer of states")
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
    biasPairs = shapes.enumerated().map { k, shape in
      shape.positions == 1 || k == 0 ? nil : TapPairs(positions: shape.positions)
    }
    self.wirings = wirings
  }

  /// Dense layers over an input of so many units.
  public init(
    inputs: Int, layers: [Layer], connections: [Connection]? = nil, cost: Cost = .squaredError,
    costWeight: Double = 1, first: InputLayer = InputLayer(), output: Int? = nil, labelling: Labelling? = nil
  ) {
    do {
      try self.init(
        input: Shape(units: inputs), layers: layers, connections: connections, cost: cost,
        costWeight: costWeight,
        first: first, output: output, labelling: labelling)
    } catch {
      preconditionFailure("dense layers fit each other: \(error)")
    }
  }

  /// The connections of a chain of so many layers.
  public static func chain(_ depth: Int) -> [Connection] {
    (0..<depth).map { Connection(from: $0, to: $0 + 1) }
  }

  private static func colours(_ first: Int, _ depth: Int, _ connections: [Connection]) -> [[Int]] {
    var colours: [[Int]] = []
    for k in first...max(depth, first) where depth > 0 {
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

  /// Whether every layer learns by itself: see `labelling`.
  public var isLayerwise: Bool { labelling != nil }

  /// Whether layer k is one of those that learn by themselves.
  public func isHidden(_ k: Int) -> Bool { k > 0 && k != output && !isClamped(k) }

  /// The layers of states that layer k is joined to, from the lowest up.
  public func neighbours(_ k: Int) -> [Int] {
    connections.filter { $0.source == k || $0.target == k && isState($0.source) }
      .map { $0.source == k ? $0.target : $0.source }.sorted()
  }

  /// The connections from below into layer k.
  public func connections(into k: Int) -> Range<Int> {
    let first = connections.firstIndex { $0.target >= k } ?? connections.count
    return first..<(connections.firstIndex { $0.target > k } ?? connections.count)
  }

  /// L, the number of layers above the input.
  public var depth: Int { layers.count }

  /// The layers of states: 1 … L, or 0 … L where the input is not clamped.
  public var states: ClosedRange<Int> { (input.anchor == .clamped ? 1 : 0)...depth }

  /// Whether layer k has states of its own: every one but a clamped input.
  public func isState(_ k: Int) -> Bool { k > 0 || input.anchor != .clamped }

  /// The layers above the input that an example's label clamps.
  public var clampedLayers: [Int] { layers.indices.filter { layers[$0].isClamped }.map { $0 + 1 } }

  /// Whether an example's label clamps layer k.
  public func isClamped(_ k: Int) -> Bool { k > 0 && layers[k - 1].isClamped }

  /// The layers with a bias: 1 … L, and an input that has one.
  public var biased: ClosedRange<Int> { (input.hasBias ? 0 : 1)...depth }

  /// All units of the input.
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

  /// ρ of layer k.
  public func activation(_ k: Int) -> Activation { k == 0 ? input.activation : layers[k - 1].activation }
}
