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

  /// What a pooled connection between free layers sends up, of the portion's units, and how each value counts in it.
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
    way.set(&room.values, rows: rows, from: way.known.lowerBound, adding: .zero)
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
    setDrive(
      &drive, of: k, state: state, clamped: clamped,
      partials: { source, add in
        if source.isPooled, let index = network.connection(source.layer, k) {
          var room = Parameters.poolRoom(index, of: portion, rows: rows.upperBound, precision: precision)
          var pooled = state
          setPooled(&room, index, state: &pooled, rows: rows)
          add(&room.pooled)
        } else if source.isPartial, addsSlices {
          var partial = Parameters.partialDrives(
            into: k, from: source.layer, of: portion, rows: rows.upperBound, precision: precision)
          setPartialDrives(&partial, into: k, from: source.layer, state: state, rows: rows)
          add(&partial)
        }
      }, rows: rows, parts: parts)
    return drive
  }
}
