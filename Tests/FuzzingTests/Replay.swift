import Foundation
import TestBasis
import Testing

/// One run of `fuzz-parsers` in its ordinary build: a process of its own, so that a crash ends only that.
struct Replay {
  /// The exit code, or the signal.
  let status: Int32
  /// A line for each input: its path, what came of it, its milliseconds.
  let lines: [String]
  let errors: String

  /// Gives the files to a parser; the process has a gibibyte of address space and two minutes.
  init(_ parser: String, _ paths: String...) throws {
    let process = Process()
    process.executableURL = try BuiltPrograms.folder().appendingPathComponent("fuzz-parsers")
    process.arguments = [parser] + paths
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("replay-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["output", "errors"].map { folder.appendingPathComponent($0) }
    for file in files { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    let deadline = Date(timeIntervalSinceNow: 120)
    while process.isRunning {
      if Date() > deadline { kill(process.processIdentifier, SIGKILL) }
      usleep(10_000)
    }
    status = process.terminationStatus
    lines = try String(decoding: Data(contentsOf: files[0]), as: UTF8.self).split(separator: "\n").map(
      String.init)
    errors = try String(decoding: Data(contentsOf: files[1]), as: UTF8.self)
  }

  /// Milliseconds of the slowest input.
  var slowest: Double {
    lines.compactMap { line in
      line.split(separator: "[").last.flatMap { Double($0.prefix { $0 != " " }) }
    }.max() ?? 0
  }

  /// The folder of a parser's inputs.
  static func corpus(_ parser: String) throws -> String {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return tests.appendingPathComponent("Fuzzing/Corpus/" + parser).path
  }
}
