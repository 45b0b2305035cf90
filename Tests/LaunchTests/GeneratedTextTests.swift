import Foundation
import Testing

/// What the program says of itself is what the lists, pages and the manual say.
///
/// `EQPROP_WRITE_GENERATED=1 launch/test --filter GeneratedTextTests` writes them anew; then look at the difference.
@Suite struct GeneratedTextTests {
  private static let writes = ProcessInfo.processInfo.environment["EQPROP_WRITE_GENERATED"] == "1"

  @Test("No command, option or key of a run file changes unseen", arguments: GeneratedText.all.indices)
  func same(index: Int) throws {
    let (path, text) = GeneratedText.all[index]
    let now = try text()
    let file = Repository.root + "/" + path
    if Self.writes { try Data(now.utf8).write(to: URL(fileURLWithPath: file)) }
    let kept = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
    let (old, new) = (Set(kept.split(separator: "\n")), Set(now.split(separator: "\n")))
    let hint = "EQPROP_WRITE_GENERATED=1 launch/test --filter GeneratedTextTests writes it anew"
    #expect(
      kept == now,
      "\(path): only there \(old.subtracting(new).sorted()), only now \(new.subtracting(old).sorted()); \(hint)"
    )
  }

  @Test("Every key has a meaning, what it takes, and stands once")
  func keys() throws {
    let keys = try KeyHelp.all.get()
    #expect(keys.count > 40 && Set(keys.map(\.key)).count == keys.count)
    for key in keys {
      #expect(key.meaning.hasSuffix("."), "\(key.key): its row in a table of keys says what it means")
      #expect(!key.takes.isEmpty && !key.takes.contains("missing"), "\(key.key): \(key.takes)")
    }
    let required = keys.filter(\.required).map(\.key)
    #expect(
      Set(["data.format", "network.layers", "training.schedule.kind"]).isSubset(of: required), "\(required)")
    #expect(!required.contains("training.epochs") && !required.contains("network.cost"))
  }

  @Test("Every command and option is explained in a sentence; every command has an example")
  func commands() throws {
    for command in try CommandHelp.eqprop.get().commands {
      #expect(command.abstract?.hasSuffix(".") == true, "\(command.commandName)")
      #expect(command.discussion?.hasPrefix("Example: launch/run ") == true, "\(command.commandName)")
      for argument in command.own {
        #expect(argument.abstract?.hasSuffix(".") == true, "\(command.commandName) \(argument.usage)")
      }
    }
  }

  @Test("The manual page is without a warning", .enabled(if: Repository.hasMandoc, "needs mandoc"))
  func manual() throws {
    let outcome = try run("mandoc", ["-T", "lint", "-W", "warning", Repository.root + "/launch/eqprop.1"])
    #expect(outcome.code == 0 && outcome.output.isEmpty, "\(outcome.output)\(outcome.errors)")
    let page = try run("mandoc", ["-T", "utf8", Repository.root + "/launch/eqprop.1"]).output
    #expect(page.contains("NAME") && page.replacing(#/.\u{8}/#, with: "").contains("--limit-steps <n>"))
  }
}
