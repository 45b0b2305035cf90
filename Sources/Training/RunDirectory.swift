import FileFormats
import Foundation
import MessagePassing
import RunFiles

/// A run's folder: `run.yaml`, `metrics.jsonl`, `checkpoints/`. Only rank 0 changes it.
package struct RunDirectory: Sendable {
  package let path: String

  package init(path: String) { self.path = path }

  package var store: CheckpointStore { CheckpointStore(path: path + "/checkpoints") }
  private var runFile: String { path + "/run.yaml" }
  private var metrics: String { path + "/metrics.jsonl" }
  /// Samples of earlier epochs, of a run that draws them.
  package var samples: String { path + "/samples" }
  /// Which start has begun it afresh.
  private var freshness: String { path + "/.started-over" }

  /// Makes the folder and keeps other jobs out of it as long as the lock lives.
  func lock() throws -> DirectoryLock {
    try DurableFile.createDirectory(path)
    return try DirectoryLock(path)
  }

  /// The run that the folder holds, nil when it holds none.
  package func savedRun() throws -> RunFile? {
    guard try FileStatus.entry(runFile) != nil else { return nil }
    return try RunFile.load(path: runFile)
  }

  /// What a folder holds, as a run finds it before it changes anything.
  package struct Standing {
    /// The checkpoint to go on from; nil to begin at the beginning.
    package var found: (name: String, state: RunState)?
    fileprivate var damaged: [CheckpointStore.Damage] = []
    /// All that lay there.
    fileprivate var checkpoints: [String] = []
    fileprivate var isFresh = false
  }

  /// Whether this start, before it was started again after a crash, has begun the folder afresh: what has been trained since
  /// must stay. `launch/run` names its starts.
  private var hasStartedOver: Bool {
    get throws {
      guard let start, try FileStatus.entry(freshness) != nil else { return false }
      return try DurableFile.read(freshness) == Array(start.utf8)
    }
  }

  private var start: String? { ProcessInfo.processInfo.environment["EQPROP_START"] }

  /// Looks for the checkpoint to go on from, and changes nothing but what an interrupted writer left half done.
  ///
  /// Throws when the folder holds another run, one on other data (told by their digest), one whose bits belong to another
  /// grid, or files and no run; and an input/output error where the system cannot tell what the folder holds.
  package func examine(
    _ run: RunFile, data: String, inputs: String, grid: GridShape, isFresh: Bool
  ) throws -> Standing {
    try refuseForeign()
    guard try !isFresh || hasStartedOver else { return Standing(isFresh: true) }
    if let saved = try savedRun() {
      let differences = run.differences(from: saved)
      guard differences.isEmpty else {
        throw OtherRun(
          description:
            "\(path): holds another run (\(differences.joined(separator: "; "))); use --fresh to start over, "
            + "another --output, or --continue-as DIR to go on from it with these changes")
      }
    }
    // Whoever trains here may be between two renames.
    if try store.isHalfReplaced { try withExtendedLifetime(lock()) { try store.takeBack() } }
    let (found, damaged) = try store.newest()
    if let found { try refuse(found, unlessOf: run, data: data, inputs: inputs, grid: grid) }
    return Standing(found: found, damaged: damaged, checkpoints: try store.checkpoints())
  }

  /// Makes the folder ready for what was found in it.
  package func takeUp(_ standing: Standing, _ run: RunFile, notice: (String) -> Void) throws {
    let found = standing.found
    try DurableFile.createDirectory(path)
    guard try standing.isFresh || store.checkpoints() == standing.checkpoints else {
      throw OtherRun(description: "\(path): another process has trained here meanwhile; start again")
    }
    if standing.isFresh {
      try store.clear()
      // Those of another run would stand beside this one's.
      if try FileStatus.entry(samples) != nil { try FileManager.default.removeItem(atPath: samples) }
      try DurableFile.write("", to: metrics)
    }
    try store.prepare()
    try DurableFile.write(run.resolvedYAML, to: runFile)
    if standing.isFresh, let start { try DurableFile.write(start, to: freshness) }
    try store.putAside(standing.damaged, for: found?.name, notice: notice)
    if let found, found.state.inputs == nil {
      notice(
        "checkpoint \(found.name) does not say on which inputs it was trained, only with which labels or targets; "
          + "those of this run are taken to be the same")
    }
    // A run killed between a checkpoint's last two steps has not named it the best yet.
    if let best = found?.state.best { try store.markBest(step: best.step) }
    try rewindMetrics(toEpoch: found?.state.epoch ?? 0, step: found?.state.step ?? 0)
  }

  /// Throws where the folder holds something that no run of this program can have left there.
  private func refuseForeign() throws {
    guard try FileStatus.entry(path) == .directory else { return }
    // What is written here has a name of this form first.
    let names = Set(try FileStatus.entries(of: path).filter { !$0.hasPrefix(".tmp-") })
      .subtracting([".lock", ".started-over"])
    let isRun = try names.contains("metrics.jsonl") || !store.checkpoints().isEmpty
    guard !isRun, !names.isEmpty else { return }
    func foreign(_ what: String) -> OtherRun {
      OtherRun(description: "\(path): holds \(what), and no run of this program; choose another --output")
    }
    // A start that was killed early has left these.
    let others = names.subtracting(["run.yaml", "checkpoints"]).sorted()
    if let other = others.first {
      throw foreign(others.count == 1 ? other : "\(other) and \(others.count - 1) more")
    }
    if names.contains("checkpoints"), let other = try store.foreign.first {
      throw foreign("checkpoints/\(other)")
    }
    if names.contains("run.yaml") {
      let text = String(decoding: try DurableFile.read(runFile), as: UTF8.self)
      guard (try? RunFile.parse(text, file: runFile).resolvedYAML) == text else {
        throw foreign("a run.yaml of yours")
      }
    }
  }

  /// Throws where a checkpoint is not one that the run can go on from.
  private func refuse(
    _ found: (name: String, state: RunState), unlessOf run: RunFile, data: String, inputs: String,
    grid: GridShape
  ) throws {
    guard found.state.run == RunState.digest(of: run) else {
      throw OtherRun(
        description:
          "\(store.folder(found.name)): belongs to another run; use --fresh to start over or another --output"
      )
    }
    let differing =
      found.state.data != data
      ? run.task.task.supervision.rawValue : found.state.inputs ?? inputs != inputs ? "inputs" : nil
    if let differing {
      throw OtherRun(
        description:
          "\(path): was trained on other data (their \(differing) differ); use --fresh to start over or another --output"
      )
    }
    try found.state.check(run, path: store.folder(found.name) + "/state.json")
    if let saved = found.state.grid, saved != grid.description {
      throw OtherRun(
        description:
          "\(path): its bits belong to grid \(saved) (training.reduction: mpi), which \(grid) cannot go on from"
      )
    }
  }

  /// Begins the metrics with another run's lines up to an epoch.
  package func takeMetrics(of other: RunDirectory, toEpoch last: Int, step: Int) throws {
    try DurableFile.write(try DurableFile.read(other.metrics, limit: 1 << 30), to: metrics)
    try rewindMetrics(toEpoch: last, step: step)
  }

  /// Appends a line to the metrics and syncs it: a step that takes as long however long they are.
  package func append(_ line: String) throws {
    try DurableFile.append(Array((line + "\n").utf8), to: metrics)
  }

  /// Keeps the lines of epochs up to one, and of steps up to one: later ones will be written again, with the same bits. A last line that is torn, as
  /// a kill leaves it, goes too; one that cannot be read stays where it is.
  ///
  /// The file is written anew only where a line goes.
  package func rewindMetrics(toEpoch last: Int, step: Int) throws {
    guard try FileStatus.entry(metrics) != nil else { return try DurableFile.write("", to: metrics) }
    var lines = try LineReader(path: metrics)
    var kept: [Range<Int>] = []
    var isEnded = true
    while true {
      let start = lines.offset
      guard let line = try lines.next() else { break }
      let isPast = MetricsLine.isPast(String(decoding: line, as: UTF8.self), epoch: last, step: step)
      guard isPast ?? lines.isEnded else { continue }
      isEnded = lines.isEnded
      if kept.last?.upperBound == start {
        kept[kept.count - 1] = kept[kept.count - 1].lowerBound..<lines.offset
      } else {
        kept.append(start..<lines.offset)
      }
    }
    if isEnded, kept == [0..<lines.offset] || lines.offset == 0 { return }
    try DurableFile.keep(kept, of: metrics, adding: isEnded ? [] : [UInt8(ascii: "\n")])
  }
}

/// A run directory that this run cannot go on in.
package struct OtherRun: Error, Sendable, ExitCoded, CustomStringConvertible {
  package let description: String
  package var exitCode: Int32 { 64 }

  package init(description: String) { self.description = description }
}
