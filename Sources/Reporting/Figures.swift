import Foundation
import Records

/// Numbers as reports show them.
enum Figures {
  /// What stands where there is no number.
  static let none = "–"

  /// A percentage with two decimals, without its sign.
  static func percent(_ value: Double?) -> String {
    guard let value, value.isFinite else { return none }
    return String(format: "%.2f", value)
  }

  /// A value of a figure, without its unit.
  static func score(_ value: Double?, _ figure: Figure) -> String {
    figure.unit == "%" ? percent(value) : cost(value)
  }

  /// The same with its unit.
  static func scoreWithUnit(_ value: Double?, _ figure: Figure) -> String {
    score(value, figure) + (figure.unit.map { " \($0)" } ?? "")
  }

  /// A cost: five decimals, or two in powers of ten where those would lose it.
  static func cost(_ value: Double?) -> String {
    guard let value, value.isFinite else { return none }
    let fixed = value == 0 || (0.001..<100_000).contains(abs(value))
    return String(format: fixed ? "%.5f" : "%.2e", value)
  }

  /// A whole number with a comma every three digits.
  static func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// A number of things, such as `2,500 steps` or `1 step`.
  static func count(_ value: Int, _ thing: String) -> String {
    "\(grouped(value)) \(thing)\(value == 1 ? "" : "s")"
  }

  /// A rate: rounded to a whole number, with two decimals below 10.
  static func rate(_ value: Double?) -> String {
    if let value, value > 0, value < 9.995 { return String(format: "%.2f", value) }
    guard let value, let whole = Int(exactly: value.rounded()) else { return none }
    return grouped(whole)
  }

  /// A length of time to the precision one reads: `12 s`, `3 min 05 s`, `2 h 07 min`.
  static func time(_ seconds: Double) -> String? {
    guard let whole = Int(exactly: max(seconds, 0).rounded()) else { return nil }
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) min \(twoDigits(whole % 60)) s"
    default: return "\(grouped(whole / 3600)) h \(twoDigits(whole / 60 % 60)) min"
    }
  }

  /// A measured time: `0.43 s`, `12.3 s`, `3 min 05 s`.
  static func seconds(_ seconds: Double) -> String {
    switch seconds {
    case ..<10: String(format: "%.2f s", seconds)
    case ..<60: String(format: "%.1f s", seconds)
    default: time(seconds) ?? none
    }
  }

  /// `12.3 MB`.
  static func bytes(_ count: Int) -> String {
    let (value, units) = (Double(count), ["B", "kB", "MB", "GB", "TB", "PB"])
    let power = count < 1000 ? 0 : min(Int(log10(value)) / 3, units.count - 1)
    return power == 0
      ? "\(count) B" : String(format: "%.1f %@", value / pow(1000, Double(power)), units[power])
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
