import Foundation
import TestBasis
import Testing

/// What people see on a terminal: a real one, emulated by pyte, behind `launch/run` and its ranks.
///
/// With `EQPROP_SCREENSHOTS=DIR` and a Chromium pictures of the screens are kept there.
@Suite(.serialized, .enabled(if: Terminal.isThere, "needs a Python with pyte")) struct TerminalTests {
  private func train(into path: String, columns: Int) throws -> Terminal {
    try Terminal(
      columns: columns, picture: "train-\(columns)",
      [Repository.run, "train", Repository.root + "/launch/recipes/digits.yaml"]
        + ["--set", "training.epochs=60", "--output", path])
  }

  @Test(
    "One line is redrawn in place, whole, and gone when the results stand",
    arguments: [
      (80, #"epoch \d+/60 step \d+ · (\d+\.\d\d ){3}% · [\d,]+/s · waiting \d+ % · \d+ s left"#),
      (
        130,
        #"epoch \d+/60 step \d+/3600 · training \S+ % validation \S+ % test \S+ % · [\d,]+ examples/s · waiting \d+ % · \d+ s left"#
      ),
    ])
  func progress(columns: Int, pattern: String) throws {
    let line = try Regex(pattern)
    let folder = try TemporaryFolder()
    let terminal = try train(into: folder.path + "/run", columns: columns)
    #expect(terminal.status == 0, "\(terminal.screens.last ?? [])")
    let lines = terminal.screens.map { $0.filter { $0.contains(#/^epoch \d+/\d/#) } }
    #expect(lines.allSatisfy { $0.count <= 1 }, "one line, redrawn")
    #expect(lines.contains { ($0.first?.wholeMatch(of: line)) != nil }, "\(lines.compactMap(\.first))")
    #expect(Set(lines.compactMap(\.first)).count > 2, "it is redrawn")
    let last = try #require(terminal.screens.last)
    #expect(!last.contains { $0.contains(#/^epoch \d/#) }, "\(last)")
    #expect(last.contains("epoch  training %  validation %  test %     cost  examples/s"), "\(last)")
    #expect(last.contains { $0.hasPrefix("eqprop: the run is in ") }, "\(last)")
  }

  @Test("A relaxation is drawn again and again at one place, and its last moment stays")
  func relaxation() throws {
    let folder = try TemporaryFolder()
    #expect(try train(into: folder.path + "/run", columns: 100).status == 0)
    let terminal = try Terminal(
      columns: 80, picture: "watch-relaxation",
      [Repository.run, "-n", "1", "watch-relaxation", folder.path + "/run"]
        + ["--example", "12", "--speed", "20"])
    #expect(terminal.status == 0, "\(terminal.screens.last ?? [])")
    #expect(terminal.screens.count > 20)
    for phase in ["free phase", "nudged phase"] {
      #expect(terminal.screens.contains { $0.contains { $0.contains(phase) } }, "\(phase)")
    }
    let titles = terminal.screens.map { screen in screen.count { $0.contains("test example 12") } }
    #expect(titles.allSatisfy { $0 <= 1 } && titles.last == 1, "drawn over, not below")
  }

  @Test("The drawing of a grid fits a terminal of 80 columns")
  func plan() throws {
    let terminal = try Terminal(
      columns: 80, picture: "plan",
      [Repository.run, "-n", "1", "plan", Repository.root + "/launch/recipes/digits.yaml", "--grid", "2x2x8"])
    let last = try #require(terminal.screens.last)
    #expect(terminal.status == 0, "\(last)")
    let boxes = last.filter { $0.contains("│") || $0.contains("┌") }
    #expect(
      last.contains { $0.contains(#/^  (relaxation|messages|an evaluation) [\d.]+ .?B/#) },
      "broken between words: \(last)")
    #expect(boxes.count >= 16 && Set(boxes.map(\.count)).count == 1, "\(last)")
  }
}

/// A command on a terminal of its own, and every state of its screen that lasted.
private struct Terminal: Decodable {
  var status: Int32
  var screens: [[String]]

  static let isThere = Repository.succeeds("python3", "-c", "import pyte")

  init(columns: Int, picture: String, _ command: [String]) throws {
    let folder = ProcessInfo.processInfo.environment["EQPROP_SCREENSHOTS"]
    let image = folder.map { "\($0)/terminal-\(picture).png" } ?? "-"
    let outcome = try run(
      "python3",
      [Repository.root + "/Tests/Browser/terminal.py", "\(columns)x30", image, "chromium"] + command,
      environment: ["EQPROP_EXECUTABLE": Repository.root + "/.build/release/eqprop"])
    guard outcome.code == 0 else { throw TerminalFailure(description: outcome.errors) }
    self = try JSONDecoder().decode(Terminal.self, from: Data(outcome.output.utf8))
  }
}

private struct TerminalFailure: Error, CustomStringConvertible {
  let description: String
}
