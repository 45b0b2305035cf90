import FileFormats
import Foundation
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
    return try? DirectoryLock(claims(run))
  }

  /// Whether a run has reached its end, or failed.
  func isOver(_ planned: SweepPlan.Run, _ run: RunFile) throws -> Bool {
    if try FileStatus.entry(failure(planned)) != nil { return true }
    return try StoredProgress(directory: directory(planned))?.isOver(run) ?? false
  }

  func note(_ failure: String, of run: SweepPlan.Run) throws {
    try DurableFile.write(failure + "\n", to: self.failure(run))
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
    let failed = try FileStatus.entry(failure(planned)) != nil
    let words = failed ? String(decoding: try DurableFile.read(failure(planned)), as: UTF8.self) : nil
    let epochs = try isOver(planned, run) && !failed ? MetricsFile.told(directory(planned)).epochs : nil
    return SweepTable.Run(
      name: planned.name, varied: planned.varied, seed: planned.seed, epochs: epochs,
      failure: words?.trimmingCharacters(in: .whitespacesAndNewlines), figure: run.task.task.figures.first)
  }
}
