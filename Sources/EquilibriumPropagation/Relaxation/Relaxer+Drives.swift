import EnergyModels
import Tensors

extension Relaxer {
  /// What drives layer k, or parts of it, in order; what others compute of it is taken in when its turn comes, after what is
  /// computed here.
  mutating func setDrive(
    of k: Int, _ parts: DriveParts, _ path: inout Trajectory, _ parameters: Parameters
  ) throws {
    guard try !addDrives(of: k, parts, isFirst: true, &path, parameters) else { return }
    for rows in path.rows {
      drives[k - portion.layers.lowerBound].set(
        rows: rows.times(network.positions(k)),
        parameters.constant(
          of: k, clamped: path.clamped,
          counts: parts.contains(.constant) && rows.lowerBound < path.clamped.rows.upperBound))
    }
  }

  /// Whether what a layer sends is the same in every iteration: of an input of states that is held.
  private func isHeld(_ driver: Driver, in phase: Phase) -> Bool {
    phase.holdsInput && driver.layer == 0 && phase.duration.atMost > 1 && !driver.isPartial
      && !driver.isElsewhere && !driver.isPooled
  }

  /// Goes on with the drive of layer k by some parts of it, or begins with them; whether there are any.
  @discardableResult
  mutating func addDrives(
    of k: Int, _ parts: DriveParts, isFirst: Bool = false, _ path: inout Trajectory, _ parameters: Parameters
  ) throws -> Bool {
    let own = k - portion.layers.lowerBound
    var (isFirst, isDriven) = (isFirst, false)
    for (index, driver) in portion.drivers(of: k).enumerated() where driver.counts(in: parts) {
      let isHeld = isFirst && isHeld(driver, in: path.phase)
      if isHeld, let held = heldDrives[k] {
        for rows in path.rows { drives[own].set(rows: rows, .matrix(held)) }
        (isFirst, isDriven) = (false, true)
        continue
      }
      if driver.isPartial || driver.isElsewhere {
        try neighbours.receive(
          .partialDrives(into: k, from: driver.layer), into: &partials[own][index]!,
          rows: positions(k, path.rows))
      }
      for rows in path.rows {
        // Bias and input are real: imaginary parts have none.
        let base: Addend =
          isFirst
          ? parameters.constant(
            of: k, clamped: path.clamped,
            counts: parts.contains(.constant) && rows.lowerBound < path.clamped.rows.upperBound) : .itself
        if driver.isPooled, let pool = portion.pool(into: k, from: driver.layer) {
          parameters.add(&pools[pool].pooled, from: driver, to: &drives[own], of: k, onto: base, rows: rows)
        } else if driver.isPartial || driver.isElsewhere {
          parameters.add(
            &partials[own][index]!, from: driver, to: &drives[own], of: k, onto: base, rows: rows)
        } else {
          parameters.drive(&drives[own], of: k, from: driver, state: path.state, onto: base, rows: rows)
        }
      }
      (isFirst, isDriven) = (false, true)
      if isHeld { heldDrives[k] = drives[own] }
    }
    return isDriven
  }

  mutating func sendDrivesBelow(_ index: Int, _ path: inout Trajectory, _ parameters: Parameters)
    throws
  {
    guard path.phase.dynamics.parts.contains(.above) else { return }
    let connection = network.connections[portion.descending[index]]
    let (j, k) = (connection.source, connection.target)
    for rows in path.rows {
      parameters.setPartialDrives(&descending[index], into: j, from: k, state: path.state, rows: rows)
    }
    try neighbours.send(
      .partialDrives(into: j, from: k), descending[index], rows: positions(j, path.rows))
  }

  mutating func sendPartialDrives(into k: Int, _ path: inout Trajectory, _ parameters: Parameters)
    throws
  {
    let own = k - portion.layers.lowerBound
    for (i, driver) in portion.drivers(of: k).enumerated()
    where driver.isPartial && !driver.isElsewhere && driver.counts(in: path.phase.dynamics.parts) {
      for rows in path.rows {
        parameters.setPartialDrives(
          &partials[own][i]!, into: k, from: driver.layer, state: path.state, rows: rows)
      }
      try neighbours.send(
        .partialDrives(into: k, from: driver.layer), partials[own][i]!, rows: positions(k, path.rows))
    }
  }
}
