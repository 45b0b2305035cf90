import FileFormats
import Foundation
import MessagePassing
import Reporting
import RunFiles
import Training

/// The folder of a search: a run directory for each run, and in `claims` who trains it now and how it failed.
struct SweepFolder {
  let path: String
  /// Tells this job's marks from others'.
  private let job: String

  init(_ path: String, job: String) { (self.path, self.job) = (path, job) }

  func directory(_ run: SweepPlan.Run) -> String { joinPath(path, run.name) }
  private func claims(_ run: SweepPlan.Run) -> String { joinPath(path, "claims/" + run.name) }
  private func failure(_ run: SweepPlan.Run) -> String { claims(run) + "/failure.txt" }
  private func mark(_ group: Int) -> String { joinPath(path, "claims/\(job)-\(group)") }

  func prepare() throws { try DurableFile.createDirectory(joinPath(path, "claims")) }

  /// Keeps a run from others as long as the lock lives; nil where somebody has it.
  func claim(_ run: SweepPlan.Run) throws -> DirectoryLock? {
    try DurableFile.createDirectory(claims(run))
    return try DirectoryLock(free: claims(run))
  }

  /// Whether a run has reached its end, or diverged, which it would do again.
  func isOver(_ planned: SweepPlan.Run, _ run: RunFile) throws -> Bool {
    if let noted = try noted(planned), noted.code == 1, noted.run == RunState.digest(of: run) { return true }
    return try StoredProgress(directory: directory(planned))?.isOver(run) ?? false
  }

  /// Remembers how a run failed: its exit code and the run that it was, then the words.
  func note(_ failure: AgreedFailure, of planned: SweepPlan.Run, _ run: RunFile) throws {
    try DurableFile.write(
      "\(failure.exitCode) \(RunState.digest(of: run))\n\(failure.message)\n", to: self.failure(planned))
  }

  /// What is tried again has not failed yet.
  func forget(_ run: SweepPlan.Run) { try? FileManager.default.removeItem(atPath: failure(run)) }

  private func noted(_ planned: SweepPlan.Run) throws -> Failure? {
    try Self.failure(noted: failure(planned))
  }

  private struct Failure {
    let code: Int32
    let run: String
    let words: String
  }

  private static func failure(noted path: String) throws -> Failure? {
    guard try FileStatus.entry(path) != nil else { return nil }
    let lines = String(decoding: try DurableFile.read(path), as: UTF8.self)
      .split(separator: "\n", maxSplits: 1)
    let first = lines.first?.split(separator: " ").map(String.init) ?? []
    guard lines.count == 2, first.count == 2, let code = Int32(first[0]) else { return nil }
    let words = lines[1].trimmingCharacters(in: .whitespacesAndNewlines)
    return Failure(code: code, run: first[1], words: words)
  }

  /// How the run of a run directory in such a folder failed, if it did.
  static func failure(of run: RunFile, at directory: String) throws -> String? {
    let claims = joinPath(parentDirectory(of: directory), "claims/" + lastPart(of: directory))
    let noted = try failure(noted: claims + "/failure.txt")
    return noted.flatMap { $0.run == RunState.digest(of: run) ? $0.words : nil }
  }

  /// A group's last mark: it will train no more.
  func leave(group: Int) throws { try DurableFile.write("", to: mark(group)) }

  /// Returns once every group of this job has left.
  func waitForAll(groups: Int) throws {
    while try !(0..<groups).allSatisfy({ try FileStatus.entry(mark($0)) != nil }) { usleep(100_000) }
  }

  func clean(groups: Int) throws {
    for group in 0..<groups { try? FileManager.default.removeItem(atPath: mark(group)) }
  }

  /// What a run came to.
  func outcome(of planned: SweepPlan.Run, _ run: RunFile) throws -> SweepTable.Run {
    let failure = try noted(planned).flatMap { $0.run == RunState.digest(of: run) ? $0.words : nil }
    let epochs =
      try isOver(planned, run) && failure == nil ? MetricsFile.told(directory(planned)).epochs : nil
    return SweepTable.Run(
      name: planned.name, varied: planned.varied, seed: planned.seed, epochs: epochs,
      failure: failure, figure: run.task.task.figures.first)
  }
}
