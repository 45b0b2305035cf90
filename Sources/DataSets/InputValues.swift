import Tensors

/// The type of the numbers that a data set stores for an input.
public enum StoredScalar: String, Sendable {
  case byte
  case float32

  /// Bytes of one number.
  public var size: Int { self == .byte ? 1 : 4 }
}

/// How a data set's stored numbers become inputs: x = (stored/divisor − mean)/deviation, with a mean and a deviation of
/// each channel, computed in Float64 and rounded once.
public struct InputValues: Sendable {
  /// Height, width, channels.
  public let extents: [Int]
  /// Of the stored numbers.
  public let scalar: StoredScalar
  /// Of the inputs.
  public let precision: Precision
  private let divisor: Double
  private let mean: [Double]
  private let deviation: [Double]
  /// x of each byte: channels × 256, or 1 × 256 where all channels are alike.
  private let table: Matrix

  init(
    extents: [Int], scalar: StoredScalar, divisor: Double, normalization: Normalization?, precision: Precision
  ) {
    let channels = extents[extents.count - 1]
    let mean = normalization?.mean ?? Array(repeating: 0, count: channels)
    let deviation = normalization?.deviation ?? Array(repeating: 1, count: channels)
    precondition(mean.count == channels && deviation.count == channels, "one number a channel")
    (self.extents, self.scalar, self.divisor, self.precision) = (extents, scalar, divisor, precision)
    (self.mean, self.deviation) = (mean, deviation)
    table = Matrix(rows: normalization == nil ? 1 : channels, columns: 256, precision: precision) {
      (Double($1) / divisor - mean[$0]) / deviation[$0]
    }
  }

  /// Bytes of the table that looks them up.
  public var byteCount: Int {
    Self.byteCount(channels: table.rows, precision: precision)
  }

  /// The same of so many channels that differ, 1 where all are alike.
  public static func byteCount(channels: Int, precision: Precision) -> Int {
    Matrix.byteCount(rows: channels, columns: 256, precision: precision)
  }

  /// Numbers of an input: height × width × channels.
  public var count: Int { extents.reduce(1, *) }

  /// What 0 and 1 after the division become: the range of the numbers of a channel.
  public func range(channel: Int) -> ClosedRange<Double> {
    (0 - mean[channel]) / deviation[channel]...(1 - mean[channel]) / deviation[channel]
  }

  /// An input's number before normalisation.
  public func divided(_ x: Double, channel: Int) -> Double { x * deviation[channel] + mean[channel] }

  /// Sets a row of zeros to the input of a shard's example, changed or not.
  public func set(
    _ input: inout Matrix, row: Int, to example: Int, of shard: ShardExamples,
    change: Augmentation.Change = .none
  ) {
    let size = count * scalar.size
    let stored = shard.inputs[example * size..<(example + 1) * size]
    guard change != .none else {
      return write(stored, to: &input, row: row, column: 0, isMirrored: false)
    }
    let (height, width, channels) = (extents[0], extents[1], extents[2])
    let seen = max(0, -change.right)..<max(0, -change.right, min(width, width - change.right))
    guard !seen.isEmpty else { return }
    let first = change.isMirrored ? width - seen.upperBound : seen.lowerBound
    for y in max(0, -change.down)..<max(0, -change.down, min(height, height - change.down)) {
      let from = ((y + change.down) * width + seen.lowerBound + change.right) * channels * scalar.size
      let pixels = stored[(stored.startIndex + from)...].prefix(seen.count * channels * scalar.size)
      write(
        pixels, to: &input, row: row, column: (y * width + first) * channels, isMirrored: change.isMirrored)
    }
  }

  private func write(
    _ stored: ArraySlice<UInt8>, to input: inout Matrix, row: Int, column: Int, isMirrored: Bool
  ) {
    let order = PixelOrder(channels: extents[2], isMirrored: isMirrored)
    switch scalar {
    case .byte: input.look(up: stored, in: table, row: row, column: column, order: order)
    case .float32:
      input.scale(
        stored, divisor: divisor, mean: mean, deviation: deviation, row: row, column: column, order: order)
    }
  }
}
