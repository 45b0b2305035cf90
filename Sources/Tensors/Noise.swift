import CKernels

/// Which random numbers the units of a layer get in one sweep: functions of what they are for, never of how rows and
/// columns are cut, nor of who draws.
///
/// A unit's uniform number is a word of Threefry4x32-20, whose key is (seed, purpose and layer, stream) and whose counter
/// is (position and unit, chain, sweep, step).
///
/// Source: Salmon et al. 2011, doi:10.1145/2063384.2063405.
public struct Noise: Sendable {
  /// T of e^{−F/T}.
  public var temperature: Double
  /// The number of the chain in each row of examples.
  private let chains: [UInt32]
  private let positions: Int
  private let blocks: Int
  private let key: (UInt32, UInt32, UInt32, UInt32)
  private let step: UInt32
  /// Counted from 0.
  public var sweep = 0

  /// - Parameters:
  ///   - stream: tells apart numbers that are to be independent of each other, such as those of two phases.
  ///   - chains: the number of the chain in each row of examples.
  public init(
    _ random: CounterRandom, layer: Int, stream: Int, step: Int, chains: [Int], temperature: Double,
    positions: Int, units: Int
  ) {
    (self.temperature, self.positions) = (temperature, positions)
    self.chains = chains.map { UInt32(truncatingIfNeeded: $0) }
    blocks = (units + 63) / 64
    let seed = random.seed
    key = (
      UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32),
      random.purpose.rawValue << 24 | UInt32(layer), UInt32(truncatingIfNeeded: stream)
    )
    self.step = UInt32(truncatingIfNeeded: step)
  }

  func withKernelForm<T>(row: Int, unit: Int, _ body: (UnsafePointer<eq_noise>) -> T) -> T {
    chains.withUnsafeBufferPointer { chains in
      var form = eq_noise()
      (form.key.0, form.key.1, form.key.2, form.key.3) = key
      form.chains = chains.baseAddress
      (form.row, form.positions, form.unit, form.blocks) = (row, positions, unit, blocks)
      (form.sweep, form.step) = (UInt32(truncatingIfNeeded: sweep), step)
      form.temperature = temperature
      return body(&form)
    }
  }

  /// Sets a share of some units of each row to 0, and divides the others by what is left.
  ///
  /// - Parameter column: where the first of them stands; at its own number without.
  public func drop(
    _ share: Double, of matrix: inout Matrix, rows: Range<Int>, units: Range<Int>, at column: Int? = nil
  ) {
    guard !rows.isEmpty, !units.isEmpty else { return }
    let first = column ?? units.lowerBound
    let out = matrix.mutablePointer(rows, first..<first + units.count)
    let (precision, stride) = (matrix.precision, matrix.stride)
    withKernelForm(row: rows.lowerBound, unit: units.lowerBound) {
      precision.kernels.pointee.drop(rows.count, units.count, $0, share, out, stride)
    }
  }

  /// Whether a number of a row's own, uniform on (0, 1), is below e^x.
  public func falls(belowExponentialOf x: Double, row: Int) -> Bool {
    var number = 0.0
    withKernelForm(row: row, unit: 0) { Precision.float64.kernels.pointee.uniform($0, 1, &number) }
    return naturalLogarithm(number) < x
  }

  /// The numbers of some units of a row, uniform on (0, 1), or normal of mean 0 and deviation 1, as the kernels draw them.
  public func numbers(
    row: Int, units: Range<Int>, areNormal: Bool = false, precision: Precision = .float64
  ) -> [Double] {
    var out = Matrix(rows: 1, columns: units.count, precision: precision)
    withKernelForm(row: row, unit: units.lowerBound) { form in
      let kernels = precision.kernels.pointee
      let draw = areNormal ? kernels.normal : kernels.uniform
      draw?(form, units.count, out.mutablePointer(0..<1, 0..<units.count))
    }
    return Array(out.row(0))
  }
}
