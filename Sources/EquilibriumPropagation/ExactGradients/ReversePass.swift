import EnergyModels
import Tensors

/// The reverse sweep of backpropagation through time: where it has come to, dC/ds there, and −dC/dθ of what lies behind.
struct ReversePass {
  private let parameters: Parameters
  private let clamped: Clamped
  /// dC/ds_k for each layer of states, rows × n_k.
  private var slopes: [Int: Matrix] = [:]
  /// The sum over the batch and the iterations passed.
  private var sum: Gradient

  var network: Network { parameters.portion.network }

  /// −dC/dθ, the mean over the batch, summed over the iterations passed.
  var gradient: Gradient { sum.scaled(by: 1 / Double(clamped.rows.count)) }

  /// At the last state.
  init(from last: State, clamped: Clamped, parameters: Parameters) {
    precondition(parameters.precision == .float64, "exact gradients are taken in Float64")
    guard let targets = clamped.targets else { preconditionFailure("a cost without targets") }
    self.parameters = parameters
    self.clamped = clamped
    let (network, rows) = (parameters.portion.network, clamped.rows.count)
    sum = Gradient(zerosFor: network)
    for k in network.states {
      slopes[k] = Matrix(rows: rows * network.positions(k), columns: network.units(k), precision: .float64)
    }
    let outputs = last[network.output].states
    // dC/dy, or dC/dD of a soft-max read-out.
    let error = Matrix(rows: rows, columns: outputs.columns, precision: .float64) {
      network.cost.weight * (outputs[$0, $1] - targets[$0, $1])
    }
    if network.hasReadOut {
      handOn([network.output: error], last)
    } else {
      slopes[network.output] = error
    }
  }

  /// Goes back through one move of some layers at once, each driven by its neighbours before it.
  mutating func goBack(_ moved: [Int], _ move: UnitMove, from after: State, to before: State) {
    let before = pooled(before)
    // dC/dD_k of the layers moved; the others' slopes pass as they are.
    var pulls: [Int: Matrix] = [:]
    for k in moved { pulls[k] = goBack(k, move, from: after[k], to: before) }
    handOn(pulls, before)
  }

  /// Hands dC/dD of some layers on to the states that drove them, and to weights and biases.
  private mutating func handOn(_ pulls: [Int: Matrix], _ before: State) {
    for k in network.states {
      addThroughDrives(k, pulls, before)
      if let pull = pulls[k] { addToBias(k, pull) }
    }
    for index in network.connections.indices { addToWeights(index, pulls, before) }
  }

  /// Turns dC/ds′ of a layer into dC/ds through its own state, and returns dC/dD.
  private mutating func goBack(
    _ k: Int, _ move: UnitMove, from after: LayerState, to before: State
  ) -> Matrix {
    let activation = network.activation(k)
    let (slope, moved, now, activity) = (slopes[k]!, after.states, before[k].states, before.activity(k))
    let (rows, columns) = (slope.rows, slope.columns)
    let drive =
      activation.isStraight
      ? Matrix(rows: rows, columns: columns, precision: .float64)
      : parameters.drive(of: k, state: before, clamped: clamped, rows: clamped.rows)
    func unit(_ i: Int, _ j: Int) -> (own: Double, drive: Double) {
      move.slopes(
        MovedUnit(
          activation: activation, state: now[i, j], activity: activity[i, j], drive: drive[i, j],
          next: moved[i, j], stiffness: k == 0 ? network.input.stiffness : 0))
    }
    slopes[k] = Matrix(rows: rows, columns: columns, precision: .float64) {
      unit($0, $1).own * slope[$0, $1]
    }
    return Matrix(rows: rows, columns: columns, precision: .float64) { unit($0, $1).drive * slope[$0, $1] }
  }

