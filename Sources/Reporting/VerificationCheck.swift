import Foundation

extension VerificationReport {
  /// One measured value and the limit that it must keep.
  public struct Check: Equatable, Sendable {
    /// What a value must keep.
    public enum Limit: Equatable, Sendable {
      case atMost(Double)
      case atLeast(Double)
      /// |value − expected| ≤ share · |expected|.
      case within(Double, share: Double)
    }

    /// What was measured: `cosine of layer 1`.
    public var name: String
    /// Not finite where there was no figure to be had: then the check fails.
    public var value: Double
    public var limit: Limit
    /// A sentence on what to do where the check failed; shown only then.
    public var advice: String?

    public init(name: String, value: Double, limit: Limit, advice: String? = nil) {
      self.name = name
      self.value = value
      self.limit = limit
      self.advice = advice
    }

    /// Whether the value keeps its limit; a value that is not finite never does.
    public var isPassed: Bool { keepsLimit(value) }

    private func keepsLimit(_ value: Double) -> Bool {
      guard value.isFinite else { return false }
      switch limit {
      case .atMost(let most): return value <= most
      case .atLeast(let least): return value >= least
      case .within(let expected, let share): return abs(value - expected) <= share * abs(expected)
      }
    }

    /// The value with as many digits as it takes to see the verdict in it: 3 mostly, more beside the limit.
    package var shownValue: String {
      guard value.isFinite else { return value.isNaN ? "not a number" : "infinite" }
      for digits in 3...17 {
        let text = String(format: "%.\(digits)g", value)
        if let shown = Double(text), keepsLimit(shown) == isPassed, isTellingFromOne(shown) { return text }
      }
      return "\(value)"
    }

    /// Whether a text's value tells how far a value just below 1, as cosines are, stays from it.
    private func isTellingFromOne(_ shown: Double) -> Bool {
      guard value > 0.9, value < 1 - 1e-12 else { return true }
      return abs(shown - value) <= 0.05 * (1 - value)
    }

    /// The limit in words: `at most 0.005`, `2 ± 5 %`.
    package var shownLimit: String {
      switch limit {
      case .atMost(let most): "at most \(Self.short(most))"
      case .atLeast(let least): "at least \(Self.short(least))"
      case .within(let expected, let share): "\(Self.short(expected)) ± \(Self.short(100 * share)) %"
      }
    }

    private static func short(_ value: Double) -> String { String(format: "%.10g", value) }
  }
}
