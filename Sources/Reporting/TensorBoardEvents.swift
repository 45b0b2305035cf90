import FileFormats
import Records

/// Scalars in the form of TensorBoard's event files: records of `Event` messages.
///
/// A record is its length (8 bytes), the length's checksum, the message, its checksum, all little-endian; a checksum is
/// CRC-32C, turned by 15 bits and shifted by a constant. Source: TensorFlow, `record_writer.h`, `event.proto`.
public enum TensorBoardEvents {
  /// What an event file begins with; `time` in seconds since 1970.
  public static func opening(time: Double) -> [UInt8] {
    record(event(time: time, step: 0, field(3, Array("brain.Event:2".utf8))))
  }

  /// The figures of an epoch, each under a name such as `error/test` or `layer 1/weight change`.
  public static func epoch(
    _ epoch: EpochMetrics, figures: [Figure] = [.error], time: Double
  ) -> [UInt8] {
    record(summary(scalars(epoch, figures), step: epoch.step, time))
  }

  /// Those of some steps within an epoch, under names of their own such as `error/steps` or `layer 1/gradient norm`.
  public static func steps(_ steps: StepMetrics, figures: [Figure] = [.error], time: Double) -> [UInt8] {
    let single =
      figures.map { ("\($0.key)/steps", steps.training[$0.key]) } + [("cost/steps", steps.cost)]
    let norms = [("weight norm", steps.weightNorms), ("gradient norm", steps.gradientNorms)]
    let layers = norms.flatMap { name, values in
      values.enumerated().map { ("layer \($0.offset + 1)/\(name)", $0.element) }
    }
    let values = single.compactMap { name, value in value.map { (name, $0) } } + layers
    return record(summary(values, step: steps.step, time))
  }

  private static func summary(
    _ scalars: [(name: String, value: Double)], step: Int, _ time: Double
  ) -> [UInt8] {
    let values = scalars.map { name, value in
      // Summary.Value: tag = 1, simple_value = 2 (a float).
      field(1, field(1, Array(name.utf8)) + [0x15] + bytes(Float(value).bitPattern))
    }
    return event(time: time, step: step, field(5, values.flatMap { $0 }))
  }

  /// The figures that an epoch has, by name, of a task and all others.
  static func scalars(
    _ epoch: EpochMetrics, _ figures: [Figure] = [.error]
  ) -> [(name: String, value: Double)] {
    let scores: [(String, Double?)] = figures.flatMap { figure in
      EpochMetrics.splits.map { ("\(figure.key)/\($0.name)", epoch[keyPath: $0.scores][figure.key]) }
    }
    let single: [(String, Double?)] =
      scores + [
        ("cost", epoch.cost), ("energy", epoch.energy),
        ("free_energy", epoch.freeEnergy), ("free_energy_gap", epoch.freeEnergyGap),
        ("log_likelihood", epoch.logLikelihood),
        ("iterations/free", epoch.freeIterations), ("iterations/nudged", epoch.nudgedIterations),
        ("residual/free", epoch.freeResidual), ("residual/nudged", epoch.nudgedResidual),
        ("violations", epoch.violations), ("acceptance", epoch.acceptance),
        ("speed/examples a second", epoch.examplesPerSecond),
      ]
    let layers: [(String, [Double]?)] = [
      ("at lower bound", epoch.atLower), ("at upper bound", epoch.atUpper),
      ("weight change", epoch.weightChange), ("rate", epoch.rates),
    ]
    return single.compactMap { name, value in value.map { (name, $0) } }
      + layers.flatMap { name, values in
        (values ?? []).enumerated().map { ("layer \($0.offset + 1)/\(name)", $0.element) }
      }
  }
}

extension TensorBoardEvents {
  /// Event: wall_time = 1 (a double), step = 2 (a varint), then what it is about.
  private static func event(time: Double, step: Int, _ what: [UInt8]) -> [UInt8] {
    [0x09] + bytes(time.bitPattern) + [0x10] + varint(UInt64(step)) + what
  }

  private static func record(_ message: [UInt8]) -> [UInt8] {
    let length = bytes(UInt64(message.count))
    return length + bytes(masked(length)) + message + bytes(masked(message))
  }

  private static func masked(_ content: [UInt8]) -> UInt32 {
    let sum = CRC32C.checksum(of: content)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }

  /// A field of bytes or of another message.
  private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + varint(UInt64(content.count)) + content
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  private static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }
}
