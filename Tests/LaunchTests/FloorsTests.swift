import Foundation
import Testing

@Suite("The floors of the house")
struct FloorsTests {
  /// A target as Package.swift declares it.
  private struct Target {
    let name: String
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
      return Target(name: String(match.1), dependencies: names.map { String($0.1) })
    }
  }

  /// The modules that a target's files import.
  private static func imports(of target: String) throws -> Set<String> {
    let folder = Repository.root + "/Sources/" + target
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
      let undeclared = try Self.imports(of: target.name).subtracting(target.dependencies).subtracting(system)
      #expect(undeclared.isEmpty, "\(target.name) imports \(undeclared.sorted())")
    }
  }
}
