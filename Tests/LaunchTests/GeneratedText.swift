import Foundation

/// The files of this repository that follow from what the program says of itself.
enum GeneratedText {
  static let catalog = "Sources/EquilibriumPropagation/EquilibriumPropagation.docc/"

  /// Commands, options, what they take and their defaults, a line each.
  static func frozenCommands() throws -> String {
    let root = try CommandHelp.eqprop.get()
    let all = [("", root)] + root.commands.map { ($0.commandName, $0) }
    return all.flatMap { name, command in
      let own = name.isEmpty ? command.arguments ?? [] : command.own
      return own.map { argument in
        let values = argument.allValues ?? []
        return [
          "eqprop", name, argument.usage, argument.isOptional ? "" : "(required)",
          argument.defaultValue.map { "= \($0)" } ?? "",
          values.isEmpty ? "" : "of \(values.joined(separator: " "))",
        ].filter { !$0.isEmpty }.joined(separator: " ") + "\n"
      }
    }.joined()
  }

  /// Keys, what they take and their defaults, a line each.
  static func frozenKeys() throws -> String {
    try KeyHelp.all.get().map { key in
      "\(key.key)\(key.required ? " (required)" : "") = \(key.default ?? "none"): \(key.takes)\n"
    }.joined()
  }

  /// The page of all keys.
  static func keysPage() throws -> String {
    let keys = try KeyHelp.all.get()
    var sections: [(name: String, keys: [KeyHelp])] = []
    for key in keys {
      let name = key.key.split(separator: ".").first.map(String.init) ?? ""
      if sections.last?.name == name {
        sections[sections.count - 1].keys.append(key)
      } else {
        sections.append((name, [key]))
      }
    }
    let tables = sections.map { section in
      let rows = section.keys.map { key in
        let value = key.required ? "required" : key.default.map { "`\($0)`" } ?? ""
        return "| `\(key.key)` | \(cell(key.meaning)) | \(cell(key.takes)) | \(value) |\n"
      }
      return "### \(section.name)\n\n| key | meaning | takes | default |\n|---|---|---|---|\n" + rows.joined()
    }
    return """
      # Keys of a run file

      Every key: what it means, what it takes, and what it is where the run file says nothing.

      ## Overview

      This page is made from what `eqprop keys` prints, by the tests. A key of a list stands with `0` for any of its \
      elements. "Required" means: where the map that it stands in is written. A default that is left out follows from \
      other keys, or there is none.

      \(tables.joined(separator: "\n"))
      """
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }

  /// The page of all commands.
  static func commandsPage() throws -> String {
    let root = try CommandHelp.eqprop.get()
    let commands = root.commands.map { command in
      let rows = command.own.map { "| `\($0.usage)` | \(cell($0.explanation)) |\n" }
      let table = rows.isEmpty ? "" : "\n| argument | meaning |\n|---|---|\n" + rows.joined()
      let discussion = discussion(command).map { "\n\($0)\n" }.joined()
      return "### \(command.commandName)\n\n\(command.abstract ?? "")\n\(discussion)\(table)"
    }
    return """
      # Commands

      Every command of `eqprop`, with all it takes.

      ## Overview

      This page is made from what `eqprop --help` tells, by the tests. `launch/run [-n RANKS] COMMAND …` starts a \
      command on so many ranks; `launch/run --help` tells the launcher's own options. Results go to standard output, all \
      else to standard error. `--help` and `--version` go with every command.

      \(commands.joined(separator: "\n"))
      """
  }

  /// The paragraphs of a command's discussion; an example in a block of its own.
  static func discussion(_ command: CommandHelp) -> [String] {
    (command.discussion ?? "").split(separator: "\n\n").map { paragraph in
      guard paragraph.hasPrefix("Example: ") else { return String(paragraph).replacing("\n", with: " ") }
      return "```\n\(paragraph.dropFirst(9))\n```"
    }
  }

  /// Every generated file by its path in the repository.
  static let all: [(path: String, text: @Sendable () throws -> String)] = [
    ("Tests/Frozen/commands.txt", frozenCommands), ("Tests/Frozen/run-file-keys.txt", frozenKeys),
    (catalog + "Commands.md", commandsPage), (catalog + "RunFileKeys.md", keysPage),
    ("launch/eqprop.1", ManualPage.text),
  ]
}
