import Foundation
import Testing

/// The documentation's table of faults: each row has its test, and the test is there.
@Suite struct FaultTableTests {
  private static let page = "Sources/EquilibriumPropagation/EquilibriumPropagation.docc/Faults.md"

  /// The cells of each row, heads and rules left out.
  private func rows() throws -> [[String]] {
    Self.text(Self.page).split(separator: "\n").filter { $0.hasPrefix("| ") }
      .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
      .drop { $0.first != "Fault" }.prefix { $0.first != "parser" }.filter { $0.first != "Fault" }
  }

  @Test func everyRowHasItsTest() throws {
    let rows = try rows()
    #expect(rows.count >= 25)
    for row in rows {
      try #require(row.count == 5, "\(row)")
      let test = row[4].trimmingCharacters(in: ["`"])
      if test.hasPrefix("launch/") {
        #expect(FileManager.default.isExecutableFile(atPath: Repository.root + "/" + test), "\(test)")
        continue
      }
      #expect(Repository.hasTest(test), "\(test)")
    }
  }

  @Test func whatIsSeenIsWhatTheProgramSays() throws {
    let files =
      Self.files("Sources").filter { $0.hasSuffix(".swift") } + [
        "launch/run", "launch/choice", "launch/hosts", "launch/job", "launch/words",
      ]
    // A sentence may be cut in the midst: `"…" + "…"`, or a line that ends with a backslash.
    let program = files.map(Self.text).joined().replacing(/"\n *\+ "|\\\n */, with: "")
    for message in try rows().flatMap({ messages(in: $0[1]) }) {
      // Names, numbers and what is left out stand between what the program says as it is.
      let fixed = message.split(separator: /\b[A-Z]+\b|[0-9]+|[…':;.,()\/]/).max { $0.count < $1.count } ?? ""
      let isSaid = program.contains(fixed.trimmingCharacters(in: .whitespaces))
      #expect(isSaid, "\(message)")
    }
  }

  /// What stands between backquotes.
  private func messages(in cell: String) -> [Substring] {
    let parts = cell.split(separator: "`", omittingEmptySubsequences: false)
    return parts.indices.filter { $0 % 2 == 1 && parts[$0] != "--restarts" }.map { parts[$0] }
  }

  private static func files(_ folder: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: Repository.root + "/" + folder)?.allObjects ?? []
    return names.compactMap { $0 as? String }.map { folder + "/" + $0 }
  }

  private static func text(_ file: String) -> String {
    FileManager.default.contents(atPath: Repository.root + "/" + file).map {
      String(decoding: $0, as: UTF8.self)
    }
      ?? ""
  }
}
