import Foundation

/// What `eqprop --experimental-dump-help` tells of a command.
struct CommandHelp: Decodable {
  /// An option, a flag or a positional argument.
  struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String
      var text: String { (kind == "short" ? "-" : "--") + name }
    }

    var kind: String
    var names: [Name]?
    var valueName: String?
    var abstract: String?
    var defaultValue: String?
    var allValues: [String]?
    var isOptional: Bool
    var isRepeating: Bool
    var shouldDisplay: Bool

    /// `-n <ranks>`, `--json`, `<run-file>`, with `...` where it may be repeated.
    var usage: String {
      let name = (names ?? []).map(\.text).joined(separator: ", ")
      let value = kind == "flag" ? nil : "<\(valueName ?? "value")>"
      return [name.isEmpty ? nil : name, value, isRepeating ? "..." : nil].compactMap { $0 }.joined(
        separator: " ")
    }

    /// What it is for, with its default: a sentence each.
    var explanation: String {
      let text = abstract ?? ""
      guard let defaultValue else { return text }
      return "\(text) Default: \(defaultValue)."
    }
  }

  var commandName: String
  var abstract: String?
  var discussion: String?
  var arguments: [Argument]?
  var subcommands: [CommandHelp]?

  /// Arguments of its own: not help and version, which every command has.
  var own: [Argument] {
    let told = (arguments ?? []).filter { argument in
      argument.shouldDisplay && !(argument.names ?? []).contains { ["help", "version"].contains($0.name) }
    }
    return told.filter { $0.kind == "positional" } + told.filter { $0.kind != "positional" }
  }

  /// `train <run-file> [--set <key=value> ...]`.
  var usage: String {
    let words = own.map { argument in
      argument.isOptional || argument.kind == "flag" ? "[\(argument.usage)]" : argument.usage
    }
    return ([commandName] + words).joined(separator: " ")
  }

  /// The subcommands, `help` left out.
  var commands: [CommandHelp] { (subcommands ?? []).filter { $0.commandName != "help" } }

  /// That of the program which the tests were built with.
  static let eqprop = Result { () throws -> CommandHelp in
    struct Dump: Decodable { var command: CommandHelp }
    let outcome = try run(Repository.eqprop, ["--experimental-dump-help"])
    return try JSONDecoder().decode(Dump.self, from: Data(outcome.output.utf8)).command
  }
}

/// What `eqprop keys --json` tells of a key.
struct KeyHelp: Decodable {
  var key: String
  var takes: String
  var `default`: String?
  var required: Bool
  var meaning: String

  static let all = Result { () throws -> [KeyHelp] in
    let outcome = try run(Repository.eqprop, ["keys", "--json"])
    return try JSONDecoder().decode([KeyHelp].self, from: Data(outcome.output.utf8))
  }
}
