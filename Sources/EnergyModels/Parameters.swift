import Tensors

/// A rectangle of a weight matrix W_{jk}: rows are units of layer j (those rows of each tap of a kernel), columns units
/// of layer k.
public struct Block: Equatable, Sendable {
  public var rows: Range<Int>
  public var columns: Range<Int>

  public init(rows: Range<Int>, columns: Range<Int>) {
    self.rows = rows
    self.columns = columns
  }
}

/// The weights W_{jk} of a symmetric connection, as far as a portion needs them.
///
/// They are held with layer k, once for each of their two directions; where both directions need the same block,
/// `backward` mirrors `forward`, otherwise both learn the same bits from the same states.
public struct ConnectionWeights: Sendable {
  /// The index among the network's connections.
  public let index: Int
  /// j and k.
  public let connection: Connection
  /// Drives the portion's units of layer k: W[rows, columns].
  public let forwardBlock: Block
  /// Drives the slices' units of layer j, wherever that is: W[rows, columns], stored transposed; none of a clamped input, nor
  /// where layers drive only those above.
  public let backwardBlock: Block?
  /// The positions that it joins.
  public let wiring: Wiring
  /// Taps × rows of the block, times its columns: a tap's rows stand together.
  public var forward: Panels
  /// Taps × columns of the block, times its rows.
  public var backward: Panels?

  init(_ index: Int, portion: Portion, precision: Precision) {
    self.index = index
    connection = portion.network.connections[index]
    (forwardBlock, backwardBlock) = (portion.forwardBlock(index), portion.backwardBlock(index))
    wiring = portion.network.wirings[index]
    let taps = wiring.taps
    forward = Panels(
      depth: taps * forwardBlock.rows.count, columns: forwardBlock.columns.count, precision: precision)
    backward = backwardBlock.map {
      Panels(depth: taps * $0.columns.count, columns: $0.rows.count, precision: precision)
    }
  }

  /// Whether `backward` is the transpose of `forward` and never learns by itself.
  public var isMirrored: Bool { forwardBlock == backwardBlock }

  /// Brings a mirrored `backward` up to date.
  public mutating func mirror() {
    guard isMirrored else { return }
    backward?.setTranspose(of: forward, taps: wiring.taps)
  }
}

extension Portion {
  /// What of a connection's weights drives the portion's units of the layer above.
  public func forwardBlock(_ index: Int) -> Block {
    let (j, k) = (network.connections[index].source, network.connections[index].target)
    return Block(rows: units(of: j, driving: k), columns: units(k))
  }

  /// What of a connection's weights, held with layer k, drives the slices' units of the layer below; nothing drives a
  /// clamped input.
  public func backwardBlock(_ index: Int) -> Block? {
    let (j, k) = (network.connections[index].source, network.connections[index].target)
    guard network.isState(j), !network.isLayerwise else { return nil }
    return Block(rows: units(j), columns: units(of: k, driving: j))
  }
}

/// The weights and biases that a portion of a network needs.
public struct Parameters: Sendable {
  public let portion: Portion
  public let precision: Precision
  /// The weights of the connections held here, in order.
  public var connections: [ConnectionWeights]
  /// b_k of the portion's units, a depth of one, for the portion's layers in order.
  public var biases: [Panels]

  /// Zeros.
  public init(portion: Portion, precision: Precision) {
    self.precision = precision
    self.portion = portion
    connections = portion.connections.map {
      ConnectionWeights($0, portion: portion, precision: precision)
    }
    biases = portion.layers.map { Panels(depth: 1, columns: portion.units($0).count, precision: precision) }
  }

  /// The weights of one of the network's connections.
  public subscript(connection index: Int) -> ConnectionWeights {
    get { connections[index - portion.connections.lowerBound] }
    _modify { yield &connections[index - portion.connections.lowerBound] }
  }

  /// b_k.
  public subscript(bias k: Int) -> Panels {
    get { biases[k - portion.layers.lowerBound] }
    _modify { yield &biases[k - portion.layers.lowerBound] }
  }

  /// Bytes they take.
  public var byteCount: Int {
    connections.reduce(biases.reduce(0) { $0 + $1.byteCount }) {
      $0 + $1.forward.byteCount + ($1.backward?.byteCount ?? 0)
    }
  }

  /// The layers whose weights or biases, as far as they are held here, are infinite or not a number.
  public var divergedLayers: Set<Int> {
    let biased = zip(portion.layers, biases).filter { !$1.isFinite }.map { $0.0 }
    let connected = connections.filter {
      !$0.forward.isFinite || !($0.backward?.isFinite ?? true)
    }
    return Set(biased + connected.map(\.connection.target))
  }

  /// Draws the weights from counters (connection, row, column), so that every holder draws the same.
  public mutating func initialize(_ initialization: Initialization, seed: UInt64) {
    let random = CounterRandom(seed: seed, purpose: .weights)
    for index in connections.indices {
      let (j, k) = (connections[index].connection.source, connections[index].connection.target)
      let wiring = connections[index].wiring
      // An overlaid label is one of the inputs.
      let isOverlaid = portion.network.labelling == .overlay && portion.network.isClamped(j)
      let below = isOverlaid ? portion.network.inputs : wiring.upward.mostTaps * wiring.below.units
      let above = wiring.downward.mostTaps * wiring.before.units
      // Counters have 32 bits: a skip's key joins k and j, each below 2¹⁶; the key of the next layer's weights is k alone.
      precondition(k < 1 << 16, "a network has fewer than 65,536 layers")
      let key = connections[index].connection.isNext ? k : k | (j + 1) << 16
      let own = portion.network.layers[k - 1].gain
      let bound: Double =
        switch initialization {
        case .glorotUniform: (6 / Double(below + above)).squareRoot()
        case .uniform(let gain): (own ?? gain) / Double(below).squareRoot()
        case .spectral(let gain):
          (own ?? gain) * Double(3).squareRoot() / (Double(below).squareRoot() + Double(above).squareRoot())
        }
      func weight(_ i: Int, _ j: Int) -> Double { (2 * random.unit(i, j, key) - 1) * bound }
      connections[index].fill(weight)
    }
  }
}

extension ConnectionWeights {
  /// Sets every element held to `weight(row, column)` of the whole matrix, whose rows are the units below, tap by tap.
  public mutating func fill(_ weight: (Int, Int) -> Double) {
    let units = wiring.below.units
    for tap in 0..<wiring.taps {
      for (index, i) in forwardBlock.rows.enumerated() {
        for (column, j) in forwardBlock.columns.enumerated() {
          forward[tap * forwardBlock.rows.count + index, column] = weight(tap * units + i, j)
        }
      }
    }
    if isMirrored { return mirror() }
    guard let block = backwardBlock else { return }
    for tap in 0..<wiring.taps {
      for (index, j) in block.columns.enumerated() {
        for (column, i) in block.rows.enumerated() {
          backward?[tap * block.columns.count + index, column] = weight(tap * units + i, j)
        }
      }
    }
  }
}
