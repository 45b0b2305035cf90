extension Matrix {
  /// self[rows, columns] = ½ (a + b).
  public mutating func setMean(of a: Matrix, _ b: Matrix, rows: Range<Int>, columns: Range<Int>) {
    precision.kernels.pointee.mean_difference(
      rows.count, columns.count, a.pointer(rows, columns), a.stride, b.pointer(rows, columns), b.stride,
      mutablePointer(rows, columns), stride, nil, 0)
  }

  /// self[rows, columns] = a − b.
  public mutating func setDifference(of a: Matrix, _ b: Matrix, rows: Range<Int>, columns: Range<Int>) {
    precision.kernels.pointee.mean_difference(
      rows.count, columns.count, a.pointer(rows, columns), a.stride, b.pointer(rows, columns), b.stride,
      nil, 0, mutablePointer(rows, columns), stride)
  }

  /// Takes a row off each of some rows.
  public mutating func subtract(row other: Matrix, rows: Range<Int>) {
    precision.kernels.pointee.mean_difference(
      rows.count, columns, pointer(rows, 0..<columns), stride, other.pointer(0..<1, 0..<columns), 0, nil, 0,
      mutablePointer(rows, 0..<columns), stride)
  }

  /// Of each of some rows Σ_j x_j w_j over some columns, `w` being a row of as many columns as this; in Float64.
  public func rowDots(_ w: Matrix, rows: Range<Int>, columns: Range<Int>) -> [Double] {
    guard !rows.isEmpty else { return [] }
    return Array(unsafeUninitializedCapacity: rows.count) { buffer, count in
      precision.kernels.pointee.row_dots(
        rows.count, columns.count, pointer(rows, columns), stride, w.pointer(0..<1, columns),
        buffer.baseAddress)
      count = rows.count
    }
  }

  /// Of each of some rows share · self + other share · other, which may be a single row; a share for each.
  public func combined(_ shares: [Double], with other: Matrix, _ others: [Double], rows: Range<Int>) -> Matrix
  {
    precondition(shares.count == rows.count && others.count == rows.count, "a share for each row")
    var out = Matrix(rows: self.rows, columns: columns, precision: precision)
    let (all, step) = (0..<columns, other.rows == 1 ? 0 : other.stride)
    precision.kernels.pointee.combine_rows(
      rows.count, columns, pointer(rows, all), stride, shares,
      other.pointer(step == 0 ? 0..<1 : rows, all), step, others,
      out.mutablePointer(rows, all), out.stride)
    return out
  }

  /// Multiplies some rows by a factor.
  public mutating func scale(by factor: Double, rows: Range<Int>) {
    guard !precision.isHollow else { return rows.isEmpty ? () : makeUnique() }
    for row in rows { for column in 0..<columns { self[row, column] *= factor } }
  }

  /// The complex conjugate of weight · z, of matrices whose lower half of rows holds imaginary parts.
  public mutating func setConjugate(
    of z: Matrix, times weight: (re: Double, im: Double), rows: Range<Int>
  ) {
    let half = self.rows / 2
    let (imaginary, all) = (half + rows.lowerBound..<half + rows.upperBound, 0..<columns)
    precondition(z.rows == self.rows && z.columns == columns, "shapes do not meet")
    precision.kernels.pointee.turn(
      rows.count, columns, weight.re, weight.im, z.pointer(rows, all), z.pointer(imaginary, all), z.stride,
      mutablePointer(rows, all), mutablePointer(imaginary, all), stride)
  }

  /// How many activities of the rows stand at the lower and at the upper bound of ρ's range (within 1 % of it where ρ
  /// is smooth); none where ρ has no upper bound (linear, silu), or no kernel knows it.
  public func countAtBounds(of curve: Curve, rows: Range<Int>, columns: Range<Int>) -> (low: Int, high: Int) {
    var (low, high) = (0, 0)
    if case .own = curve { return (low, high) }
    precision.kernels.pointee.count_bounds(
      rows.count, columns.count, curve.code, pointer(rows, columns), stride, &low, &high
    )
    return (low, high)
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
      rows.count, columns.count, pointer(rows, columns), stride) != 0
  }

  /// self[rows, columns] = ρ(states[rows, columns]).
  public mutating func activate(_ states: Matrix, curve: Curve, rows: Range<Int>, columns: Range<Int>) {
    if case .own(let own) = curve { return activate(own, states, rows: rows, columns: columns) }
    precision.kernels.pointee.activate(
      rows.count, columns.count, curve.code, states.pointer(rows, columns),
      states.stride,
      mutablePointer(rows, columns), stride)
  }

  /// Σ ½ s² − activity · drive over rows, then columns, in Float64, with s = self; `drive` begins at `driveFrom`.
  public func energy(
    activity: Matrix, drive: Matrix, driveFrom: Int, rows: Range<Int>, columns: Range<Int>
  ) -> Double {
    precision.kernels.pointee.energy(
      rows.count, columns.count, pointer(rows, columns), stride, activity.pointer(rows, columns),
      activity.stride, drive.pointer(rows, driveFrom..<driveFrom + columns.count), drive.stride)
  }

  /// Of each of some rows Σ_j ln(1 + e^{scale · (x_j − ½)}) over so many columns, less the same of `less` where that is not
  /// 0; in Float64.
  public func softplusSums(scale: Double, less: Double = 0, rows: Range<Int>, from: Int = 0, columns: Int)
    -> [Double]
  {
    guard !rows.isEmpty else { return [] }
    return Array(unsafeUninitializedCapacity: rows.count) { buffer, count in
      precision.kernels.pointee.softplus_sums(
        rows.count, columns, pointer(rows, from..<from + columns), stride, scale, less, buffer.baseAddress)
      count = rows.count
    }
  }

  /// Σ ½ (self − targets)² over rows, then columns, in Float64.
  public func squaredError(_ targets: Matrix, rows: Range<Int>) -> Double {
    precision.kernels.pointee.squared_error(
      rows.count, columns, pointer(rows, 0..<columns), stride, targets.pointer(rows, 0..<columns),
      targets.stride)
  }

  /// For each of the first `rows` rows the column of its largest element, the first of equals.
  public func largestColumns(rows: Int) -> [Int] {
    precondition(rows <= self.rows, "outside the matrix")
    // Of no rows all arrays share one empty storage, which two threads must not write, were it the same count.
    guard rows > 0 else { return [] }
    return Array(unsafeUninitializedCapacity: rows) { buffer, count in
      if let out = buffer.baseAddress {
        precision.kernels.pointee.largest_columns(rows, columns, pointer(0, 0), stride, out)
      }
      count = rows
    }
  }
}
