import Foundation

/// An axis with its range: where along it a value stands, and which values it marks.
package struct ChartScale: Equatable, Sendable {
  package let axis: Chart.Axis
  /// Both ends, logarithms on a logarithmic axis.
  let low: Double
  let high: Double

  /// The range of the values that the axis can show, and a little more.
  package init(_ axis: Chart.Axis, values: [Double]) {
    self.axis = axis
    let shown = (values + axis.including).compactMap { Self.position($0, axis.scale) }
    guard let least = shown.min(), let most = shown.max() else {
      (low, high) = (0, 1)
      return
    }
    let isPoint = most - least <= 1e-12 * max(abs(least), abs(most))
    let single = axis.scale == .linear ? max(0.1 * abs(most), 0.5) : 0.15
    let margin = isPoint ? single : 0.04 * (most - least)
    // Errors and counts do not fall below 0, so neither does their axis.
    let stopsAtZero = axis.scale == .linear && least >= 0 && least < margin
    low = stopsAtZero ? 0 : least - margin
    high = most + margin
  }

  /// The value itself or its logarithm; nil where the axis cannot show it.
  static func position(_ value: Double, _ scale: Chart.Scale) -> Double? {
    // Beyond 1e±100 differences of values would overflow or vanish sooner or later.
    guard value.isFinite, abs(value) < 1e100 else { return nil }
    switch scale {
    case .linear: return abs(value) > 1e-100 ? value : 0
    case .logarithmic: return value > 1e-100 ? log10(value) : nil
    }
  }

  /// 0 at the axis's low end, 1 at its high end; nil where the axis cannot show the value.
  package func share(_ value: Double) -> Double? {
    Self.position(value, axis.scale).map { ($0 - low) / (high - low) }
  }

  /// The marked values, from low to high.
  package var ticks: [ChartTick] { ticks(atMost: 8) }

  /// The marked values, about so many at most on a linear axis.
  func ticks(atMost most: Int) -> [ChartTick] {
    switch axis.scale {
    case .linear: ChartTick.linear(from: low, to: high, isWhole: axis.isWhole, atMost: most)
    case .logarithmic: ChartTick.logarithmic(from: low, to: high)
    }
  }
}
