/// Pixels on their way into a row: how many numbers each has, and whether the last one goes first.
public struct PixelOrder: Equatable, Sendable {
  /// At least 1; they keep their order where pixels are mirrored.
  public var channels: Int
  public var isMirrored: Bool

  public init(channels: Int, isMirrored: Bool) {
    precondition(channels > 0, "a pixel has channels")
    (self.channels, self.isMirrored) = (channels, isMirrored)
  }
}

// Guarantees: what is written lies within one row; the other rows and the padding stay as they are.
extension Matrix {
  /// self[row, column + i] = table[c, bytes[i]] with c = i mod channels, pixel by pixel in an order.
  ///
  /// - Parameter table: channels × 256, or 1 × 256 where all channels are alike.
  public mutating func look(
    up bytes: ArraySlice<UInt8>, in table: Matrix, row: Int, column: Int, order: PixelOrder
  ) {
    precondition(column >= 0 && column + bytes.count <= columns && table.columns == 256, "shapes do not meet")
    precondition(table.rows == 1 || table.rows == order.channels, "a row of the table for every channel")
    precondition(precision == table.precision, "matrices of two precisions")
    if column == 0 && table.rows == 1 && !order.isMirrored { return look(up: bytes, in: table, row: row) }
    let (out, values) = (mutablePointer(row, column), table.pointer(0, 0))
    let stride = table.rows == 1 ? 0 : table.stride
    switch precision {
    case .float32:
      lookUp(
        bytes, values.assumingMemoryBound(to: Float.self), stride, out.assumingMemoryBound(to: Float.self),
        order)
    case .float64:
      lookUp(
        bytes, values.assumingMemoryBound(to: Double.self), stride, out.assumingMemoryBound(to: Double.self),
        order)
    case .hollow32, .hollow64: break
    }
  }

  /// self[row, column + i] = (floats[i] / divisor − mean[c]) / deviation[c] with c = i mod channels, computed in Float64,
  /// pixel by pixel in an order.
  ///
  /// - Parameter floats: the bytes of little-endian Float32 numbers.
  public mutating func scale(
    _ floats: ArraySlice<UInt8>, divisor: Double, mean: [Double], deviation: [Double], row: Int, column: Int,
    order: PixelOrder
  ) {
    let (count, channels) = (floats.count / 4, order.channels)
    precondition(column >= 0 && column + count <= columns, "shapes do not meet")
    precondition(mean.count == channels && deviation.count == channels, "a mean and a deviation a channel")
    let out = mutablePointer(row, column)
    floats.withUnsafeBytes { floats in
      for pixel in 0..<count / channels {
        let from = (order.isMirrored ? count / channels - 1 - pixel : pixel) * channels
        for c in 0..<channels {
          let bits = UInt32(
            littleEndian: floats.loadUnaligned(fromByteOffset: 4 * (from + c), as: UInt32.self))
          let value = (Double(Float(bitPattern: bits)) / divisor - mean[c]) / deviation[c]
          let i = pixel * channels + c
          switch precision {
          case .float32: out.storeBytes(of: Float(value), toByteOffset: 4 * i, as: Float.self)
          case .float64: out.storeBytes(of: value, toByteOffset: 8 * i, as: Double.self)
          case .hollow32, .hollow64: break
          }
        }
      }
    }
  }
}

/// `values` has a stretch of 256 for every channel, `stride` apart.
private func lookUp<Scalar>(
  _ bytes: ArraySlice<UInt8>, _ values: UnsafePointer<Scalar>, _ stride: Int,
  _ out: UnsafeMutablePointer<Scalar>, _ order: PixelOrder
) {
  let channels = order.channels
  bytes.withUnsafeBufferPointer { bytes in
    guard let start = bytes.baseAddress else { return }
    let pixels = bytes.count / channels
    let step = order.isMirrored ? -channels : channels
    for c in 0..<channels {
      let values = values + c * stride
      var (from, to) = (start + (order.isMirrored ? (pixels - 1) * channels : 0) + c, out + c)
      for _ in 0..<pixels {
        to.pointee = values[Int(from.pointee)]
        from += step
        to += channels
      }
    }
  }
}
