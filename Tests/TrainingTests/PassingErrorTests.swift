import FileFormats
import Foundation
import TestSupport
import Testing
import Training

/// What cannot be read now, as on a share that hiccups, is no damage: nothing is renamed, nothing is rewound.
@Suite struct PassingErrorTests {
  /// Runs `body` as a user who may not read what has no permissions, which root may.
  private func withoutPrivileges<Value>(_ body: () throws -> Value) throws -> Value {
    guard geteuid() == 0 else { return try body() }
    // Linux keeps the user of file accesses for each thread.
    typealias Set = @convention(c) (uid_t) -> Int32
    let set = unsafeBitCast(try #require(dlsym(nil, "setfsuid")), to: Set.self)
    _ = set(65534)
    defer { _ = set(0) }
    return try body()
  }

  /// A run of two checkpoints and two epochs, which any user may change.
  private func run() throws -> TemporaryRun {
    let run = try TemporaryRun()
    _ = try pickUp(run)
    for step in [10, 20] {
      try run.directory.append(#"{"event":"epoch","epoch":\#(step / 10),"step":\#(step)}"#)
      try run.save(step, best: 10)
    }
    try run.store.markBest(step: 10)
    let all = try FileManager.default.subpathsOfDirectory(atPath: run.path)
    for path in [run.path] + all.map({ run.path + "/" + $0 }) { chmod(path, 0o777) }
    return run
  }

  private func pickUp(_ run: TemporaryRun) throws -> String? {
    let standing = try run.directory.examine(
      run.run, data: "digits", inputs: "whole 7", grid: #require(GridShape("1x1x1")), isFresh: false)
    try run.directory.takeUp(standing, run.run) { Issue.record("a notice: \($0)") }
    return standing.found?.name
  }

  /// Everything in a run's folder, with what the files hold.
  private func everything(_ run: TemporaryRun) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: run.path).sorted().map {
      "\($0): \(run.text($0))"
    }
  }

  @Test(
    "What cannot be opened or listed now ends with 74, and nothing is touched",
    arguments: [
      "step-000000020/MANIFEST.json", "step-000000020/layer-1.safetensors", "step-000000020/state.json",
      "step-000000020/index.json", "step-000000020", "",
    ])
  func unreadable(place: String) throws {
    let run = try run()
    let before = try everything(run)
    let path = run.store.path + "/" + place
    chmod(path, 0)
    let error = try withoutPrivileges { try #require(throws: FileError.self) { _ = try pickUp(run) } }
    #expect(error.exitCode == 74, "\(error)")
    let choices: [Evaluator.Choice] = place == "" ? [.latest, .best] : [.latest]
    for choice in choices {
      let told = try withoutPrivileges {
        try #require(throws: FileError.self) { _ = try run.store.whole(choice) }
      }
      #expect(told.exitCode == 74, "\(choice): \(told)")
    }
    #expect(try everything(run) == before)
    chmod(path, 0o777)
    #expect(try pickUp(run) == "step-000000020")
  }

  @Test("A damaged checkpoint stays in its place where the one before it cannot be read now")
  func behindDamage() throws {
    let run = try run()
    try run.write("checkpoints/step-000000020/layer-1.safetensors", "weights of step 02")
    let before = try everything(run)
    chmod(run.store.folder("step-000000010"), 0)
    let error = try withoutPrivileges { try #require(throws: FileError.self) { _ = try pickUp(run) } }
    #expect(error.exitCode == 74, "\(error)")
    #expect(try everything(run) == before)
  }

  @Test("A pointer that cannot be read now ends with 74, one that is not there with 66")
  func pointer() throws {
    let run = try run()
    chmod(run.store.path + "/BEST", 0)
    let error = try withoutPrivileges {
      try #require(throws: FileError.self) { _ = try run.store.whole(.best) }
    }
    #expect(error.exitCode == 74, "\(error)")
    unlink(run.store.path + "/BEST")
    let absent = try #require(throws: FileError.self) { _ = try run.store.whole(.best) }
    #expect(absent.exitCode == 66, "\(absent)")
  }

  @Test("A run file or metrics that cannot be looked at are not taken for missing")
  func runFile() throws {
    let run = try run()
    let before = try everything(run)
    chmod(run.path, 0)
    #expect(throws: FileError.self) { try withoutPrivileges { _ = try run.directory.savedRun() } }
    #expect(throws: FileError.self) {
      try withoutPrivileges { try run.directory.rewindMetrics(toEpoch: 0, step: 0) }
    }
    chmod(run.path, 0o777)
    #expect(try everything(run) == before)
  }

  @Test("Of what stands where a file should be, only a file that is there may be read later")
  func judged() throws {
    let run = try TemporaryRun()
    try run.write("file", "")
    mkdir(run.path + "/folder", 0o777)
    mkfifo(run.path + "/pipe", 0o777)
    func kind(_ name: String) throws -> FileError.Kind {
      try FileError(.missing, path: run.path + "/" + name, "may not be read").judged().kind
    }
    #expect(try kind("file") == .inputOutput)
    for name in ["folder", "pipe", "nothing", "nothing/at all", "file/below"] {
      #expect(try kind(name) == .missing, "\(name)")
    }
    #expect(try FileError(.badData, path: run.path + "/file", "bad").judged().kind == .badData)
  }
}
