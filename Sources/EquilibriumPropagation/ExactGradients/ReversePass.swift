import EnergyModels
import Tensors

/// The reverse sweep of backpropagation through time: where it has come to, dC/ds there, and −dC/dθ of what lies behind.
struct ReversePass {
  private let parameters: Parameters
  private let clamped: Clamped
  /// dC/ds_k for each layer, rows × n_k.
  private var slopes: [Matrix]
  /// The sum over the batch and the iterations passed.
  private var sum: Gradient

  var depth: Int { slopes.count }
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
    slopes = (1...network.depth).map { k in
      guard k == network.depth else {
        return Matrix(rows: rows, columns: network.units(k), precision: .float64)
      }
      let outputs = last[k].states
      return switch network.cost {
      case .squaredError:
        Matrix(rows: rows, columns: outputs.columns, precision: .float64) {
          outputs[$0, $1] - targets[$0, $1]
        }
      }
    }
  }

  /// Goes back through one move of some layers at once, each driven by its neighbours before it.
  mutating func goBack(_ moved: [Int], _ move: UnitMove, from after: State, to before: State) {
    // dC/dD_k of the layers moved; the others' slopes pass as they are.
    var pulls: [Int: Matrix] = [:]
    for k in moved { pulls[k] = goBack(k, move, from: after[k], to: before) }
    for k in 1...depth {
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
    let (slope, moved, now, activity) = (slopes[k - 1], after.states, before[k].states, before.activity(k))
    let (rows, columns) = (slope.rows, slope.columns)
    var drive = Matrix(rows: rows, columns: columns, precision: .float64)
    if !activation.isStraight {
      parameters.setDrive(
        &drive, of: k, state: before, clamped: clamped, partials: { _, _ in }, rows: clamped.rows)
    }
    func unit(_ i: Int, _ j: Int) -> (own: Double, drive: Double) {
      move.slopes(
        MovedUnit(
          activation: activation, state: now[i, j], activity: activity[i, j], drive: drive[i, j],
          next: moved[i, j]))
    }
    slopes[k - 1] = Matrix(rows: rows, columns: columns, precision: .float64) {
      unit($0, $1).own * slope[$0, $1]
    }
    return Matrix(rows: rows, columns: columns, precision: .float64) { unit($0, $1).drive * slope[$0, $1] }
  }

  /// dC/ds_k += ρ′(s_k) (Σ_{j<k} W_{jk}ᵀ dC/dD_j + Σ_{i>k} W_{ki} dC/dD_i).
  private mutating func addThroughDrives(_ k: Int, _ pulls: [Int: Matrix], _ before: State) {
    let (activation, states, activity) = (network.activation(k), before[k].states, before.activity(k))
    var felt = Matrix(rows: activity.rows, columns: activity.columns, precision: .float64)
    for weights in parameters.connections {
      let (j, i) = (weights.connection.source, weights.connection.target)
      if i == k, let below = pulls[j] {
        felt.setProduct(rows: clamped.rows, of: below, with: weights.forward, adding: .itself)
      } else if j == k, let above = pulls[i], let backward = weights.backward {
        felt.setProduct(rows: clamped.rows, of: above, with: backward, adding: .itself)
      }
    }
    let slope = slopes[k - 1]
    slopes[k - 1] = Matrix(rows: slope.rows, columns: slope.columns, precision: .float64) {
      let (first, _) = activation.derivatives(states[$0, $1], activity: activity[$0, $1])
      return slope[$0, $1] + first * felt[$0, $1]
    }
  }

  private mutating func addToBias(_ k: Int, _ pull: Matrix) {
    for i in clamped.rows { for j in 0..<pull.columns { sum.biases[k - 1][j] -= pull[i, j] } }
  }

  /// −dC/dW_{jk} = −Σ ρ(s_j) (dC/dD_k)ᵀ + dC/dD_j ρ(s_k)ᵀ.
  private mutating func addToWeights(_ index: Int, _ pulls: [Int: Matrix], _ before: State) {
    typealias End = ContrastSum.End
    let (j, k) = (network.connections[index].source, network.connections[index].target)
    guard let activityBelow = j == 0 ? clamped.input : before.activity(j) else { return }
    var terms: [(End, End)] = []
    if let above = pulls[k] { terms.append((End(activityBelow), End(above))) }
    if let below = pulls[j] { terms.append((End(below), End(before.activity(k)))) }
    for (pre, post) in terms {
      let columns = post.values.columns
      var term = Panels(depth: pre.values.columns, columns: columns, precision: .float64)
      ContrastSum(pre: pre, post: post)
        .write(panels: 0..<term.count, to: &term, at: 0, shards: [0, clamped.rows.upperBound])
      for i in 0..<term.depth {
        for j in 0..<columns { sum.weights[index][i * columns + j] -= term[i, j] }
      }
    }
  }
}
