import Tensors

/// The states of one layer for the rows of a batch.
public struct LayerState: Sendable {
  /// s, a row for each position of each example × units of the layer. Of a neighbour's layer only ρ(s) is known here.
  public var states: Matrix
  /// ρ(s) where it differs from s.
  var bent: Matrix?

  /// States 0 and their ρ(0); rows are examples × positions of the layer.
  public init(rows: Int, units: Int, activation: Activation, precision: Precision) {
    states = Matrix(rows: rows, columns: units, precision: precision)
    if !activation.isIdentityOnStates {
      bent = Matrix(rows: rows, columns: units, precision: precision)
      bent?.fill(activation.value(0))
    }
  }

  /// Bytes of such states.
  public static func byteCount(
    rows: Int, units: Int, activation: Activation, precision: Precision
  ) -> Int {
    Matrix.byteCount(rows: rows, columns: units, precision: precision)
      * (activation.isIdentityOnStates ? 1 : 2)
  }

  /// ρ(s): what neighbours see.
  public var activity: Matrix {
    get { bent ?? states }
    set { if bent == nil { states = newValue } else { bent = newValue } }
  }

  /// Changes ρ(s) in place.
  public mutating func withActivity<T>(_ body: (inout Matrix) throws -> T) rethrows -> T {
    if bent != nil { try body(&bent!) } else { try body(&states) }
  }

  /// Becomes, in a block, what `update` makes of another state of the same layer; returns its residual.
  public mutating func apply(
    _ update: LayerUpdate, to other: LayerState, drive: Matrix, rows: Range<Int>, columns: Range<Int>
  ) -> Double {
    update.apply(
      to: other.states, activity: other.bent, drive: drive, rows: rows, columns: columns, next: &states,
      nextActivity: &bent)
  }

  /// The same of a Langevin step; `unfolded`, where there is one, tells where it leads before it is reflected.
  public mutating func apply(
    _ update: LayerUpdate, to other: LayerState, drive: Matrix, rows: Range<Int>, columns: Range<Int>,
    unfolded: inout Matrix?
  ) -> Double {
    update.apply(
      to: other.states, activity: other.bent, drive: drive, rows: rows, columns: columns, next: &states,
      nextActivity: &bent, unfolded: &unfolded)
  }

  /// The end of a Langevin step.
  public func end(drive: Matrix) -> LangevinStep.End {
    LangevinStep.End(states: states, activity: bent, drive: drive)
  }

  /// Becomes, in a block, what `update` makes of another complex state of the same layer; returns its residual.
  public mutating func apply(
    _ update: ComplexUpdate, to other: LayerState, drive: Matrix, rows: Range<Int>, columns: Range<Int>
  ) -> Double {
    update.apply(
      to: other.states, activity: other.bent, drive: drive, rows: rows, columns: columns, next: &states,
      nextActivity: &bent)
  }

  /// Becomes, in a block, what `update` makes of another response of the same layer: its states are λ, its activity is
  /// g; returns the residual.
  public mutating func apply(
    _ update: LayerResponse, to other: LayerState, drive: Matrix, rows: Range<Int>, columns: Range<Int>
  ) -> Double {
    update.apply(
      to: other.states, drive: drive, rows: rows, columns: columns, next: &states, nextSeen: &bent)
  }

  /// What neighbours see becomes the states themselves.
  public mutating func showStates(rows: Range<Int>, columns: Range<Int>) {
    bent?.copy(
      rows: rows, columns: columns, from: states, rows: rows.lowerBound, columns: columns.lowerBound)
  }

  /// What was seen of a layer, its drives a, becomes its states, and ρ(a) / √(mean ρ(a)² + 1e-8) is seen of it: all of the
  /// layer must be known.
  public mutating func normalize(_ activation: Activation, rows: [Range<Int>]) {
    precondition(bent != nil, "a layer whose states are what is seen of it")
    let all = 0..<states.columns
    for rows in rows {
      states.copy(rows: rows, columns: all, from: activity, rows: rows.lowerBound, columns: 0)
      bent?.setNormalized(states, curve: activation.curve, rows: rows)
    }
  }

