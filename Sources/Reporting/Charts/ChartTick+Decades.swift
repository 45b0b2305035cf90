import Foundation

extension ChartTick {
  /// Powers of ten, with 2 and 5 times them on a short axis; both ends are decimal logarithms.
  static func logarithmic(from low: Double, to high: Double) -> [ChartTick] {
    let (first, last) = (Int(ceil(low - 1e-9)), Int(floor(high + 1e-9)))
    let stride = max(last - first, 0) / 8 + 1
    // Beyond eight decades there is room for some powers of ten and nothing between.
    let digits = stride > 1 ? 1...1 : 1...9
    let marked = (first - 1...last + 1).flatMap { exponent in
      digits.map { Mark(digit: $0, exponent: exponent) }
    }.filter { $0.position >= low - 1e-9 && $0.position <= high + 1e-9 }
    let isShort = last - first < 2
    let labelled = marked.filter { mark in
      switch mark.digit {
      case 1: mark.exponent.isMultiple(of: stride)
      case 2, 5: isShort
      default: false
      }
    }
    // Within one decade there may be too few of them: even steps then.
    guard labelled.count >= 2 else { return linear(from: pow(10, low), to: pow(10, high), isWhole: false) }
    let isPlain = labelled.allSatisfy { (-3...4).contains($0.exponent) }
    return marked.map { mark in
      ChartTick(value: mark.value, label: labelled.contains(mark) ? mark.label(isPlain: isPlain) : nil)
    }
  }

  /// A digit times a power of ten.
  private struct Mark: Equatable {
    let digit: Int
    let exponent: Int

    var position: Double { log10(Double(digit)) + Double(exponent) }

    var value: Double {
      // Dividing by the exact power rounds once, so that 0.2 is the 0.2 of a source.
      let power = pow(10, Double(abs(exponent)))
      return exponent < 0 ? Double(digit) / power : Double(digit) * power
    }

    /// `0.02` and `20`, or `2·10⁻⁷` on an axis that reaches that far.
    func label(isPlain: Bool) -> String {
      guard isPlain else { return (digit == 1 ? "" : "\(digit)·") + "10" + Self.superscript(exponent) }
      return exponent < 0 ? String(format: "%.\(-exponent)f", value) : Figures.grouped(Int(value))
    }

    private static func superscript(_ exponent: Int) -> String {
      let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
      let raised = "\(abs(exponent))".compactMap { $0.wholeNumberValue.map { digits[$0] } }
      return (exponent < 0 ? "⁻" : "") + String(raised)
    }
  }
}