  /// dC/ds_k += ρ′(s_k) (Σ_{j<k} W_{jk}ᵀ dC/dD_j + Σ_{i>k} W_{ki} dC/dD_i).
  private mutating func addThroughDrives(_ k: Int, _ pulls: [Int: Matrix], _ before: State) {
    let (activation, states, activity) = (network.activation(k), before[k].states, before.activity(k))
    // A state may have rows for more examples than these.
    let slope = slopes[k]!
    var felt = Matrix(rows: slope.rows, columns: slope.columns, precision: .float64)
    for (index, weights) in parameters.connections.enumerated() {
      let (j, i) = (weights.connection.source, weights.connection.target)
      if i == k, let below = pulls[j] {
        felt.add(rows: 0..<felt.rows, upward(index, below, before))
      } else if j == k, let above = pulls[i], let backward = weights.backward {
        felt.setConvolution(
          examples: clamped.rows, of: spread(index, above, before),
          PositionLayout(positions: weights.wiring.before.positions), taps: weights.wiring.downward,
          of: weights.wiring.taps, with: backward, adding: .itself)
      }
    }
    slopes[k] = Matrix(rows: slope.rows, columns: slope.columns, precision: .float64) {
      let (first, _) = activation.derivatives(states[$0, $1], activity: activity[$0, $1])
      return slope[$0, $1] + first * felt[$0, $1]
    }
  }

  private mutating func addToBias(_ k: Int, _ pull: Matrix) {
    guard network.biased.contains(k) else { return }
    for i in 0..<pull.rows { for j in 0..<pull.columns { sum[bias: k][j] -= pull[i, j] } }
  }

  /// The same state with the slopes of pooling that go with it.
  private func pooled(_ before: State) -> State {
    var state = before
    for index in parameters.portion.pooled {
      var room = Parameters.poolRoom(
        index, of: parameters.portion, rows: clamped.rows.count, precision: .float64)
      parameters.setPooled(&room, index, state: &state, rows: clamped.rows)
      state.spread(index, rows: clamped.rows)
    }
    return state
  }

  /// What a connection makes of something of the layer below, through its pooling as at `before`.
  private func upward(_ index: Int, _ below: Matrix, _ before: State) -> Matrix {
    let (wiring, forward) = (network.wirings[index], parameters.connections[index].forward)
    let (examples, columns) = (clamped.rows, forward.columns)
    var values = Matrix(
      rows: examples.count * wiring.before.positions, columns: columns, precision: .float64)
    values.setConvolution(
      examples: examples, of: below, PositionLayout(positions: wiring.below.positions), taps: wiring.upward,
      of: wiring.taps, with: forward, adding: .zero)
    guard let pool = wiring.pool else { return values }
    var pooled = Matrix(rows: examples.count * pool.pooled, columns: columns, precision: .float64)
    pooled.setPooledResponse(
      examples: examples, to: values, by: pool, slopes: before.slopes(index), columns: 0..<columns)
    return pooled
  }

  /// What a connection's kernel sees of something of the layer above.
  private func spread(_ index: Int, _ above: Matrix, _ before: State) -> Matrix {
    guard let pool = network.wirings[index].pool, network.isState(network.connections[index].source)
    else { return above }
    let slopes = before.slopes(index)
    var spread = Matrix(rows: slopes.rows, columns: above.columns, precision: .float64)
    spread.setSpread(
      examples: clamped.rows, of: above, by: pool, slopes: slopes, columns: 0..<above.columns)
    return spread
  }

  /// −dC/dW_{jk} = −Σ ρ(s_j) (dC/dD_k)ᵀ + dC/dD_j ρ(s_k)ᵀ.
  private mutating func addToWeights(_ index: Int, _ pulls: [Int: Matrix], _ before: State) {
    typealias End = ContrastSum.End
    let wiring = network.wirings[index]
    let (j, k) = (network.connections[index].source, network.connections[index].target)
    let isClamped = !network.isState(j)
    guard let activityBelow = isClamped ? clamped.input : before.activity(j) else { return }
    let layouts = (network.layout(j), PositionLayout(positions: wiring.before.positions))
    func seen(_ above: Matrix) -> Matrix {
      isClamped
        ? clamped.spread(above, ofLayer: k, units: 0..<network.units(k)) : spread(index, above, before)
    }
    var terms: [(Matrix, Matrix)] = []
    if let above = pulls[k] { terms.append((activityBelow, seen(above))) }
    if let below = pulls[j] { terms.append((below, seen(before.activity(k)))) }
    for (pre, post) in terms {
      let columns = post.columns
      var term = Panels(depth: network.weightRows(index), columns: columns, precision: .float64)
      ContrastSum(
        pre: End(pre, layout: layouts.0), post: End(post, layout: layouts.1),
        pairs: wiring.isPlain ? nil : wiring.pairs
      )
      .write(panels: 0..<term.count, to: &term, at: 0, shards: [0, clamped.rows.upperBound])
      for i in 0..<term.depth {
        for j in 0..<columns { sum.weights[index][i * columns + j] -= term[i, j] }
      }
    }
  }
}
