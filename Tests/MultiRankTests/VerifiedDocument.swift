import Foundation
import Testing

/// A document of this repository that tells what `eqprop verify` measured.
struct VerifiedDocument {
  let text: String

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// A file by its path in the repository.
  init(_ path: String) throws {
    text = try String(contentsOfFile: Self.root + "/" + path, encoding: .utf8)
  }

  /// The words after `verify` of the first line that starts the launcher with it; `--grid` and `--plot` are taken out.
  func command() throws -> (runFile: String, options: [String], grid: String?, plot: String?) {
    let line = try #require(
      text.split(separator: "\n").first { $0.contains("launch/run") && $0.contains(" verify ") })
    let words = line.split(separator: " ").map(String.init)
    let first = try #require(words.firstIndex(of: "verify"))
    var (options, taken) = (Array(words[(first + 2)...]), [String: String]())
    for option in ["--grid", "--plot"] {
      guard let place = options.firstIndex(of: option) else { continue }
      taken[option] = options[place + 1]
      options.removeSubrange(place...place + 1)
    }
    return (Self.root + "/" + words[first + 1], options, taken["--grid"], taken["--plot"])
  }

  /// The rows below the heading of a Markdown table whose first column is headed so, cell by cell.
  func table(_ first: String) throws -> [[String]] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let heading = try #require(lines.firstIndex { $0.hasPrefix("| \(first) |") }, "no table of \(first)")
    return lines[(heading + 2)...].prefix { $0.hasPrefix("|") }.map { row in
      row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  /// A number to two digits, as documents write it.
  static func twoDigits(_ value: Double) -> String { String(format: "%.1e", value) }
}

/// The points of a chart of errors, as its marks tell them.
struct ErrorChart {
  struct Hint: Equatable {
    let name: String
    let beta: Double
    let error: Double
  }

  let hints: [Hint]

  init(_ svg: String) {
    hints = svg.matches(of: /<title>([^<:]+): ([0-9.e-]+), ([0-9.e-]+)<\/title>/).compactMap { match in
      guard let beta = Double(match.2), let error = Double(match.3) else { return nil }
      return Hint(name: String(match.1), beta: beta, error: error)
    }
  }
}
