/// Where a value was written.
public enum Position: Equatable, Sendable {
  /// In a file, at a line and column counted from 1.
  case file(String, line: Int, column: Int)
  /// In a `--set KEY=VALUE` option.
  case option(String)
}

extension Position: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let name, let line, let column): "\(name):\(line):\(column)"
    case .option(let text): "--set \(SchemaError.shown(text, limit: 100))"
    }
  }
}

/// A mistake in a text or in a `--set` option, with its position and a hint.
///
/// It reads `mnist.yaml:12:3: unknown key 'nudging.betta'; did you mean 'beta'?`.
public struct SchemaError: Error, Equatable, Sendable {
  /// `file:line:column`, or the `--set` option, or the file alone when it could not be read.
  public let position: String
  /// What is wrong, in one sentence without its full stop.
  public let problem: String
  /// What to write instead.
  public let hint: String?
  /// 64 for a mistake in the text, 66 for a file that is missing or cannot be read.
  public let exitCode: Int32

  package init(_ position: String, _ problem: String, hint: String? = nil, exitCode: Int32 = 64) {
    // A user's words may stand in them anywhere: an error stays one line of limited length.
    self.position = Self.shown(position, limit: 500)
    self.problem = Self.shown(problem, limit: 500)
    self.hint = hint.map { Self.shown($0, limit: 500) }
    self.exitCode = exitCode
  }

  /// A mistake at a position.
  public init(_ position: Position, _ problem: String, hint: String? = nil) {
    self.init("\(position)", problem, hint: hint)
  }

  /// A user's text as it may stand in a message: one line, control characters replaced, cut to `limit`.
  package static func shown(_ text: String, limit: Int = 40) -> String {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(limit) {
      line.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
    }
    return String(line) + (text.unicodeScalars.count > limit ? "…" : "")
  }
}

extension SchemaError: CustomStringConvertible {
  /// The position, the problem and the hint in one line.
  public var description: String {
    hint.map { "\(position): \(problem); \($0)" } ?? "\(position): \(problem)"
  }
}
