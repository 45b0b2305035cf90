import FileFormats
import Foundation
import RunFiles
import TestSupport
import Testing
import Training

/// Checkpoints whose files lie: no name in them leads anywhere else, and no figure is taken unseen.
@Suite struct HostileCheckpointTests {
  private let name = "step-000000012"

  private func folder(_ run: TemporaryRun) -> String { run.store.path + "/" + name }

  /// The error that a checkpoint is refused with.
  private func refusal(_ run: TemporaryRun) throws -> FileError {
    try #require(throws: FileError.self) { _ = try run.store.verified(name) }
  }

  /// Adds an entry to the manifest, whose size and SHA-256 are those of `bytes`.
  private func list(_ entry: String, _ bytes: [UInt8], in run: TemporaryRun) throws {
    let path = folder(run) + "/" + Manifest.fileName
    var manifest = try JSONDecoder().decode(Manifest.self, from: Data(DurableFile.read(path)))
    manifest.files.append(.init(name: entry, size: bytes.count, sha256: SHA256.digest(of: bytes)))
    try DurableFile.write(try manifest.encoded(), to: path)
  }

  @Test(
    "A manifest's names stay in its folder",
    arguments: [
      "../secret", "../../secret", "/etc/hostname", "a/b", "", ".", "..", ".hidden", "state.json\0",
      String(repeating: "x", count: 256),
    ])
  func names(entry: String) throws {
    let run = try TemporaryRun()
    try run.save(12)
    try run.write("secret", "secret")
    try run.write("checkpoints/secret", "secret")
    try list(entry, Array("secret".utf8), in: run)
    let error = try refusal(run)
    #expect(error.exitCode == 65)
    #expect(error.reason.hasPrefix("names a file outside its folder: '"))
    #expect(!error.reason.contains("\0") && error.reason.count < 600)
  }

  @Test(
    "A link in a checkpoint is refused, wherever it leads",
    arguments: ["MANIFEST.json", "layer-1.safetensors", "x"])
  func links(entry: String) throws {
    let run = try TemporaryRun()
    try run.save(12)
    let outside = run.path + "/outside"
    let link = folder(run) + "/" + entry
    if FileStatus.exists(link) {
      try FileManager.default.moveItem(atPath: link, toPath: outside)
    }
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: outside)
    let error = try refusal(run)
    #expect(error.exitCode == 65)
    #expect(error.description == "\(link): is a link, which may lead out of the run directory")
  }

  @Test("A checkpoint that is itself a link is passed over, and what it leads to is left alone")
  func linkedFolder() throws {
    let run = try TemporaryRun()
    try run.save(6)
    try run.save(12)
    let outside = run.path + "/outside"
    try FileManager.default.moveItem(atPath: folder(run), toPath: outside)
    try FileManager.default.createSymbolicLink(atPath: folder(run), withDestinationPath: outside)
    var notices: [String] = []
    let (found, damaged) = try run.store.newest()
    #expect(found?.name == "step-000000006")
    try run.store.putAside(damaged, for: found?.name) { notices.append($0) }
    #expect(notices.count == 1 && notices[0].contains("is a link"))
    try run.store.clear()
    #expect(run.names("outside").count == 4)
  }

  @Test("A manifest lists every file of tensors, and each file once")
  func listing() throws {
    let run = try TemporaryRun()
    try run.save(12)
    try run.write("checkpoints/\(name)/layer-2.safetensors", "more")
    #expect(try refusal(run).reason == "does not list layer-2.safetensors, which lies beside it")
    try list("layer-2.safetensors", Array("more".utf8), in: run)
    #expect(throws: Never.self) { try run.store.verified(name) }
    try list("layer-2.safetensors", Array("more".utf8), in: run)
    #expect(try refusal(run).reason == "lists 'layer-2.safetensors' twice")
  }

  @Test("A state that the run cannot have written is bad data, whatever vouches for it")
  func states() throws {
    let run = try TemporaryRun()
    let good = try run.state(12, best: 6)
    let path = "state.json"
    #expect(throws: Never.self) { try good.check(run.run, path: path) }
    let lies: [(inout RunState) -> Void] = [
      { $0.step = -1 }, { $0.step = .max }, { $0.cursor = -1 }, { $0.cursor = 13 }, { $0.epoch = 13 },
      { $0.best?.step = -6 }, { $0.shards += 1 }, { $0.slices = 0 },
      { $0.updates = 12 },
      { $0.tally.examples = [] }, { $0.tally.sums["wrong"]?.append(0) }, { $0.tally.sums = [:] },
      { $0.tally.sums["more"] = [0] },
      { $0.tally.sums["wrong"]?[0] = 0.5 }, { $0.tally.costs.removeLast() },
      { $0.tally.energies = [] }, { $0.tally.sums["wrong"]?[0] = 0x1p63 }, { $0.tally.diverged[0] = -1 },
      { $0.tally.diverged = [] },
      { $0.tally.relaxation.low = [] }, { $0.tally.relaxation.changes.append(0) },
      { $0.tally.relaxation.free.iterations = .max }, { $0.tally.relaxation.judged = .min },
      {
        $0.rates = LayerRates(
          NetworkSettings(
            layers: [.init(units: 10, activation: .tanh, rate: .fixed(1))], initialization: .glorotUniform,
            cost: .squaredError))
      },
    ]
    for (index, lie) in lies.enumerated() {
      var state = good
      lie(&state)
      #expect(throws: FileError.self, "lie \(index)") { try state.check(run.run, path: path) }
    }
    // Adam counts its updates, at least one a step.
    var adam = run.run
    adam.training.optimizer = .adam(mean: 0.9, square: 0.999, epsilon: 1e-8)
    let counts: [(Int?, isGood: Bool)] = [
      (nil, false), (-1, false), (11, false), (12, true), (60, true), (.max, false),
    ]
    for (updates, isGood) in counts {
      var state = good
      state.updates = updates
      let isTaken = (try? state.check(adam, path: path)) != nil
      #expect(isTaken == isGood, "\(updates ?? 0)")
    }
  }
}
