import EnergyModels
import Tensors

extension Method {
  /// For each row whether it broke what the rule promises; empty where nothing is promised or the output is not computed.
  ///
  /// Energies are compared over all portions: that sends, in this portion's replica, one maximum of rows × layers × slices
  /// numbers for each state.
  func violations(
    _ phases: [Phase], _ form: ContrastForm, ends: [Settled], clamped: Clamped, parameters: Parameters
  ) throws -> [Bool] {
    switch form.promise {
    case nil: []
    case .cost:
      costViolations(
        free: ends[0].state,
        nudged: zip(phases, ends).compactMap { phase, end in phase.beta.map { ($0, end.state) } },
        clamped: clamped)
    case .energy:
      try energyViolations(
        free: ends[0].state, others: zip(phases, ends).filter { $0.0.held != nil }.map(\.1.state),
        clamped: clamped, parameters: parameters)
    }
  }

  /// For each row whether C(s^{+β}) ≤ C(s⁰) ≤ C(s^{−β}) is broken.
  private func costViolations(
    free: State, nudged: [(beta: Double, state: State)], clamped: Clamped
  ) -> [Bool] {
    let k = network.output
    guard portion.holds(k), let targets = clamped.targets else { return [] }
    let (free, nudged) = (free[k].states, nudged.map { ($0.beta, outputs: $0.state[k].states) })
    return clamped.rows.map { row in
      func cost(_ outputs: Matrix) -> Double {
        network.cost.value(outputs: outputs, targets: targets, rows: row..<row + 1)
      }
      let atRest = cost(free)
      return nudged.contains { beta, outputs in beta > 0 ? cost(outputs) > atRest : cost(outputs) < atRest }
    }
  }

  /// Leaves the violating rows out of a contrast, on every rank of the replica alike: whoever computes the output decides,
  /// and the others hear of it by one maximum of as many numbers as there are rows.
  func reject(_ violations: [Bool], from contrast: inout Contrast, _ clamped: Clamped) throws {
    var flags = clamped.rows.map { violations.isEmpty || !violations[$0] ? 0.0 : 1.0 }
    try neighbours.maximum(&flags)
    contrast.reject(flags.indices.filter { flags[$0] > 0 })
  }

  /// For each row whether E(s) − E(s⁰) < 0, which a minimum s⁰ forbids.
  private func energyViolations(
    free: State, others: [State], clamped: Clamped, parameters: Parameters
  ) throws -> [Bool] {
    let atRest = try energies(free, clamped: clamped, parameters: parameters)
    var violations = Array(repeating: false, count: clamped.rows.count)
    for state in others {
      let energies = try energies(state, clamped: clamped, parameters: parameters)
      for row in clamped.rows where energies[row] < atRest[row] { violations[row] = true }
    }
    return portion.holds(network.output) ? violations : []
  }

  /// E of each row, its terms added by layer, then slice, on every rank alike.
  private func energies(_ state: State, clamped: Clamped, parameters: Parameters) throws -> [Double] {
    let perRow = network.states.count * portion.slicing.slices
    // Every term is computed in one place; the others have something smaller, and so has a NaN, which is no maximum.
    var terms = Array(repeating: -Double.infinity, count: clamped.rows.count * perRow)
    let found = parameters.energyTerms(
      state: state, clamped: clamped, parts: clamped.rows.map { $0..<$0 + 1 })
    for (row, its) in zip(clamped.rows, found) {
      for term in its {
        terms[row * perRow + (term.layer - network.states.lowerBound) * portion.slicing.slices + term.slice] =
          term.value.isNaN ? -.infinity : term.value
      }
    }
    try neighbours.maximum(&terms)
    return clamped.rows.map { row in
      terms[row * perRow..<(row + 1) * perRow].reduce(0) { $1.isFinite ? $0 + $1 : $0 }
    }
  }
}
