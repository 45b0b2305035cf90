import Foundation
import Testing

@Suite("The floors of the house")
struct FloorsTests {
  /// A target as Package.swift declares it.
  private struct Target {
    let name: String
    /// Where its files are.
    var folder: String
    /// Targets of this package and modules of others.
    let dependencies: [String]
  }

  /// The targets in Sources, from the top floor to the ground.
  private static func targets() throws -> [Target] {
    let package = try String(contentsOfFile: Repository.root + "/Package.swift", encoding: .utf8)
    let declaration =
      #/\.(?:target|executableTarget|systemLibrary)\(\s*name: "([^"]+)"(?:,\s*dependencies: \[([^\]]*)\])?(?:,\s*path: "([^"]+)")?/#
    return package.matches(of: declaration).filter { $0.3 == nil }.map { match in
      let names = (match.2 ?? "").replacing(#/, package: "[^"]*"/#, with: "").matches(of: #/"([^"]+)"/#)
      return Target(
        name: String(match.1), folder: "Sources/" + match.1, dependencies: names.map { String($0.1) })
    }
  }

  /// Those in Tests.
  private static func tests() throws -> [Target] {
    let package = try String(contentsOfFile: Repository.root + "/Package.swift", encoding: .utf8)
    let declaration =
      #/\.(testTarget|target|executableTarget)\(\s*name: "([^"]+)"(?:,\s*dependencies: \[([^\]]*)\])?(?:,\s*path: "([^"]+)")?/#
    return package.matches(of: declaration).filter { $0.1 == "testTarget" || $0.4 != nil }.map { match in
      let names = (match.3 ?? "").matches(of: #/"([^"]+)"/#)
      return Target(
        name: String(match.2), folder: match.4.map(String.init) ?? "Tests/" + match.2,
        dependencies: names.map { String($0.1) })
    }
  }

  /// The modules that a target's files import.
  private static func imports(of target: Target) throws -> Set<String> {
    let folder = Repository.root + "/" + target.folder
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return try files.filter { $0.hasSuffix(".swift") }.reduce(into: []) { modules, file in
      let text = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
      for line in text.split(separator: "\n") {
        // Also behind an attribute or an access level.
        let words = line.split(separator: " ")
        guard let word = words.firstIndex(of: "import"), word < 2, let module = words.last else { continue }
        modules.insert(String(module))
      }
    }
  }

  @Test("Package.swift lists every folder of Sources, each target above all that it depends on")
  func order() throws {
    let targets = try Self.targets()
    let folders = try FileManager.default.contentsOfDirectory(atPath: Repository.root + "/Sources")
    #expect(targets.map(\.name).sorted() == folders.sorted())
    for (index, target) in targets.enumerated() {
      let above = Set(targets[...index].map(\.name))
      let upwards = target.dependencies.filter(above.contains)
      #expect(upwards.isEmpty, "\(target.name) stands below \(upwards)")
    }
  }

  @Test("a target imports only what it declares, and so what stands below it")
  func imports() throws {
    let system: Set = ["Foundation", "FoundationEssentials", "Glibc", "Synchronization"]
    let targets = try Self.targets()
    #expect(targets.count > 10)
    for target in targets {
      let undeclared = try Self.imports(of: target).subtracting(target.dependencies).subtracting(system)
      #expect(undeclared.isEmpty, "\(target.name) imports \(undeclared.sorted())")
    }
  }

  /// What is not declared is not waited for: a test would be built against what a module was before, and crash.
  @Test("A test declares every module of the package that it imports")
  func testImports() throws {
    let modules = Set(try Self.targets().map(\.name))
    let tests = try Self.tests()
    #expect(tests.count > 10)
    for test in tests {
      let undeclared = try Self.imports(of: test).intersection(modules).subtracting(test.dependencies)
      #expect(undeclared.isEmpty, "\(test.name) imports \(undeclared.sorted())")
    }
  }
}
