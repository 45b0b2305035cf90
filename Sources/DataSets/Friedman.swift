import FileFormats
import Tensors

/// Friedman's first regression problem, made by formula: ten inputs x, uniform on [0, 1), of which five count, and one
/// target with noise z of mean 0 and deviation 1,
///
///     y = 10 sin(π x₁x₂) + 20 (x₃ − ½)² + 10 x₄ + 5 x₅ + z
///
/// so that no network reaches more than R² = 0.96. Numbers are drawn by counters and rounded to Float32: the same on every
/// machine. Source: Friedman 1991, doi:10.1214/aos/1176347963.
public enum Friedman {
  /// The number of rows.
  public static let count = 5000
  /// The rows that test when the run file does not say how many train.
  public static let testRows = 1000

  static let inputs = 10
  private static let seed: UInt64 = 1991

  /// The inputs and the target of a row.
  static func row(_ index: Int) -> (inputs: [Float], target: Float) {
    let random = CounterRandom(seed: seed, purpose: .examples)
    let x = (0..<inputs).map { Float(random.unit(index, $0, 0)) }
    let wide = x.map(Double.init)
    let curve = 10 * sinePi(wide[0] * wide[1]) + 20 * (wide[2] - 0.5) * (wide[2] - 0.5)
    return (x, Float(curve + 10 * wide[3] + 5 * wide[4] + random.normal(index, inputs, 0)))
  }

  /// Calls `body` with each of `rows`: the bytes of its inputs, little-endian, and its target.
  static func readRows(
    _ rows: Range<Int>, _ body: (_ index: Int, _ inputs: UnsafeBufferPointer<UInt8>, _ target: Double) -> Void
  ) {
    for index in rows {
      let (inputs, target) = row(index)
      let bytes = inputs.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
      bytes.withUnsafeBufferPointer { body(index, $0, Double(target)) }
    }
  }

  /// SHA-256 of every input and target.
  static var digest: String {
    var hash = SHA256()
    readRows(0..<count) { _, inputs, target in
      hash.update(UnsafeRawBufferPointer(inputs))
      withUnsafeBytes(of: target.bitPattern.littleEndian) { hash.update($0) }
    }
    return hash.finish()
  }
}
