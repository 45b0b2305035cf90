extension Matrix {
  /// self[rows, columns] −= other[rows, columns].
  public mutating func subtract(rows: Range<Int>, columns: Range<Int>, _ other: Matrix) {
    precision.kernels.pointee.subtract(
      rows.count, columns.count, mutablePointer(rows.lowerBound, columns.lowerBound), stride,
      other.pointer(rows.lowerBound, columns.lowerBound), other.stride)
  }

  /// self[row, :] = table[bytes], unit by unit; `table` has 256 elements.
  public mutating func look(up bytes: ArraySlice<UInt8>, in table: Matrix, row: Int) {
    precondition(bytes.count <= columns && table.columns == 256, "shapes do not meet")
    let out = mutablePointer(row, 0)
    bytes.withUnsafeBufferPointer {
      precision.kernels.pointee.look_up($0.count, $0.baseAddress, table.pointer(0, 0), out)
    }
  }

  /// Whether the rows hold neither an infinity nor a NaN.
  public func isFinite(rows: Range<Int>, columns: Range<Int>) -> Bool {
    precision.kernels.pointee.finite(
      rows.count, columns.count, pointer(rows.lowerBound, columns.lowerBound), stride) != 0
  }

  /// self[rows, columns] = ρ(states[rows, columns]).
  public mutating func activate(_ states: Matrix, curve: Curve, rows: Range<Int>, columns: Range<Int>) {
    precision.kernels.pointee.activate(
      rows.count, columns.count, curve.code, states.pointer(rows.lowerBound, columns.lowerBound),
      states.stride,
      mutablePointer(rows.lowerBound, columns.lowerBound), stride)
  }

  /// Σ ½ s² − activity · drive over rows, then columns, in Float64, with s = self; `drive` begins at `driveFrom`.
  public func energy(
    activity: Matrix, drive: Matrix, driveFrom: Int, rows: Range<Int>, columns: Range<Int>
  ) -> Double {
    let (row, column) = (rows.lowerBound, columns.lowerBound)
    return precision.kernels.pointee.energy(
      rows.count, columns.count, pointer(row, column), stride, activity.pointer(row, column), activity.stride,
      drive.pointer(row, driveFrom), drive.stride)
  }

  /// Σ ½ (self − targets)² over rows, then columns, in Float64.
  public func squaredError(_ targets: Matrix, rows: Range<Int>) -> Double {
    precision.kernels.pointee.squared_error(
      rows.count, columns, pointer(rows.lowerBound, 0), stride, targets.pointer(rows.lowerBound, 0),
      targets.stride)
  }

  /// For each of the first `rows` rows the column of its largest element, the first of equals.
  public func largestColumns(rows: Int) -> [Int] {
    precondition(rows <= self.rows, "outside the matrix")
    return Array(unsafeUninitializedCapacity: rows) { buffer, count in
      if let out = buffer.baseAddress {
        precision.kernels.pointee.largest_columns(rows, columns, pointer(0, 0), stride, out)
      }
      count = rows
    }
  }
}