  /// Moves s towards the targets by a share of the way, within the range of states, and ρ(s) with it.
  public mutating func moveStates(
    by share: Double, towards targets: Matrix, activation: Activation, rows: Range<Int>
  ) {
    for row in rows {
      for j in 0..<states.columns {
        let moved = states[row, j] + share * (targets[row, j] - states[row, j])
        states[row, j] = activation.range.map { min(max(moved, $0.lowerBound), $0.upperBound) } ?? moved
      }
    }
    refreshActivity(activation, rows: rows, columns: 0..<states.columns)
  }

  /// Puts s at some values, within the range of states, and ρ(s) with it.
  public mutating func setStates(_ values: Matrix, activation: Activation, rows: Range<Int>) {
    let all = 0..<states.columns
    switch activation.range {
    case nil: states.copy(rows: rows, columns: all, from: values, rows: rows.lowerBound, columns: 0)
    case 0...1: states.activate(values, curve: .hardSigmoid, rows: rows, columns: all)
    default: return moveStates(by: 1, towards: values, activation: activation, rows: rows)
    }
    refreshActivity(activation, rows: rows, columns: 0..<states.columns)
  }

  /// The same states as complex numbers: these rows, then as many imaginary parts, all 0.
  var complex: LayerState {
    var twice = self
    func doubled(_ matrix: Matrix) -> Matrix {
      var out = Matrix(rows: 2 * matrix.rows, columns: matrix.columns, precision: matrix.precision)
      out.copy(rows: 0..<matrix.rows, columns: 0..<matrix.columns, from: matrix, rows: 0, columns: 0)
      return out
    }
    twice.states = doubled(states)
    twice.bent = bent.map(doubled)
    return twice
  }

  /// Recomputes ρ(s) where it differs from s.
  public mutating func refreshActivity(_ activation: Activation, rows: Range<Int>, columns: Range<Int>) {
    guard !activation.isReadOut else {
      bent?.set(rows: rows, .zero)
      return
    }
    bent?.activate(states, curve: activation.curve, rows: rows, columns: columns)
  }

  /// Copies whole rows of another state of the same layer.
  public mutating func copy(rows: Range<Int>, from other: LayerState) {
    let all = 0..<states.columns
    states.copy(rows: rows, columns: all, from: other.states, rows: rows.lowerBound, columns: 0)
    guard let theirs = other.bent else { return }
    bent?.copy(rows: rows, columns: all, from: theirs, rows: rows.lowerBound, columns: 0)
  }
}

/// The states of a portion's layers and of those below that drive them; rows are the examples of a batch.
public struct State: Sendable {
  private let form: Form
  private var layers: [LayerState]
  /// Of each pooled connection between layers of states that is held here.
  private var pools: [Pool]

  /// The layers known here, in order.
  public var known: [Int] { form.known }
  /// The whole network, layers that are not known here among it.
  public var network: Network { form.network }

  /// What copies share.
  private final class Form: Sendable {
    let known: [Int]
    let network: Network

    init(known: [Int], network: Network) { (self.known, self.network) = (known, network) }
  }

  /// What passes through pooling, a row for each position before it.
  private struct Pool: Sendable {
    let connection: Int
    /// ∂ pooled / ∂ value.
    var slopes: Matrix
    /// What the kernel sees of the layer above: slopes ⊙ ρ(s_k).
    var spread: Matrix
  }

  /// Bytes of the states of so many rows.
  public static func byteCount(
    rows: Int, portion: Portion, precision: Precision, holdsPools: Bool = true
  ) -> Int {
    let network = portion.network
    let states = portion.known.reduce(0) {
      $0
        + LayerState.byteCount(
          rows: rows * network.positions($1), units: network.units($1), activation: network.activation($1),
          precision: precision)
    }
    return portion.pooled.reduce(states) {
      let before = network.wirings[$1].before
      return $0
        + (holdsPools ? 2 : 0)
        * Matrix.byteCount(rows: rows * before.positions, columns: before.units, precision: precision)
    }
  }

  /// All states 0.
  public init(rows: Int, portion: Portion, precision: Precision, holdsPools: Bool = true) {
    let network = portion.network
    form = Form(known: portion.known, network: network)
    layers = portion.known.map {
      LayerState(
        rows: rows * network.positions($0), units: network.units($0), activation: network.activation($0),
        precision: precision)
    }
    pools = (holdsPools ? portion.pooled : []).map {
      let before = network.wirings[$0].before
      let zeros = Matrix(rows: rows * before.positions, columns: before.units, precision: precision)
      return Pool(connection: $0, slopes: zeros, spread: zeros)
    }
  }

