import FileFormats
import Foundation
import Records
import RunFiles
import TestSupport
import Testing
import Training

@Suite struct RunDirectoryTests {
  private func line(_ step: Int) -> String {
    MetricsLine(
      epoch: step / 10, step: step, training: [Score(.error, 1)], cost: nil,
      energy: nil, examplesPerSecond: 1, seconds: 1
    ).json
  }

  private func pickUp(
    _ run: TemporaryRun, as file: RunFile? = nil, data: String = "digits", inputs: String = "whole 7",
    grid: String = "1x1x1", isFresh: Bool = false, notice: (String) -> Void = { _ in }
  ) throws -> String? {
    let shape = try #require(GridShape(grid))
    let standing = try run.directory.examine(
      file ?? run.run, data: data, inputs: inputs, grid: shape, isFresh: isFresh)
    try run.directory.takeUp(standing, file ?? run.run, notice: notice)
    return standing.found?.name
  }

  @Test("A new directory gets its run file and begins at the beginning")
  func begin() throws {
    let run = try TemporaryRun()
    #expect(try pickUp(run) == nil)
    #expect(run.names("") == ["checkpoints", "metrics.jsonl", "run.yaml"])
    #expect(try RunFile.load(path: run.path + "/run.yaml") == run.run)
  }

  @Test("Going on keeps the metrics up to the checkpoint, and no torn line")
  func rewind() throws {
    let run = try TemporaryRun()
    _ = try pickUp(run)
    for step in [10, 20, 30] { try run.directory.append(line(step)) }
    try run.save(20)
    try run.write("metrics.jsonl", run.text("metrics.jsonl") + #"{"event":"epoch","ep"#)
    #expect(try pickUp(run) == "step-000000020")
    #expect(run.text("metrics.jsonl") == line(10) + "\n" + line(20) + "\n")
  }

  @Test("Only lines that go are written away: a file of the lines to keep stays as it is")
  func rewindNothing() throws {
    let run = try TemporaryRun()
    _ = try pickUp(run)
    for step in [10, 20] { try run.directory.append(line(step)) }
    func inode() throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: run.path + "/metrics.jsonl")[.systemFileNumber] as? Int
    }
    let before = try inode()
    try run.directory.rewindMetrics(toEpoch: 2, step: 0)
    #expect(try inode() == before)
    // A whole line that lacks its end gets it, a damaged one in the midst stays.
    try run.write("metrics.jsonl", line(10) + "\n{\"event\":\n" + line(20))
    try run.directory.rewindMetrics(toEpoch: 2, step: 0)
    #expect(run.text("metrics.jsonl") == line(10) + "\n{\"event\":\n" + line(20) + "\n")
    try run.directory.rewindMetrics(toEpoch: 0, step: 0)
    #expect(run.text("metrics.jsonl") == "{\"event\":\n")
    // Lines that an editor on Windows has ended are lines.
    let windows = "\u{FEFF}" + line(10) + "\r\n" + line(20) + "\r\n"
    try run.write("metrics.jsonl", windows)
    try run.directory.rewindMetrics(toEpoch: 2, step: 0)
    #expect(run.text("metrics.jsonl") == windows)
  }

  @Test(
    "A folder that holds something and no run is refused, and every byte stays",
    arguments: [
      (["notes.txt": "mine"], "holds notes.txt, and no run"),
      (
        ["run.yaml": "# mine\ndata: {format: digits}\nnetwork: {layers: [{units: 10}]}\n"],
        "holds a run.yaml of yours"
      ),
      (["checkpoints/step-12/weights.pt": "mine"], "holds checkpoints/step-12"),
      (["checkpoints/step-000000012/weights.pt": "mine"], "holds checkpoints/step-000000012"),
      (["tensorboard/events.out": "mine", "a.npy": ""], "holds a.npy and 1 more"),
    ], [true, false])
  func foreign(held: (files: [String: String], words: String), isFresh: Bool) throws {
    let (files, words) = held
    let run = try TemporaryRun()
    for (name, text) in files {
      let folder = (run.path + "/" + name as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try run.write(name, text)
    }
    let before = try FileManager.default.subpathsOfDirectory(atPath: run.path).sorted()
    let error = #expect(throws: OtherRun.self) { _ = try pickUp(run, isFresh: isFresh) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    #expect(try FileManager.default.subpathsOfDirectory(atPath: run.path).sorted() == before)
    for (name, text) in files { #expect(run.text(name) == text) }
  }

  @Test("What lies beside a run's own checkpoints is neither taken for one, nor renamed, nor deleted")
  func beside() throws {
    let run = try TemporaryRun()
    _ = try pickUp(run)
    try run.save(20)
    for name in ["step-7", "step-000000099", "damaged-by-me", ".tmp-mine"] {
      try FileManager.default.createDirectory(
        atPath: run.path + "/checkpoints/" + name, withIntermediateDirectories: true)
      try run.write("checkpoints/\(name)/theirs", "theirs")
    }
    #expect(try pickUp(run) == "step-000000020")
    #expect(try pickUp(run, isFresh: true) == nil)
    #expect(run.names("checkpoints") == [".tmp-mine", "damaged-by-me", "step-000000099", "step-7"])
  }

  @Test("A line takes no longer to append after 100,000 others, and more than 64 MiB go on")
  func length() throws {
    let (short, long) = (try TemporaryRun(), try TemporaryRun())
    for run in [short, long] { _ = try pickUp(run) }
    let rest = #","note":""# + String(repeating: "x", count: 640) + "\"}\n"
    let lines = (1...100_000).map { #"{"event":"epoch","epoch":\#($0),"step":\#(10 * $0)"# + rest }
    try long.write("metrics.jsonl", lines.joined())
    let size = {
      try FileManager.default.attributesOfItem(atPath: long.path + "/metrics.jsonl")[.size] as? Int
    }
    #expect(try size() ?? 0 > 64 << 20)
    func seconds(_ run: TemporaryRun) throws -> Double {
      let began = Date()
      for step in 1_000_001...1_000_010 { try run.directory.append(line(step)) }
      return Date().timeIntervalSince(began)
    }
    // Ten of each in turn; the fastest are those that no other process disturbed.
    let times = try (0..<10).map { _ in (short: try seconds(short), long: try seconds(long)) }
    let fastest = (short: times.map(\.short).min() ?? 0, long: times.map(\.long).min() ?? 0)
    #expect(fastest.long < 10 * fastest.short, "\(fastest)")
    // Going on from a checkpoint among them keeps the lines up to it.
    try long.save(500_000)
    #expect(try pickUp(long) == "step-000500000")
    #expect(long.text("metrics.jsonl") == lines[..<50_000].joined())
  }

  @Test("An epoch whose last step is saved but whose end is not has its line written once")
  func rewindUnfinishedEpoch() throws {
    let run = try TemporaryRun()
    _ = try pickUp(run)
    for step in [10, 20] { try run.directory.append(line(step)) }
    // A stop on the epoch's last step: all steps made, the epoch not ended.
    try run.save(20, epoch: 1)
    #expect(try pickUp(run) == "step-000000020")
    #expect(run.text("metrics.jsonl") == line(10) + "\n")
  }

  @Test("A best epoch that a killed run has not named is named")
  func best() throws {
    let run = try TemporaryRun()
    _ = try pickUp(run)
    try run.save(10)
    try run.store.markBest(step: 10)
    try run.save(20, best: 20)
    #expect(try pickUp(run) == "step-000000020")
    #expect(run.text("checkpoints/BEST") == "step-000000020\n")
  }

  @Test("Another run is refused, with what differs")
  func anotherRun() throws {
    let run = try TemporaryRun("training.schedule=constant")
    _ = try pickUp(run)
    var other = run.run
    other.seed = 2
    let error = #expect(throws: (any Error).self) { try pickUp(run, as: other) }
    #expect(
      error.map { "\($0)" }
        == "\(run.path): holds another run (seed: 2 here, 1 there); use --fresh to start over, another --output, "
        + "or --continue-as DIR to go on from it with these changes"
    )
    // What does not touch the bits may change.
    other = run.run
    other.training.epochs = 99
    other.checkpoint.every = 3
    other.name = "another"
    #expect(throws: Never.self) { try pickUp(run, as: other) }
  }

  @Test("A checkpoint of another run is refused even where the run file is gone")
  func strayCheckpoint() throws {
    let run = try TemporaryRun()
    _ = try pickUp(run)
    try run.save(10)
    unlink(run.path + "/run.yaml")
    var other = run.run
    other.seed = 2
    let error = #expect(throws: (any Error).self) { try pickUp(run, as: other) }
    #expect(error.map { "\($0)" }?.contains("step-000000010: belongs to another run") == true)
  }

  @Test("Other data are refused, wherever they lie")
  func otherData() throws {
    let run = try TemporaryRun()
    _ = try pickUp(run)
    try run.save(10)
    let error = #expect(throws: (any Error).self) { try pickUp(run, data: "fashion") }
    #expect(error.map { "\($0)" }?.contains("was trained on other data (their labels differ)") == true)
    #expect(try pickUp(run) == "step-000000010")
    let images = #expect(throws: (any Error).self) { try pickUp(run, inputs: "whole 8") }
    #expect(images.map { "\($0)" }?.contains("was trained on other data (their inputs differ)") == true)
  }

  @Test("A checkpoint that does not tell its inputs is gone on from, and that is said")
  func untoldInputs() throws {
    let run = try TemporaryRun()
    _ = try pickUp(run)
    try run.save(10, inputs: nil)
    var notices: [String] = []
    #expect(try pickUp(run, inputs: "whole 8") { notices.append($0) } == "step-000000010")
    #expect(notices.count == 1)
    #expect(notices.first?.hasPrefix("checkpoint step-000000010 does not say on which inputs") == true)
    #expect(!run.text("checkpoints/step-000000010/state.json").contains("inputs"))
  }

  @Test("A run that is refused changes nothing, not even where its run file is gone")
  func refusedUnchanged() throws {
    let run = try TemporaryRun()
    _ = try pickUp(run)
    try run.save(10)
    unlink(run.path + "/run.yaml")
    #expect(throws: (any Error).self) { try pickUp(run, data: "fashion") }
    #expect(run.names("") == ["checkpoints", "metrics.jsonl"])
  }

  @Test("--fresh empties the directory of an earlier run")
  func fresh() throws {
    let run = try TemporaryRun()
    _ = try pickUp(run)
    try run.save(10)
    try run.directory.append(line(10))
    var other = run.run
    other.seed = 2
    #expect(try pickUp(run, as: other, isFresh: true) == nil)
    #expect(run.names() == [] && run.text("metrics.jsonl") == "")
    #expect(try RunFile.load(path: run.path + "/run.yaml").seed == 2)
  }

  @Test("--fresh removes nothing that is not a checkpoint")
  func freshSparesOthers() throws {
    let run = try TemporaryRun()
    _ = try pickUp(run)
    try run.save(10)
    try run.write("checkpoints/model.pt", "someone else's")
    #expect(try pickUp(run, isFresh: true) == nil)
    #expect(run.names() == ["model.pt"])
  }

  @Test("Bits that belong to a grid are not taken over by another")
  func grid() throws {
    let run = try TemporaryRun("training.reduction=mpi")
    _ = try pickUp(run)
    try run.save(10)
    #expect(try pickUp(run, grid: "1x1x1") == "step-000000010")
    let error = #expect(throws: (any Error).self) { try pickUp(run, grid: "2x1x1") }
    #expect(error.map { "\($0)" }?.contains("its bits belong to grid 1x1x1") == true)
  }
}
