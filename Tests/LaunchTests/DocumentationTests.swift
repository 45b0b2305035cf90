import Foundation
import Testing

/// The catalog is built by the toolchain's DocC; no link leads nowhere, and no public declaration is without a word.
@Suite struct DocumentationTests {
  private static let script = Repository.root + "/launch/documentation"

  @Test("The site is built without a warning, and has every page")
  func built() throws {
    let folder = try TemporaryFolder()
    let outcome = try run(Self.script, [folder.path + "/site"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output == folder.path + "/site\n")
    let pages = DocumentedCommand.documents.dropFirst().map { path in
      String(path.split(separator: "/").last?.dropLast(3) ?? "").lowercased()
    }
    #expect(pages.count >= 10)
    for page in pages where page != "equilibriumpropagation" {
      #expect(folder.has("site/documentation/eqprop/\(page)/index.html"), "\(page)")
    }
  }

  @Test("A link that leads nowhere is told, and an option it does not have")
  func broken() throws {
    let repository = try TemporaryFolder()
    for name in ["Sources/EquilibriumPropagation", "launch"] {
      let outcome = try run(
        "bash",
        ["-c", "mkdir -p \"$2\" && cp -r \"$1/.\" \"$2\"", "bash", Repository.root + "/" + name]
          + [repository.path + "/" + name])
      #expect(outcome.code == 0, "\(outcome)")
    }
    try FileManager.default.createSymbolicLink(
      atPath: repository.path + "/.build", withDestinationPath: Repository.root + "/.build")
    let page = GeneratedText.catalog + "Checkpoints.md"
    try repository.write(page, repository.text(page) + "\n<doc:Nowhere>\n")
    let outcome = try run(repository.path + "/launch/documentation", [repository.path + "/site"])
    #expect(outcome.code == 1 && outcome.errors.contains("'Nowhere' doesn't exist"), "\(outcome)")
    #expect(try run(Self.script, ["--site"]).code == 64)
  }

  @Test("Links between files of the readme and the pages lead to files")
  func links() throws {
    for document in DocumentedCommand.documents {
      let text = try String(contentsOfFile: Repository.root + "/" + document, encoding: .utf8)
      for link in text.matches(of: #/\]\((?!http|#|<)([^)]+)\)/#).map(\.1) where document == "README.md" {
        #expect(FileManager.default.fileExists(atPath: Repository.root + "/" + link), "\(document): \(link)")
      }
    }
  }
}
