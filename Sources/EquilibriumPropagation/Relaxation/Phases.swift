import EnergyModels
import Tensors

/// The phases that the rules on energies are made of, for one portion of a network.
public struct Phases {
  public let relaxation: Relaxation
  let relaxer: Relaxer

  /// For batches of at most `rows` rows, for which the room is made here.
  public init(
    portion: Portion, relaxation: Relaxation, rows: Int, precision: Precision, neighbours: any Neighbours
  ) {
    self.relaxation = relaxation
    relaxer = Relaxer(
      portion: portion, relaxation: relaxation, rows: rows, precision: precision, neighbours: neighbours)
  }

  var network: Network { relaxer.portion.network }

  /// s⁰: relaxes with β = 0. `start` gives the portion's own units; neighbours' are exchanged first.
  public func free(from start: State, clamped: Clamped, parameters: Parameters) throws -> Settled {
    let start = try relaxer.begin(start, clamped: clamped, parameters: parameters)
    return try relaxer.relax(
      start, descent(beta: 0, clamped), for: relaxation.free, clamped: clamped, parameters: parameters)
  }

  /// s^β: relaxes from s⁰ with the output pulled towards the targets (β > 0) or pushed away (β < 0).
  public func nudged(
    from free: State, beta: Double, for duration: Duration? = nil, clamped: Clamped, parameters: Parameters
  ) throws -> Settled {
    try relaxer.relax(
      free, descent(beta: beta, clamped), for: duration ?? relaxation.nudged, clamped: clamped,
      parameters: parameters)
  }

  /// Relaxes from s⁰ with the output held at y⁰ + share · (d − y⁰), within its range.
  public func clampedOutput(
    from free: State, share: Double, clamped: Clamped, parameters: Parameters
  ) throws -> Settled {
    var start = free
    let k = network.depth
    if relaxer.portion.holds(k), let targets = clamped.targets {
      start[k].moveStates(by: share, towards: targets, activation: network.activation(k), rows: clamped.rows)
    }
    start = try relaxer.share(start, layers: [k], rows: [clamped.rows])
    return try relaxer.relax(
      start, descent(beta: 0, clamped), for: relaxation.nudged, clamped: clamped, parameters: parameters,
      holdsOutput: true)
  }

  private func descent(beta: Double, _ clamped: Clamped) -> EnergyDescent {
    EnergyDescent(network: network, relaxation: relaxation, beta: beta, targets: clamped.targets)
  }
}

extension Phases {
  /// For each row whether C(s^{+β}) ≤ C(s⁰) ≤ C(s^{−β}) is broken; empty where the output is not computed.
  ///
  /// Source: Scellier & Bengio 2017, proposition 1: d C(s^β)/dβ ≤ 0.
  func propositionViolations(free: State, nudged: [(beta: Double, state: State)], clamped: Clamped) -> [Bool]
  {
    let k = network.depth
    guard relaxer.portion.holds(k), let targets = clamped.targets else { return [] }
    return clamped.rows.map { row in
      func cost(_ state: State) -> Double {
        network.cost.value(outputs: state[k].states, targets: targets, rows: row..<row + 1)
      }
      let atRest = cost(free)
      return nudged.contains { beta, state in beta > 0 ? cost(state) > atRest : cost(state) < atRest }
    }
  }

  /// Leaves the violating rows out of a contrast, on every rank of the replica alike: whoever computes the output decides,
  /// and the others hear of it by one maximum of as many numbers as there are rows.
  func reject(_ violations: [Bool], from contrast: inout Contrast, clamped: Clamped) throws {
    var flags = clamped.rows.map { violations.isEmpty || !violations[$0] ? 0.0 : 1.0 }
    try relaxer.neighbours.maximum(&flags)
    contrast.reject(flags.indices.filter { flags[$0] > 0 })
  }

  /// For each row whether E(s) − E(s⁰) < 0, which a minimum s⁰ forbids; empty where the output is not computed.
  ///
  /// Sends, in this portion's replica, one maximum of rows × layers × slices numbers for each state.
  func energyViolations(
    free: State, others: [State], clamped: Clamped, parameters: Parameters
  ) throws -> [Bool] {
    let atRest = try energies(free, clamped: clamped, parameters: parameters)
    var violations = Array(repeating: false, count: clamped.rows.count)
    for state in others {
      let energies = try energies(state, clamped: clamped, parameters: parameters)
      for row in clamped.rows where energies[row] < atRest[row] { violations[row] = true }
    }
    return relaxer.portion.holds(network.depth) ? violations : []
  }

  /// E of each row, its terms added by layer, then slice, on every rank alike.
  private func energies(_ state: State, clamped: Clamped, parameters: Parameters) throws -> [Double] {
    let perRow = network.depth * relaxer.portion.slicing.slices
    // Every term is computed in one place; the others have something smaller, and so has a NaN, which is no maximum.
    var terms = Array(repeating: -Double.infinity, count: clamped.rows.count * perRow)
    for row in clamped.rows {
      for term in parameters.energyTerms(state: state, clamped: clamped, rows: row..<row + 1) {
        terms[row * perRow + (term.layer - 1) * relaxer.portion.slicing.slices + term.slice] =
          term.value.isNaN ? -.infinity : term.value
      }
    }
    try relaxer.neighbours.maximum(&terms)
    return clamped.rows.map { row in
      terms[row * perRow..<(row + 1) * perRow].reduce(0) { $1.isFinite ? $0 + $1 : $0 }
    }
  }
}