  /// The states of layer k, which must be one of `known`.
  public subscript(k: Int) -> LayerState {
    get { layers[index(k)] }
    _modify { yield &layers[index(k)] }
  }

  /// Layers are few, and the highest are asked for most.
  private func index(_ k: Int) -> Int {
    guard let index = known.lastIndex(of: k) else { preconditionFailure("a layer that is not known here") }
    return index
  }

  /// Exchanges layer k with that of another state.
  public mutating func swapLayer(_ k: Int, with other: inout State) {
    swap(&layers[index(k)], &other.layers[other.index(k)])
  }

  /// All activities become 0, whatever ρ(0) is: where responses and errors begin.
  public mutating func silence() {
    for k in known { self[k].withActivity { $0.set(rows: 0..<$0.rows, .zero) } }
  }

  /// The same states as complex numbers: these rows, then as many imaginary parts, all 0.
  public var complex: State {
    var twice = self
    twice.layers = layers.map(\.complex)
    twice.pools = pools.map { pool in
      let zeros = Matrix(
        rows: 2 * pool.slopes.rows, columns: pool.slopes.columns, precision: pool.slopes.precision)
      return Pool(connection: pool.connection, slopes: zeros, spread: zeros)
    }
    return twice
  }

  /// Copies the rows of some examples of another state of the same layers.
  public mutating func copy(examples: [Range<Int>], from other: State) {
    for rows in examples {
      for k in known { self[k].copy(rows: rows.times(network.positions(k)), from: other[k]) }
      for index in pools.indices {
        let positions = rows.times(network.wirings[pools[index].connection].before.positions)
        let (slopes, spread) = (other.pools[index].slopes, other.pools[index].spread)
        pools[index].slopes.copy(
          rows: positions, columns: 0..<slopes.columns, from: slopes, rows: positions.lowerBound, columns: 0)
        pools[index].spread.copy(
          rows: positions, columns: 0..<spread.columns, from: spread, rows: positions.lowerBound, columns: 0)
      }
    }
  }

  /// ρ(s_k).
  public func activity(_ k: Int) -> Matrix { self[k].activity }

  /// ρ(s_k), before it is brought to one length where it is: see `LayerState.normalize`.
  public func output(of k: Int) -> Matrix {
    let activation = network.activation(k)
    guard network.isLayerwise, network.isHidden(k) else { return activity(k) }
    var out = self[k].states
    out.activate(self[k].states, curve: activation.curve, rows: 0..<out.rows, columns: 0..<out.columns)
    return out
  }

  /// The pooled connections between layers of states that are held here.
  public var pooled: [Int] { pools.map(\.connection) }

  private func pool(_ connection: Int) -> Int? { pools.firstIndex { $0.connection == connection } }

  /// What the kernel of a connection sees of the layer above it: ρ(s_k), through the pooling, if there is any, as it was
  /// when `spread` was called last.
  public func seen(fromBelow connection: Int) -> Matrix {
    pool(connection).map { pools[$0].spread } ?? activity(network.connections[connection].target)
  }

  /// ∂ pooled / ∂ value of a pooled connection, a row for each position before pooling.
  public func slopes(_ connection: Int) -> Matrix {
    guard let pool = pool(connection) else { preconditionFailure("a connection that is not pooled here") }
    return pools[pool].slopes
  }

  /// Changes these slopes in place.
  public mutating func withSlopes<T>(_ connection: Int, _ body: (inout Matrix) throws -> T) rethrows -> T {
    guard let pool = pool(connection) else { preconditionFailure("a connection that is not pooled here") }
    return try body(&pools[pool].slopes)
  }

  /// Takes over the slopes of another state.
  public mutating func takeSlopes(of other: State) {
    for index in pools.indices { pools[index].slopes = other.pools[index].slopes }
  }

  /// Brings what a pooled connection's kernel sees of the layer above up to date.
  public mutating func spread(_ connection: Int, rows: Range<Int>) {
    guard let index = pool(connection), let table = network.wirings[connection].pool else { return }
    let activity = activity(network.connections[connection].target)
    let slopes = pools[index].slopes
    pools[index].spread.setSpread(
      examples: rows, of: activity, by: table, slopes: slopes, columns: 0..<activity.columns)
  }
}
