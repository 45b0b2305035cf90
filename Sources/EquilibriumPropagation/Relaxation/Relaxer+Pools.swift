import EnergyModels
import Tensors

extension Relaxer {
  /// Brings the pooled connections that lead to or from some layers up to date, before these move.
  func pool(_ layers: LayerSet, of state: inout State, _ moment: Moment, _ parameters: Parameters)
    throws
  {
    for place in layers.pooled { try pool(place, of: &state, moment, parameters) }
    guard moment.dynamics.parts.contains(.above) else { return }
    for place in layers.pooledAbove {
      for rows in moment.rows { state.spread(portion.pooled[place], rows: rows) }
    }
  }

  private func pool(_ place: Int, of state: inout State, _ moment: Moment, _ parameters: Parameters) throws {
    let (index, keepsSlopes) = (portion.pooled[place], moment.dynamics.keepsSlopes)
    guard !isPooled[place], !keepsSlopes || moment.dynamics.parts.contains(.below) else { return }
    isPooled[place] = true
    for rows in moment.rows {
      parameters.setPooled(&pools[place], index, state: &state, rows: rows, keepsSlopes: keepsSlopes)
    }
    guard !keepsSlopes else { return }
    let rows = moment.rows.map { $0.times(network.wirings[index].before.positions) }
    try neighbours.send(.slopes(index), state.slopes(index), rows: rows)
    try state.withSlopes(index) { try neighbours.receive(.slopes(index), into: &$0, rows: rows) }
  }

  /// Brings all pooled connections up to date with the states at the end of a phase, which contrasts are taken of.
  func completePools(of state: inout State, _ moment: Moment, _ parameters: Parameters) throws {
    for (place, index) in portion.pooled.enumerated() {
      try pool(place, of: &state, moment, parameters)
      for rows in moment.rows { state.spread(index, rows: rows) }
    }
  }
}
