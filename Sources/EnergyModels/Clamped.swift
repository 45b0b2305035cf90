import Tensors

/// What a batch holds fixed while the states settle.
public struct Clamped: Sendable {
  /// Row numbers: the examples of the i-th shard here are rows shards[i] ..< shards[i + 1].
  public var shards: [Int]
  /// x, rows × n₀, where a layer is held that the input drives; where s₀ has states of its own, what these are tied to.
  public var input: Matrix?
  /// d, rows × units of the output, where that is held.
  public var targets: Matrix?
  /// One unit 1, that of the label: rows × units of the layer that labels clamp, where that is computed.
  public var labels: Matrix?
  /// What a clamped input sends with b, of the portion's units, for each layer that the input drives: constant through all
  /// phases, computed once a batch.
  public private(set) var inputDrives: [Int: Matrix] = [:]
  /// Of each of these layers whose connection is pooled, ∂ pooled / ∂ value.
  private var inputSlopes: [Int: Matrix] = [:]
  /// Where x is not zero, if many are and no kernel moves over them.
  public var live: LiveInputs?
  /// The whole network, whatever portion of it the parameters hold.
  public let network: Network
  /// The step of the run that the batch belongs to, and for each row the number of its example in the split; 0 and none
  /// where nobody asks.
  public var step = 0
  public var examples: [Int] = []
  /// What noise is drawn from, and which of its streams the batch has: one for training, others for each split.
  public var random = CounterRandom(seed: 0, purpose: .noise)
  public var stream = 0
  /// The share of hidden units that a pass of training drops out.
  public var dropout = 0.0
  /// What a centred contrast counts activities from.
  public var offsets: Offsets?
  /// How much each row counts in what is learnt; none where all count alike.
  public var weights: [Double] = []

  /// Computes the input's drives with these parameters; matrices may have more rows than the shards.
  public init(shards: [Int], input: Matrix?, targets: Matrix?, parameters: Parameters) {
    self.shards = shards
    self.input = input
    self.targets = targets
    network = parameters.portion.network
    live =
      !network.isState(0) && network.positions(0) == 1
      ? input.flatMap { LiveInputs($0, shards: shards) } : nil
    setInputDrives(parameters)
  }

  /// Computes the input's drives again, for weights that have changed.
  public mutating func setInputDrives(_ parameters: Parameters) {
    guard let input, !network.isState(0) else { return }
    for weights in parameters.connections where weights.connection.source == 0 {
      let (k, wiring, first) = (weights.connection.target, weights.wiring, weights.forward)
      let bias = parameters[bias: k]
      func room(_ positions: Int) -> Matrix {
        Matrix(rows: input.rows * positions, columns: first.columns, precision: input.precision)
      }
      // A bias passes through any pooling as it is.
      var values = room(wiring.before.positions)
      if let live {
        values.setProduct(of: input, live: live, rows: rows.upperBound, with: first, bias: bias)
      } else if wiring.isPlain {
        values.setProduct(rows: rows, of: input, with: first, adding: .row(bias))
      } else {
        values.setConvolution(
          examples: rows, of: input, network.layout(0), taps: wiring.upward, of: wiring.taps, with: first,
          adding: .row(bias))
      }
      guard let pool = wiring.pool else {
        inputDrives[k] = values
        continue
      }
      var drive = room(pool.pooled)
      var slopes = Matrix(rows: values.rows, columns: wiring.before.units, precision: input.precision)
      drive.setPooled(
        examples: rows, of: values, by: pool, slopes: &slopes, columns: weights.forwardBlock.columns)
      (inputDrives[k], inputSlopes[k]) = (drive, slopes)
    }
  }

  /// What the input's kernel sees of some activity of layer k, of the portion's units: `levels` itself unless their
  /// connection is pooled.
  public func spread(_ levels: Matrix, ofLayer k: Int, units: Range<Int>) -> Matrix {
    guard let index = network.connection(0, k), let pool = network.wirings[index].pool,
      let slopes = inputSlopes[k]
    else { return levels }
    var spread = Matrix(rows: slopes.rows, columns: levels.columns, precision: levels.precision)
    spread.setSpread(examples: rows, of: levels, by: pool, slopes: slopes, columns: units)
    return spread
  }

  /// Every row.
  public var rows: Range<Int> { 0..<(shards.last ?? 0) }
}
