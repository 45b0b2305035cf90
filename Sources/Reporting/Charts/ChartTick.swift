import Foundation

/// A marked value of an axis.
package struct ChartTick: Equatable, Sendable {
  package let value: Double
  /// nil for a small mark without a number.
  package let label: String?

  /// Four to eight multiples of 1, 2 or 5 times a power of ten.
  static func linear(from low: Double, to high: Double, isWhole: Bool) -> [ChartTick] {
    let rough = (high - low) / 8
    let power = pow(10, floor(log10(rough)))
    let nice = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * (1 - 1e-9) } ?? 10 * power
    let step = isWhole ? max(nice, 1) : nice
    let indices =
      Int(ceil(low / step - 1e-9))...max(Int(floor(high / step + 1e-9)), Int(ceil(low / step - 1e-9)))
    let most = max(abs(low), abs(high))
    return indices.map { index in
      let value = Double(index) * step
      return ChartTick(value: value, label: linearLabel(value, step: step, most: most))
    }
  }

  private static func linearLabel(_ value: Double, step: Double, most: Double) -> String {
    if most >= 1e7 || step < 1e-5 { return Figures.plain(value) }
    if step >= 1 { return Figures.grouped(Int(value.rounded())) }
    return String(format: "%.\(Int((-log10(step) - 1e-9).rounded(.up)))f", value)
  }
}
