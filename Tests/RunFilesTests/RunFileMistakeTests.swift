import Foundation
import RunFiles
import TestSupport
import Testing

@Suite("Mistakes in a run file")
struct RunFileMistakeTests {
  @Test(
    "each key's mistake has its message, position included",
    arguments: RunFileMistake.keys + RunFileMistake.values + RunFileMistake.yaml)
  func message(_ mistake: RunFileMistake) {
    #expect(refusal(smallestRunFile + mistake.text + "\n") == "m.yaml:" + mistake.message)
  }

  @Test("what must be written is missed at its parent", arguments: RunFileMistake.missing)
  func missing(_ mistake: RunFileMistake) {
    let text = mistake.text == "(empty)" ? "" : mistake.text
    #expect(refusal(text) == "m.yaml:" + mistake.message)
  }

  @Test("an option's mistake is shown at the option", arguments: RunFileMistake.options)
  func option(_ mistake: RunFileMistake) {
    #expect(refusal(smallestRunFile, settings: [mistake.text]) == "--set \(mistake.text): \(mistake.message)")
  }

  @Test("a control character and too many levels")
  func unprintable() {
    let control = "m.yaml:3:8: control character U+0001 stands here; delete it"
    #expect(refusal(smallestRunFile + "seed: '\u{1}'") == control)
    let nested = String(repeating: "[", count: 20) + String(repeating: "]", count: 20)
    let deep = "m.yaml:3:23: values are nested more than 16 deep; a run file needs four levels at most"
    #expect(refusal(smallestRunFile + "seed: " + nested) == deep)
  }

  @Test("files that cannot be read, are too large or are not text")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "run-file-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func refusal(_ path: String) -> String? {
      do {
        _ = try RunFile.load(path: path)
        return nil
      } catch {
        return "\(error.exitCode) " + error.description.replacingOccurrences(of: folder.path, with: "…")
      }
    }
    let file = folder.appendingPathComponent("a.yaml")
    #expect(refusal(file.path) == "66 …/a.yaml: there is no such file; name a run file")
    #expect(refusal(folder.path) == "66 …: the file cannot be read; Is a directory")

    try Data(smallestRunFile.utf8 + Array("name: \u{e9}".utf8) + [0xFF]).write(to: file)
    #expect(refusal(file.path) == "64 …/a.yaml:3:8: this byte is not UTF-8; save the file as UTF-8")

    try Data(repeating: UInt8(ascii: "#"), count: 1 << 20).write(to: file)
    let missing = "64 …/a.yaml:1:1: missing required key 'data'; add data: {format: digits}"
    #expect(refusal(file.path) == missing)
    try Data(repeating: UInt8(ascii: "#"), count: 1 << 20 + 1).write(to: file)
    let tooLarge = "64 …/a.yaml: the file is larger than 1048576 bytes; name a run file, not data"
    #expect(refusal(file.path) == tooLarge)

    try Data(smallestRunFile.utf8).write(to: file)
    #expect(refusal(file.path) == nil)
    #expect(try RunFile.load(path: file.path, settings: ["seed=7"]).seed == 7)
    // A path is a path.
    for path in [
      "#1[a].csv", "a: b", "{a}", "- a", "a # b", "*a", "&a", "!a", "@a", "%a", "1", "true", "a, b", "'a",
    ] {
      let run = try RunFile.load(
        path: file.path, settings: ["data={format: csv, path: x}", "data.path=\(path)"])
      #expect(try run.data.path == path && RunFile.parse(run.resolvedYAML, file: "b.yaml").data.path == path)
    }
    let quoted = try RunFile.load(
      path: file.path, settings: ["data={format: csv, path: x}", "data.path='it''s'"])
    #expect(quoted.data.path == "it's")
    #expect(try RunFile.load(path: file.path, settings: ["data.path=null"]).data.path == nil)
  }
}
