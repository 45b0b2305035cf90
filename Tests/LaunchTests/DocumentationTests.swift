import Foundation
import TestBasis
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

  @Test("The page on a rule of one's own shows the stranger's package, to the letter")
  func stranger() throws {
    func text(_ path: String) throws -> String {
      try String(contentsOfFile: Repository.root + "/" + path, encoding: .utf8)
    }
    let page = try text(GeneratedText.catalog + "RuleOfYourOwn.md")
    let blocks = page.matches(of: #/```swift\n((?:[^`]|`(?!``))*)```/#).map { String($0.1) }
    let package = "Tests/Stranger/"
    let program = try text(package + "Sources/stranger/main.swift")
    #expect(blocks == [try text(package + "Package.swift"), program])
    #expect(program.split(separator: "\n", omittingEmptySubsequences: false).count <= 81)
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

extension DocumentationTests {
  private static let modules = [
    "Reporting", "Verification", "Planning", "Inspection", "Training", "RunFiles", "EquilibriumPropagation",
    "EnergyModels", "DataSets", "Records", "FileFormats", "Schema", "MessagePassing", "Tensors",
  ]

  /// What `swift symbolgraph-extract` tells of a module.
  private struct Graph: Decodable {
    struct Symbol: Decodable {
      struct Kind: Decodable { var identifier: String }
      struct Identifier: Decodable { var precise: String }
      struct Comment: Decodable {}
      var kind: Kind
      var identifier: Identifier
      var pathComponents: [String]
      var docComment: Comment?
    }
    struct Relationship: Decodable {
      struct Origin: Decodable {}
      var source: String
      var sourceOrigin: Origin?
    }
    var symbols: [Symbol]
    var relationships: [Relationship]
  }

  @Test("Every public type, function and method says what it is", arguments: modules)
  func declarations(module: String) throws {
    let folder = try TemporaryFolder()
    let build = Repository.root + "/.build/release"
    let sources = ["CJPEG", "CPNG", "CZlib", "COpenSSL", "COpenMPI"].map {
      Repository.root + "/Sources/\($0)"
    }
    let maps =
      [
        "\(build)/CKernels.build", "\(build)/CMPI.build", "\(build)/CPictures.build",
        Repository.root + "/.build/checkouts/Yams/Sources/CYaml/include",
      ]
      + sources
    let includes = try run("pkg-config", ["--cflags-only-I", "mpi"]).output
      .split(separator: #/\s+/#).flatMap { ["-I", String($0.dropFirst(2))] }
    let outcome = try run(
      "bash",
      [
        "-c",
        """
        target=$(swift -print-target-info | sed -n 's/.*"unversionedTriple": "\\(.*\\)",/\\1/p')
        exec swift symbolgraph-extract -target "$target" -minimum-access-level public -skip-synthesized-members "$@"
        """, "bash", "-module-name", module, "-I", "\(build)/Modules", "-output-dir", folder.path,
      ] + includes + maps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)/module.modulemap"] })
    try #require(outcome.code == 0, "\(outcome.errors)")
    let graph = try JSONDecoder().decode(
      Graph.self, from: Data(contentsOf: URL(fileURLWithPath: folder.path + "/\(module).symbols.json")))
    // What a protocol or the standard library says already need not be said again.
    let inherited = Set(graph.relationships.filter { $0.sourceOrigin != nil }.map(\.source))
    let kinds = ["struct", "enum", "class", "protocol", "func", "method", "type.method"].map { "swift." + $0 }
    let silent = graph.symbols.filter {
      $0.docComment == nil && kinds.contains($0.kind.identifier) && !inherited.contains($0.identifier.precise)
    }
    #expect(graph.symbols.count > (module == "Verification" ? 2 : 20))
    #expect(silent.isEmpty, "\(silent.map { $0.pathComponents.joined(separator: ".") })")
  }
}
