import EnergyModels
import Tensors

extension Relaxer {
  /// Brings the pooled connections that lead to or from some layers up to date, before these move.
  mutating func pool(_ layers: LayerSet, _ path: inout Trajectory, _ parameters: Parameters) throws {
    for pool in layers.pooled { try self.pool(pool, path.rows, &path, parameters) }
    guard path.phase.dynamics.parts.contains(.above) else { return }
    for pool in layers.pooledAbove {
      for rows in path.rows { path.state.spread(portion.pooled[pool], rows: rows) }
    }
  }

  private mutating func pool(
    _ pool: Int, _ moving: [Range<Int>], _ path: inout Trajectory, _ parameters: Parameters
  ) throws {
    let (index, dynamics) = (portion.pooled[pool], path.phase.dynamics)
    guard !isPooled[pool], !dynamics.keepsSlopes || dynamics.parts.contains(.below) else { return }
    isPooled[pool] = true
    for rows in moving {
      parameters.setPooled(
        &pools[pool], index, state: &path.state, rows: rows, keepsSlopes: dynamics.keepsSlopes)
    }
    guard !dynamics.keepsSlopes else { return }
    let rows = moving.map { $0.times(network.wirings[index].before.positions) }
    try neighbours.send(.slopes(index), path.state.slopes(index), rows: rows)
    try path.state.withSlopes(index) { try neighbours.receive(.slopes(index), into: &$0, rows: rows) }
  }

  /// Takes over what the states that a phase begins with were pooled to; whether that is known.
  mutating func takePools(_ phase: Phase, _ ends: [Settled]) -> Bool {
    guard let continued = phase.continued, ends.indices.contains(continued),
      ends[continued].pooled.count == pools.count
    else { return false }
    for (index, pooled) in ends[continued].pooled.enumerated() { pools[index].pooled = pooled }
    return true
  }

  /// Brings all pooled connections up to date with the states as they are, which contrasts are taken of.
  mutating func completePools(_ path: inout Trajectory, _ parameters: Parameters) throws {
    for (pool, index) in portion.pooled.enumerated() {
      try self.pool(pool, path.allRows, &path, parameters)
      for rows in path.allRows { path.state.spread(index, rows: rows) }
    }
  }
}
