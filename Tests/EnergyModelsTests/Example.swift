import EnergyModels
import Tensors

/// A network with drawn weights, biases, inputs, targets and states, in whole or as one portion of it.
struct Example {
  let network: Network
  var parameters: Parameters
  var clamped: Clamped
  var state: State

  static let shards = [0, 2, 5]
  static let rows = 5

  /// States lie in (0.1, 0.9), where every activation is smooth.
  init(_ network: Network, portion: Portion? = nil, precision: Precision = .float64) {
    let portion = portion ?? Portion(whole: network)
    self.network = network
    var parameters = Parameters(portion: portion, precision: precision)
    parameters.initialize(.uniform(gain: 0.7), seed: 7)
    let random = CounterRandom(seed: 8, purpose: .weights)
    for k in portion.layers {
      for (place, unit) in portion.units(k).enumerated() {
        parameters[bias: k][0, place] = random.unit(unit, k, 0) - 0.5
      }
    }
    let input = Matrix(rows: Self.rows, columns: network.inputs, precision: precision) {
      random.unit($0, $1, 1)
    }
    let targets = Matrix(rows: Self.rows, columns: network.units(network.depth), precision: precision) {
      random.unit($0, $1, 2) > 0.5 ? 1 : 0
    }
    clamped = Clamped(
      shards: Self.shards, input: portion.seesInput ? input : nil,
      targets: portion.holds(network.depth) ? targets : nil, parameters: parameters)
    self.parameters = parameters
    var state = State(rows: Self.rows, portion: portion, precision: precision)
    for k in state.known {
      let rows = Self.rows * network.positions(k)
      state[k].states = Matrix(rows: rows, columns: network.units(k), precision: precision) {
        0.1 + 0.8 * random.unit($0, $1, 10 + k)
      }
      state[k].refreshActivity(network.activation(k), rows: 0..<rows, columns: 0..<network.units(k))
    }
    self.state = state
  }

  /// The drive of the units of layer k held here, from the states given; partial drives as a portion alone finds them.
  func drive(_ k: Int, state: State? = nil, partials: [Int: PartialDrives]? = nil) -> Matrix {
    let portion = parameters.portion
    var state = state ?? self.state
    var drive = Matrix(
      rows: Self.rows * network.positions(k), columns: portion.units(k).count,
      precision: parameters.precision)
    var partials = partials ?? partialDrives(into: k, state: state)
    for index in portion.pooled {
      var room = Parameters.poolRoom(
        index, of: portion, rows: Self.rows, precision: parameters.precision)
      parameters.setPooled(&room, index, state: &state, rows: 0..<Self.rows)
      state.spread(index, rows: 0..<Self.rows)
      if network.connections[index].target == k { partials[network.connections[index].source] = room.pooled }
    }
    var base = parameters.constant(of: k, clamped: clamped)
    for driver in portion.drivers(of: k) {
      if driver.isPartial || driver.isElsewhere || driver.isPooled {
        parameters.add(
          &partials[driver.layer]!, from: driver, to: &drive, of: k, onto: base, rows: 0..<Self.rows)
      } else {
        parameters.drive(&drive, of: k, from: driver, state: state, onto: base, rows: 0..<Self.rows)
      }
      base = .itself
    }
    return drive
  }

  /// What this portion computes of the partial drives into layer k, for each neighbour that sends such.
  func partialDrives(into k: Int, state: State) -> [Int: PartialDrives] {
    let portion = parameters.portion
    var partials: [Int: PartialDrives] = [:]
    let sources =
      portion.holds(k)
      ? portion.drivers(of: k).map(\.layer)
      : network.neighbours(k).filter { $0 > k && portion.holds($0) }
    for j in sources
    where portion.isPartial(into: k, from: j) || j > portion.layers.upperBound || !portion.holds(k) {
      var partial = Parameters.partialDrives(
        into: k, from: j, of: portion, rows: Self.rows, precision: parameters.precision)
      parameters.setPartialDrives(&partial, into: k, from: j, state: state, rows: 0..<Self.rows)
      partials[j] = partial
    }
    return partials
  }
}
