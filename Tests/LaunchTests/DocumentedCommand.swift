import Foundation

/// A command that the readme or a page of the documentation shows in a block of its own.
struct DocumentedCommand: Hashable {
  var line: String
  /// What the document shows of its output, where a `$` stands before the command.
  var shown: [String]?

  /// Every command of every document, as it stands there, in order; those of a line with a `#` without what follows it.
  static let all = documents.flatMap(commands)

  static let documents: [String] = {
    let pages =
      (try? FileManager.default.contentsOfDirectory(atPath: Repository.root + "/" + GeneratedText.catalog))
      ?? []
    return ["README.md"] + pages.filter { $0.hasSuffix(".md") }.sorted().map { GeneratedText.catalog + $0 }
  }()

  private static func commands(of document: String) -> [DocumentedCommand] {
    let text = (try? String(contentsOfFile: Repository.root + "/" + document, encoding: .utf8)) ?? ""
    // Odd ones lie between fences; one with a language is no command's.
    let blocks = text.split(separator: "```", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 && $0.element.hasPrefix("\n") }.map { $0.element.dropFirst() }
    return blocks.flatMap { block -> [DocumentedCommand] in
      let lines = block.replacing(#/ *\\\n */#, with: " ").split(separator: "\n").map(String.init)
      guard lines.first?.hasPrefix("$ ") == true else {
        return lines.map { DocumentedCommand(line: plain($0), shown: nil) }
      }
      var commands: [DocumentedCommand] = []
      for line in lines {
        if line.hasPrefix("$ ") {
          commands.append(DocumentedCommand(line: plain(String(line.dropFirst(2))), shown: []))
        } else {
          commands[commands.count - 1].shown?.append(line)
        }
      }
      return commands
    }
  }

  private static func plain(_ line: String) -> String {
    (line.firstRange(of: " #").map { String(line[..<$0.lowerBound]) } ?? line)
      .trimmingCharacters(in: .whitespaces)
  }

  /// What of the shown output is not printed in this order; speeds may be others, `…` stands for anything. What the
  /// program says of itself may come anywhere: `mpirun` carries the two streams side by side.
  func missing(in output: String) -> [String] {
    let lines = output.split(separator: "\n").map(Self.withoutSpeeds)
    var rest = lines[...]
    return (shown ?? []).filter { line in
      // Drawn on a terminal, and told of a build: other tests look at these.
      if line == "…" || line.contains(#/^(epoch \d+\/|launch\/run: building)/#) { return false }
      if line.hasPrefix("eqprop: ") { return !lines.contains(Self.withoutSpeeds(line[...])) }
      guard let place = rest.firstIndex(of: Self.withoutSpeeds(line[...])) else { return true }
      rest = rest[(place + 1)...]
      return false
    }
  }

  private static func withoutSpeeds(_ line: Substring) -> String {
    String(line).replacing(#/ +\d+,\d{3}\b/#, with: " SPEED").replacing(#/ +$/#, with: "")
  }
}
