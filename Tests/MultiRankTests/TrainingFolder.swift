import FileFormats
import Foundation
import Synchronization
import Testing

/// A temporary folder with a run file in it, where `eqprop` trains and evaluates; it goes with its last user.
final class TrainingFolder: Sendable {
  let path: String

  /// The folder's run file is `run.yaml`.
  init(_ runFile: String) throws {
    path = FileManager.default.temporaryDirectory.path + "/eqprop-training-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try write("run.yaml", runFile)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  private static let shared = Mutex<[String]>([])

  /// Has the folder, which a static property holds, removed when the tests are over.
  func removedAtExit() -> TrainingFolder {
    TrainingFolder.shared.withLock { paths in
      if paths.isEmpty {
        atexit {
          TrainingFolder.shared.withLock {
            for path in $0 { try? FileManager.default.removeItem(atPath: path) }
          }
        }
      }
      paths.append(path)
    }
    return self
  }

  /// The command that trains into `output` on a grid written as 2x1x1; its ranks can be told by `mark`.
  func training(_ grid: String, to output: String = "run", _ options: [String] = []) -> Mpirun {
    command(
      "train", grid,
      [path + "/run.yaml", "--output", path + "/" + output, "--grid", grid, "--progress", "plain"]
        + ["--set", "report.html=false"] + options)
  }

  /// Trains to an end.
  @discardableResult
  func train(_ grid: String, to output: String = "run", _ options: [String] = []) throws -> Outcome {
    try training(grid, to: output, options).run()
  }

  /// Evaluates a run directory on a grid.
  func evaluate(_ grid: String, _ output: String = "run", _ options: [String] = []) throws -> Outcome {
    try command("evaluate", grid, [path + "/" + output, "--grid", grid] + options).run()
  }

  /// A command of one rank, which ends with one of these codes.
  func succeeds(_ name: String, _ arguments: [String], codes: Set<Int32> = [0]) throws -> Outcome {
    let outcome = try command(name, "1x1x1", arguments).run()
    #expect(codes.contains(outcome.status), "\(name): \(outcome.story)")
    return outcome
  }

  /// A command on a grid; its ranks can be told by `mark`.
  func command(_ name: String, _ grid: String, _ arguments: [String]) -> Mpirun {
    let ranks = grid.split(separator: "x").reduce(1) { $0 * (Int($1) ?? 0) }
    return Mpirun(
      executable: "eqprop", ranks: ranks, arguments: [name] + arguments,
      environment: [Ranks.mark: path], limitSeconds: 60)
  }

  func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
  }

  func text(_ name: String) -> String {
    FileManager.default.contents(atPath: path + "/" + name).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// The names in a folder, hidden ones too, sorted.
  func names(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path + "/" + folder)) ?? []).sorted()
  }

  /// The whole checkpoints of a run directory, oldest first.
  func checkpoints(_ output: String = "run") -> [String] {
    names(output + "/checkpoints").filter { $0.hasPrefix("step-") }
  }

  func copy(_ name: String, to copy: String) throws {
    try FileManager.default.copyItem(atPath: path + "/" + name, toPath: path + "/" + copy)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }
}

/// What a run left that must not depend on its grid or on what befell it.
struct Remains: Equatable, CustomStringConvertible {
  /// The last checkpoint's files: SHA-256 by name, after the checkpoint's own name.
  var last: [String]
  /// The lines of `metrics.jsonl` without their two times.
  var metrics: [String]
  /// The contents of BEST.
  var best: String

  var description: String { (last + metrics + [best]).joined(separator: "\n") }
}

extension TrainingFolder {
  /// Reads what a run left.
  func remains(_ output: String = "run") throws -> Remains {
    let checkpoints = output + "/checkpoints/"
    let last = text(checkpoints + "LATEST").trimmingCharacters(in: .newlines)
    return Remains(
      last: [last] + (try digests(checkpoints + last)), metrics: metrics(output),
      best: text(checkpoints + "BEST"))
  }

  /// The lines of a run's metrics that tell of an event: `epoch`, `steps`.
  func lines(_ output: String = "run", of event: String = "epoch") throws -> [[String: Any]] {
    try text(output + "/metrics.jsonl").split(separator: "\n").map { line in
      guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
        throw HarnessError("no line of metrics: \(line)")
      }
      return object
    }.filter { $0["event"] as? String == event }
  }

  /// SHA-256 of every file below a folder, after its name, sorted.
  func digests(_ folder: String) throws -> [String] {
    let root = path + "/" + folder
    guard let names = FileManager.default.enumerator(atPath: root)?.compactMap({ $0 as? String }) else {
      throw HarnessError("no folder \(root)")
    }
    return try names.sorted().filter { !FileStatus.isDirectory(root + "/" + $0) }.map {
      "\($0) \(try SHA256.digest(ofFile: root + "/" + $0).sha256)"
    }
  }

  private func metrics(_ output: String) -> [String] {
    text(output + "/metrics.jsonl").split(separator: "\n").map { line in
      let times = line.range(of: #","examples_per_second":"#)?.lowerBound
      return String(line[..<(times ?? line.endIndex)])
    }
  }
}

extension Outcome {
  /// What `eqprop` said on standard error, without its name: progress and mpirun's own words left out.
  var said: [String] {
    errors.split(separator: "\n").filter { $0.hasPrefix("eqprop: ") }.map { String($0.dropFirst(8)) }
  }
}
