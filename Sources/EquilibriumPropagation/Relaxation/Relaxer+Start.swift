import EnergyModels
import Tensors

/// Where phases begin.
extension Relaxer {
  /// Where the run lets examples begin.
  mutating func begin(
    _ start: consuming State, instant: Instant, clamped: Clamped, parameters: Parameters
  ) throws -> State {
    let start = try atLabels(consume start, clamped)
    switch relaxation.start {
    case .zero: return atInput(start, clamped)
    case .persistent: return try share(start, layers: Array(network.states), rows: [clamped.rows])
    case .forward:
      var first = instant
      first.phase = -1
      return try run(
        .guess, from: atInput(start, clamped), instant: first, ends: [], clamped: clamped,
        parameters: parameters
      ).state
    }
  }

  /// The states of an input that is not clamped at x, wherever they are known; nobody needs to be told.
  private func atInput(_ start: consuming State, _ clamped: Clamped) -> State {
    var state = consume start
    guard network.isState(0), state.known.contains(0), let x = clamped.input else { return state }
    state[0].setStates(x, activation: network.activation(0), rows: clamped.rows)
    return state
  }

  /// The layers that labels clamp there, wherever they are known.
  private func atLabels(_ start: consuming State, _ clamped: Clamped) throws -> State {
    guard !network.clampedLayers.isEmpty else { return start }
    var state = consume start
    for k in network.clampedLayers where portion.holds(k) {
      guard let labels = clamped.labels else {
        preconditionFailure("a layer that labels clamp without labels")
      }
      state[k].setStates(labels, activation: network.activation(k), rows: clamped.rows)
    }
    return try share(consume state, layers: network.clampedLayers, rows: [clamped.rows])
  }

  /// The output at y + share · (d − y), within its range.
  func hold(_ start: consuming State, at share: Double, clamped: Clamped) throws -> State {
    var state = consume start
    let k = network.output
    if portion.holds(k), let targets = clamped.targets {
      state[k].moveStates(by: share, towards: targets, activation: network.activation(k), rows: clamped.rows)
    }
    return try self.share(consume state, layers: [k], rows: [clamped.rows])
  }

  /// Hands ρ of some layers to whoever needs it and takes in theirs.
  func share(_ start: consuming State, layers: [Int], rows: [Range<Int>]) throws -> State {
    var state = consume start
    for k in layers where portion.holds(k) {
      try neighbours.send(.activity(k), state.activity(k), rows: positions(k, rows))
    }
    for k in layers where state.known.contains(k) { try receiveActivity(k, into: &state, rows: rows) }
    return state
  }
}
