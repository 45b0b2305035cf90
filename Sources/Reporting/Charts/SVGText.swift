import Foundation

/// Text and numbers as SVG holds them.
enum SVGText {
  /// Text with the characters that XML reserves escaped, and those it forbids replaced.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\t", "\n", "\r": escaped += " "
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// A coordinate to a tenth of a pixel: fine enough to see, coarse enough to repeat its bytes.
  static func coordinate(_ value: Double) -> String { number(value, steps: 10) }

  /// A length to a thousandth of its unit.
  static func length(_ value: Double) -> String { number(value, steps: 1000) }

  private static func number(_ value: Double, steps: Double) -> String {
    let whole = (value * steps).rounded()
    return whole == 0 ? "0" : String(format: "%.10g", whole / steps)
  }

  /// About how wide a text is drawn, whatever the font: a little too much for most.
  static func width(_ text: String, size: Double) -> Double {
    // From Hangul on, letters are as wide as they are high.
    text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x1100 && $1.value < 0xFFFE ? 1 : 0.6) } * size
  }

  /// A text cut to a width, with an ellipsis for what is left out.
  static func cut(_ text: String, to limit: Double, size: Double) -> String {
    guard width(text, size: size) > limit else { return text }
    var cut = text
    while !cut.isEmpty, width(cut + "…", size: size) > limit { cut.removeLast() }
    return cut + "…"
  }
}
