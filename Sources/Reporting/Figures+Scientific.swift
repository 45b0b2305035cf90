import Foundation

extension Figures {
  /// Two digits and a power of ten: `3.2e-07`.
  static func scientific(_ value: Double?) -> String {
    guard let value, value.isFinite else { return none }
    return value == 0 ? "0" : String(format: "%.1e", value)
  }

  /// How far a cosine stays below 1: `3.2e-07`; cosines of gradients differ in nothing else.
  static func belowOne(_ cosine: Double?) -> String {
    // Rounding may leave a cosine above 1, which says no more than 1 does.
    scientific(cosine.map { $0.isNaN ? $0 : max(1 - $0, 0) })
  }

  /// An order of convergence with two decimals.
  static func order(_ value: Double?) -> String { value.map { String(format: "%.2f", $0) } ?? none }

  /// Three digits: `0.807`, `1.2e+05`.
  static func short(_ value: Double) -> String { value.isFinite ? String(format: "%.3g", value) : none }

  /// A β or another number as short as it was given: `0.05`, `1e-05`.
  static func plain(_ value: Double) -> String { String(format: "%.6g", value) }
}
