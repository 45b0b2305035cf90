import Tensors

extension Parameters {
  /// Room for what a pooled connection computes before and after pooling, for so many examples.
  public static func poolRoom(_ index: Int, of portion: Portion, rows: Int, precision: Precision) -> (
    values: Matrix, pooled: Matrix
  ) {
    let wiring = portion.network.wirings[index]
    let units = portion.units(portion.network.connections[index].target).count
    return (
      Matrix(rows: rows * wiring.before.positions, columns: units, precision: precision),
      Matrix(rows: rows * wiring.above.positions, columns: units, precision: precision)
    )
  }

  /// What a pooled connection between layers of states sends up, of the portion's units, and how each value counts in it.
  ///
  /// - Parameters:
  ///   - room: see `poolRoom`; `pooled` is what drives the layer above.
  ///   - keepsSlopes: leaves the state's slopes as they are: how the pooled values respond to a small change.
  public func setPooled(
    _ room: inout (values: Matrix, pooled: Matrix), _ index: Int, state: inout State, rows: Range<Int>,
    keepsSlopes: Bool = false
  ) {
    let (j, k) = (portion.network.connections[index].source, portion.network.connections[index].target)
    guard let way = way(into: k, from: j, state: state), let pool = self[connection: index].wiring.pool else {
      preconditionFailure("a pooled connection that is held here")
    }
    way.set(&room.values, rows: rows, adding: .zero)
    if keepsSlopes {
      room.pooled.setPooledResponse(
        examples: rows, to: room.values, by: pool, slopes: state.slopes(index), columns: portion.units(k))
    } else {
      state.withSlopes(index) {
        room.pooled.setPooled(
          examples: rows, of: room.values, by: pool, slopes: &$0, columns: portion.units(k))
      }
    }
  }

  /// The drive of layer k, or the asked parts of it, where the portion is the whole network, cut or not.
  ///
  /// - Parameter addsSlices: without, what is a sum over slices of another layer is left out.
  public func drive(
    of k: Int, state: State, clamped: Clamped, rows: Range<Int>, parts: DriveParts = .all,
    addsSlices: Bool = true
  ) -> Matrix {
    let network = portion.network
    var drive = Matrix(
      rows: rows.upperBound * network.positions(k), columns: portion.units(k).count, precision: precision)
    var base = constant(of: k, clamped: clamped, counts: parts.contains(.constant))
    for driver in portion.drivers(of: k) where parts.contains(driver.isBelow ? .below : .above) {
      if driver.isPooled, let index = network.connection(driver.layer, k) {
        var room = Parameters.poolRoom(index, of: portion, rows: rows.upperBound, precision: precision)
        var pooled = state
        setPooled(&room, index, state: &pooled, rows: rows)
        add(&room.pooled, from: driver, to: &drive, of: k, onto: base, rows: rows)
      } else if driver.isPartial {
        guard addsSlices else { continue }
        var partial = Parameters.partialDrives(
          into: k, from: driver.layer, of: portion, rows: rows.upperBound, precision: precision)
        setPartialDrives(&partial, into: k, from: driver.layer, state: state, rows: rows)
        add(&partial, from: driver, to: &drive, of: k, onto: base, rows: rows)
      } else {
        self.drive(&drive, of: k, from: driver, state: state, onto: base, rows: rows)
      }
      base = .itself
    }
    drive.set(rows: rows.times(network.positions(k)), base)
    return drive
  }
}
