// Guarantees: what is written lies within one row; the other rows and the padding stay as they are.

extension Matrix {
  /// self[row, column + i] = table[i mod channels, bytes[i]]; `table` is channels × 256.
  public mutating func look(up bytes: ArraySlice<UInt8>, in table: Matrix, row: Int, column: Int) {
    precondition(column >= 0 && column + bytes.count <= columns && table.columns == 256, "shapes do not meet")
    precondition(precision == table.precision, "matrices of two precisions")
    if column == 0 && table.rows == 1 { return look(up: bytes, in: table, row: row) }
    let (out, values) = (mutablePointer(row, column), table.pointer(0, 0))
    switch precision {
    case .float32:
      lookUp(
        bytes, values.assumingMemoryBound(to: Float.self), table, out.assumingMemoryBound(to: Float.self))
    case .float64:
      lookUp(
        bytes, values.assumingMemoryBound(to: Double.self), table, out.assumingMemoryBound(to: Double.self))
    }
  }

  /// self[row, column + i] = (floats[i] / divisor − mean[c]) / deviation[c] with c = i mod channels, computed in Float64.
  ///
  /// - Parameter floats: the bytes of little-endian Float32 numbers.
  public mutating func scale(
    _ floats: ArraySlice<UInt8>, divisor: Double, mean: [Double], deviation: [Double], row: Int, column: Int
  ) {
    let count = floats.count / 4
    precondition(column >= 0 && column + count <= columns, "shapes do not meet")
    precondition(!mean.isEmpty && mean.count == deviation.count, "a mean and a deviation a channel")
    let out = mutablePointer(row, column)
    floats.withUnsafeBytes { floats in
      var channel = 0
      for i in 0..<count {
        let bits = UInt32(littleEndian: floats.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self))
        let value = (Double(Float(bitPattern: bits)) / divisor - mean[channel]) / deviation[channel]
        switch precision {
        case .float32: out.storeBytes(of: Float(value), toByteOffset: 4 * i, as: Float.self)
        case .float64: out.storeBytes(of: value, toByteOffset: 8 * i, as: Double.self)
        }
        channel = channel + 1 == mean.count ? 0 : channel + 1
      }
    }
  }
}

private func lookUp<Scalar>(
  _ bytes: ArraySlice<UInt8>, _ values: UnsafePointer<Scalar>, _ table: Matrix,
  _ out: UnsafeMutablePointer<Scalar>
) {
  let (end, stride) = (table.rows * table.stride, table.stride)
  bytes.withUnsafeBufferPointer { bytes in
    var first = 0
    for i in 0..<bytes.count {
      out[i] = values[first + Int(bytes[i])]
      first = first + stride == end ? 0 : first + stride
    }
  }
}
