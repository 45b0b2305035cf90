/// JSON whose keys keep their order, so that equal values give equal bytes.
indirect enum JSONText {
  case null
  case integer(any FixedWidthInteger)
  case boolean(Bool)
  case number(Double)
  case string(String)
  case array([JSONText])
  case object([(key: String, value: JSONText)])

  static func optional(_ value: Double?) -> JSONText { value.map(JSONText.number) ?? .null }

  /// The value on one line; a number that is not finite becomes `null`.
  var text: String {
    switch self {
    case .null: "null"
    case .integer(let value): "\(value)"
    case .boolean(let value): value ? "true" : "false"
    case .number(let value): value.isFinite ? "\(value)" : "null"
    case .string(let value): JSONText.quoted(value)
    case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
    case .object(let pairs):
      "{" + pairs.map { "\(JSONText.quoted($0.key)):\($0.value.text)" }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
