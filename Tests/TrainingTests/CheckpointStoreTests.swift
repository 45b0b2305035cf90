import FileFormats
import Foundation
import TestSupport
import Testing
import Training

@Suite struct CheckpointStoreTests {
  @Test("A checkpoint's name sorts by its step")
  func names() {
    #expect(CheckpointStore.name(step: 7) == "step-000000007")
    #expect(CheckpointStore.name(step: 999_999_999) == "step-999999999")
    #expect(CheckpointStore.name(step: 1_000_000_000) == "step-1000000000")
    let steps = [1, 9, 10, 99, 123_456_789]
    let names = steps.map(CheckpointStore.name(step:))
    #expect(names.sorted() == names)
  }

  @Test("A whole checkpoint holds its files, the index, the state and the manifest, and LATEST names it")
  func complete() throws {
    let run = try TemporaryRun()
    try run.save(12, best: 6)
    #expect(run.names() == ["LATEST", "step-000000012"])
    #expect(
      run.names("checkpoints/step-000000012")
        == ["MANIFEST.json", "index.json", "layer-1.safetensors", "state.json"])
    #expect(run.text("checkpoints/LATEST") == "step-000000012\n")
    #expect(try run.store.verified("step-000000012") == run.state(12, best: 6))
    let manifest = try JSONDecoder().decode(
      Manifest.self, from: Data(run.text("checkpoints/step-000000012/MANIFEST.json").utf8))
    #expect(manifest.files.map(\.name) == ["index.json", "layer-1.safetensors", "state.json"])
  }

  @Test("One of the same step is replaced")
  func replace() throws {
    let run = try TemporaryRun()
    try run.save(12)
    try run.save(12, best: 12)
    #expect(run.names() == ["LATEST", "step-000000012"])
    #expect(try run.store.verified("step-000000012").best?.step == 12)
  }

  @Test("A crash in the midst of replacing or removing loses nothing that was whole")
  func crashes() throws {
    let run = try TemporaryRun()
    try run.save(12)
    let checkpoints = run.store.path
    // Killed between the two renames of a replacement.
    try FileManager.default.moveItem(
      atPath: checkpoints + "/step-000000012", toPath: checkpoints + "/.replaced-step-000000012")
    try FileManager.default.createDirectory(
      atPath: checkpoints + "/.tmp-step-000000012", withIntermediateDirectories: true)
    try run.store.prepare()
    #expect(run.names() == ["LATEST", "step-000000012"])
    #expect(throws: Never.self) { try run.store.verified("step-000000012") }
    // Killed before the replaced one was removed.
    try FileManager.default.copyItem(
      atPath: checkpoints + "/step-000000012", toPath: checkpoints + "/.replaced-step-000000012")
    try FileManager.default.createDirectory(
      atPath: checkpoints + "/.tmp-removed-step-000000006", withIntermediateDirectories: true)
    try run.store.prepare()
    #expect(run.names() == ["LATEST", "step-000000012"])
  }

  @Test("The newest and the best are kept, the others deleted")
  func retain() throws {
    let run = try TemporaryRun()
    for step in [5, 10, 15, 20, 25] { try run.save(step) }
    try run.store.retain(2, best: 10)
    #expect(try run.store.checkpoints() == [10, 20, 25].map(CheckpointStore.name(step:)))
    try run.store.retain(1, best: 25)
    #expect(try run.store.checkpoints() == [CheckpointStore.name(step: 25)])
    try run.store.retain(3, best: nil)
    #expect(try run.store.checkpoints() == [CheckpointStore.name(step: 25)])
  }

  @Test("BEST names the best, and the three choices find their checkpoint")
  func choices() throws {
    let run = try TemporaryRun()
    #expect(throws: FileError.self) { try run.store.name(of: .latest) }
    for step in [5, 10] { try run.save(step) }
    #expect(throws: FileError.self) { try run.store.name(of: .best) }
    try run.store.markBest(step: 5)
    #expect(run.text("checkpoints/BEST") == "step-000000005\n")
    #expect(try run.store.name(of: .latest) == "step-000000010")
    #expect(try run.store.name(of: .best) == "step-000000005")
    #expect(try run.store.name(of: .named("step-000000005")) == "step-000000005")
    let error = #expect(throws: FileError.self) { try run.store.name(of: .named("step-000000006")) }
    #expect(error?.exitCode == 66)
    #expect(error?.reason == "holds no checkpoint 'step-000000006'")
  }

  @Test("The newest whole one is chosen, the damaged ones are named and put aside")
  func newestWhole() throws {
    let run = try TemporaryRun()
    for step in [5, 10, 15] { try run.save(step) }
    try run.write("checkpoints/step-000000015/layer-1.safetensors", "weights of step 51")
    unlink(run.store.folder("step-000000010") + "/index.json")
    var notices: [String] = []
    let names = run.names()
    let (found, damaged) = try run.store.newest()
    #expect(found?.name == "step-000000005" && found?.state.step == 5)
    #expect(damaged.map(\.name) == ["step-000000015", "step-000000010"])
    #expect(run.names() == names, "looking changes nothing")
    try run.store.putAside(damaged, for: found?.name) { notices.append($0) }
    #expect(notices.count == 2)
    #expect(
      notices.first == """
        checkpoint step-000000015 is damaged and passed over (now damaged-step-000000015): \
        \(run.store.path)/step-000000015/layer-1.safetensors: its SHA-256 is not the manifest's
        """)
    #expect(notices.last?.hasSuffix("step-000000010/index.json: no such file or directory") == true)
    #expect(
      run.names() == ["LATEST", "damaged-step-000000010", "damaged-step-000000015", "step-000000005"])
    // The next one of a lower step is now the newest.
    try run.save(7)
    try run.store.retain(1, best: nil)
    #expect(try run.store.checkpoints() == ["step-000000007"])
  }

  @Test("With nothing whole the start from the beginning is told; with nothing at all it goes without saying")
  func nothingWhole() throws {
    let run = try TemporaryRun()
    var notices: [String] = []
    func pickNewest() throws -> String? {
      let (found, damaged) = try run.store.newest()
      try run.store.putAside(damaged, for: found?.name) { notices.append($0) }
      return found?.name
    }
    #expect(try pickNewest() == nil)
    try run.store.prepare()
    #expect(try pickNewest() == nil)
    #expect(notices.isEmpty)
    try run.save(5)
    try run.write("checkpoints/step-000000005/MANIFEST.json", "{}")
    #expect(try pickNewest() == nil)
    #expect(notices.last == "\(run.store.path) holds no whole checkpoint: starting over from the first step")
  }

  /// What can be wrong with a checkpoint's files, and what is said of it.
  static let damages: [(file: String, text: String, reason: String)] = [
    ("layer-1.safetensors", "weights of ste", "layer-1.safetensors: 14 bytes, the manifest says 17"),
    ("layer-1.safetensors", "Weights of step 5", "layer-1.safetensors: its SHA-256 is not the manifest's"),
    ("state.json", "{}", "state.json: 2 bytes, the manifest says"),
    ("MANIFEST.json", "", "MANIFEST.json: is not what a checkpoint holds there"),
    ("MANIFEST.json", #"{"files":[]}"#, "MANIFEST.json: lists no state.json or no index.json"),
    (
      "MANIFEST.json", #"{"files":[{"name":"../../run.yaml","size":1,"sha256":""}]}"#,
      "MANIFEST.json: names a file outside its folder: '../../run.yaml'"
    ),
  ]

  @Test("Every damage is found and told", arguments: damages)
  func damage(file: String, text: String, reason: String) throws {
    let run = try TemporaryRun()
    try run.save(5)
    try run.write("checkpoints/step-000000005/" + file, text)
    let error = #expect(throws: FileError.self) { try run.store.verified("step-000000005") }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  @Test("A manifest that leaves a file of tensors out is found")
  func shortManifest() throws {
    let run = try TemporaryRun()
    try run.save(5)
    let path = run.store.folder("step-000000005") + "/" + Manifest.fileName
    var manifest = try JSONDecoder().decode(Manifest.self, from: Data(try DurableFile.read(path)))
    manifest.files.removeAll { $0.name == "layer-1.safetensors" }
    try DurableFile.write(try manifest.encoded(), to: path)
    let error = #expect(throws: FileError.self) { try run.store.verified("step-000000005") }
    #expect(error?.reason == "does not list layer-1.safetensors, which holds layers.1.weight")
  }
}
