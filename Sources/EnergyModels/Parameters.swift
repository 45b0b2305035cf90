import Tensors

/// A rectangle of a weight matrix W_k: rows are units of layer k − 1, columns units of layer k.
public struct Block: Equatable, Sendable {
  public var rows: Range<Int>
  public var columns: Range<Int>

  public init(rows: Range<Int>, columns: Range<Int>) {
    self.rows = rows
    self.columns = columns
  }
}

/// The symmetric connection W_k between layers k − 1 and k, as far as a portion needs it.
///
/// It is held with layer k, once for each of its two directions; where both directions need the same block, `backward` mirrors
/// `forward`, otherwise both learn the same bits from the same states.
public struct Connection: Sendable {
  /// k.
  public let index: Int
  /// Drives the portion's units of layer k: W_k[rows, columns].
  public let forwardBlock: Block?
  /// Drives the slices' units of layer k − 1, wherever that is: W_k[rows, columns], stored transposed; none of the input.
  public let backwardBlock: Block?
  public var forward: Panels?
  public var backward: Panels?

  init(_ k: Int, portion: Portion, precision: Precision) {
    index = k
    (forwardBlock, backwardBlock) = (portion.forwardBlock(k), portion.backwardBlock(k))
    forward = forwardBlock.map {
      Panels(depth: $0.rows.count, columns: $0.columns.count, precision: precision)
    }
    backward = backwardBlock.map {
      Panels(depth: $0.columns.count, columns: $0.rows.count, precision: precision)
    }
  }

  /// Whether `backward` is the transpose of `forward` and never learns by itself.
  public var isMirrored: Bool { forwardBlock != nil && forwardBlock == backwardBlock }

  /// Brings a mirrored `backward` up to date.
  public mutating func mirror() {
    guard isMirrored, let forward else { return }
    backward?.setTranspose(of: forward)
  }
}

extension Portion {
  /// What of W_k drives the portion's units of its layer k.
  public func forwardBlock(_ k: Int) -> Block {
    Block(rows: units(of: k - 1, driving: k), columns: units(k))
  }

  /// What of W_k, held with layer k, drives the slices' units of layer k − 1; nothing drives the input.
  public func backwardBlock(_ k: Int) -> Block? {
    k > 1 ? Block(rows: units(k - 1), columns: units(of: k, driving: k - 1)) : nil
  }
}

/// The weights and biases that a portion of a network needs.
public struct Parameters: Sendable {
  public let portion: Portion
  public let precision: Precision
  /// The connections of the portion's layers, in order.
  public var connections: [Connection]
  /// b_k of the portion's units, a depth of one, for the portion's layers in order.
  public var biases: [Panels]

  /// Zeros.
  public init(portion: Portion, precision: Precision) {
    self.precision = precision
    self.portion = portion
    connections = portion.layers.map { Connection($0, portion: portion, precision: precision) }
    biases = portion.layers.map { Panels(depth: 1, columns: portion.units($0).count, precision: precision) }
  }

  /// W_k.
  public subscript(connection k: Int) -> Connection {
    get { connections[k - portion.layers.lowerBound] }
    _modify { yield &connections[k - portion.layers.lowerBound] }
  }

  /// b_k.
  public subscript(bias k: Int) -> Panels {
    get { biases[k - portion.layers.lowerBound] }
    _modify { yield &biases[k - portion.layers.lowerBound] }
  }

  /// Bytes they take.
  public var byteCount: Int {
    connections.reduce(biases.reduce(0) { $0 + $1.byteCount }) {
      $0 + ($1.forward?.byteCount ?? 0) + ($1.backward?.byteCount ?? 0)
    }
  }

  /// The layers whose weights or biases, as far as they are held here, are infinite or not a number.
  public var divergedLayers: Set<Int> {
    let biased = zip(portion.layers, biases).filter { !$1.isFinite }.map { $0.0 }
    let connected = connections.filter {
      !($0.forward?.isFinite ?? true) || !($0.backward?.isFinite ?? true)
    }
    return Set(biased + connected.map(\.index))
  }

  /// Draws the weights from counters (connection, row, column), so that every holder draws the same.
  public mutating func initialize(_ initialization: Initialization, seed: UInt64) {
    let random = CounterRandom(seed: seed, purpose: .weights)
    for index in connections.indices {
      let k = connections[index].index
      let (below, above) = (portion.network.units(k - 1), portion.network.units(k))
      let bound: Double =
        switch initialization {
        case .glorotUniform: (6 / Double(below + above)).squareRoot()
        case .uniform(let gain): gain / Double(below).squareRoot()
        case .spectral(let gain):
          gain * Double(3).squareRoot() / (Double(below).squareRoot() + Double(above).squareRoot())
        }
      func weight(_ i: Int, _ j: Int) -> Double { (2 * random.unit(i, j, k) - 1) * bound }
      connections[index].fill(weight)
    }
  }
}

extension Connection {
  /// Sets every element held to `weight(row, column)`.
  public mutating func fill(_ weight: (Int, Int) -> Double) {
    if let block = forwardBlock {
      for i in block.rows {
        for j in block.columns {
          forward?[i - block.rows.lowerBound, j - block.columns.lowerBound] = weight(i, j)
        }
      }
    }
    if isMirrored { return mirror() }
    if let block = backwardBlock {
      for j in block.columns {
        for i in block.rows {
          backward?[j - block.columns.lowerBound, i - block.rows.lowerBound] = weight(i, j)
        }
      }
    }
  }
}
