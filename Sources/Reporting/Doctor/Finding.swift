/// One thing that `doctor` looked at.
public struct Finding: Equatable, Sendable {
  /// How much a finding matters.
  public enum Verdict: String, Equatable, Sendable {
    /// As it should be.
    case fine = "ok"
    /// It works, but not as well as it could.
    case notice = "note"
    /// A run will fail or give up speed by whole factors.
    case fault = "FAULT"
  }

  public var verdict: Verdict
  /// What was looked at: `cores`.
  public var topic: String
  /// What was found, in a sentence.
  public var text: String
  /// The command or setting that mends it; nil where nothing needs mending.
  public var remedy: String?

  public init(_ verdict: Verdict, _ topic: String, _ text: String, remedy: String? = nil) {
    (self.verdict, self.topic, self.text, self.remedy) = (verdict, topic, text, remedy)
  }
}

extension [Finding] {
  /// Whether nothing stands in a run's way.
  public var areSound: Bool { allSatisfy { $0.verdict != .fault } }

  /// A line a finding, and below it what mends it.
  public var text: String {
    let width = map(\.topic.count).max() ?? 0
    return map { finding in
      let verdict =
        finding.verdict.rawValue + String(repeating: " ", count: 5 - finding.verdict.rawValue.count)
      let topic = finding.topic + String(repeating: " ", count: width - finding.topic.count)
      let remedy = finding.remedy.map { String(repeating: " ", count: 9 + width) + "→ " + $0 + "\n" }
      return "\(verdict)  \(topic)  \(finding.text)\n" + (remedy ?? "")
    }.joined()
  }

  /// All of them as one line of JSON.
  public var json: String {
    JSONText.array(
      map { finding in
        .object([
          ("verdict", .string(finding.verdict.rawValue.lowercased())), ("topic", .string(finding.topic)),
          ("text", .string(finding.text)), ("remedy", finding.remedy.map(JSONText.string) ?? .null),
        ])
      }
    ).text
  }
}
