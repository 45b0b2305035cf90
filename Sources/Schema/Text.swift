/// A value on its way into YAML.
public indirect enum Text: Equatable, Sendable {
  /// YAML that stands on one line as it is.
  case value(String)
  /// Keys in their order.
  case map([Entry])
  case list([Text])

  /// A key of a map and what it holds.
  public struct Entry: Equatable, Sendable {
    public let key: String
    public let text: Text

    public init(key: String, text: Text) { (self.key, self.text) = (key, text) }
  }

  /// A text that reads back as itself: plain where it can be, in double quotes otherwise.
  public static func quoted(_ text: String) -> String {
    let reserved = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
    let plain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    let starts = text.unicodeScalars.first.map { $0.properties.isAlphabetic || $0 == "/" } ?? false
    if plain && starts && !reserved.contains(text.lowercased()) { return text }
    return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"", "\\": return "\\" + String(scalar)
    case " "..."~": return String(scalar)
    case _ where scalar.properties.isAlphabetic: return String(scalar)
    default:
      let digits = String(scalar.value, radix: 16, uppercase: true)
      return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
  }

  /// The value on one line: `{units: 10, rate: 0.1}`.
  var flow: String {
    switch self {
    case .value(let text): text
    case .map(let entries): "{" + entries.map { "\($0.key): \($0.text.flow)" }.joined(separator: ", ") + "}"
    case .list(let elements): "[" + elements.map(\.flow).joined(separator: ", ") + "]"
    }
  }

  /// Lines of YAML: a key a line, a list's elements on one line each.
  package func lines(indent: String = "") -> String {
    guard case .map(let entries) = self else { return indent + flow + "\n" }
    return entries.map { entry in
      switch entry.text {
      case .value(let text): "\(indent)\(entry.key): \(text)\n"
      case .map(let inner) where inner.isEmpty: "\(indent)\(entry.key): {}\n"
      case .map: "\(indent)\(entry.key):\n" + entry.text.lines(indent: indent + "  ")
      case .list(let elements):
        "\(indent)\(entry.key):\n" + elements.map { "\(indent)  - \($0.flow)\n" }.joined()
      }
    }.joined()
  }

  /// Every value with its dotted path, in order.
  package func values(path: String = "") -> [(path: String, text: String)] {
    let start = path.isEmpty ? "" : path + "."
    return switch self {
    case .value(let text): [(path, text)]
    case .map(let entries): entries.flatMap { $0.text.values(path: start + $0.key) }
    case .list(let elements): elements.enumerated().flatMap { $1.values(path: "\(start)\($0)") }
    }
  }
}
