import Foundation

/// A marked value of an axis.
package struct ChartTick: Equatable, Sendable {
  package let value: Double
  /// nil for a small mark without a number.
  package let label: String?

  /// Multiples of 1, 2 or 5 times a power of ten: half as many as `most` to all of them.
  static func linear(
    from low: Double, to high: Double, isWhole: Bool, atMost most: Int = 8
  ) -> [ChartTick] {
    let rough = (high - low) / Double(most)
    let power = pow(10, floor(log10(rough)))
    let nice = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * (1 - 1e-9) } ?? 10 * power
    let step = isWhole ? max(nice, 1) : nice
    let (first, last) = (Int(ceil(low / step - 1e-9)), Int(floor(high / step + 1e-9)))
    let largest = max(abs(low), abs(high))
    return (first..<max(last + 1, first)).map { index in
      let value = Double(index) * step
      return ChartTick(value: value, label: linearLabel(value, step: step, most: largest))
    }
  }

  /// As many digits as it takes to tell neighbours apart.
  private static func linearLabel(_ value: Double, step: Double, most: Double) -> String {
    let exponent = { (value: Double) in Int(floor(log10(value) + 1e-9)) }
    guard (1e-4..<1e7).contains(most) else {
      let digits = exponent(most) - exponent(step) + 1
      return value == 0 ? "0" : String(format: "%.\(digits)g", value)
    }
    return step >= 1 ? Figures.grouped(Int(value.rounded())) : String(format: "%.\(-exponent(step))f", value)
  }
}
