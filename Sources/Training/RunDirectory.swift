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

  /// Makes the folder ready and picks the checkpoint to go on from: nil to begin at the beginning.
  ///
  /// Throws when the folder holds another run, one on other data (told by their digest), or one whose bits belong to another
  /// grid; and an input/output error where the system cannot tell what the folder holds. Until all of that is known nothing
  /// is changed but what interrupted writers left.
  package func pickUp(
    _ run: RunFile, data: String, inputs: String, grid: GridShape, isFresh: Bool, notice: (String) -> Void
  ) throws -> (name: String, state: RunState)? {
    if !isFresh, let saved = try savedRun() {
      let differences = run.differences(from: saved)
      guard differences.isEmpty else {
        throw OtherRun(
          description:
            "\(path): holds another run (\(differences.joined(separator: "; "))); use --fresh to start over "
            + "or another --output")
      }
    }
    try DurableFile.createDirectory(path)
    if isFresh {
      try store.clear()
      try DurableFile.write("", to: metrics)
    }
    try store.prepare()
    let (found, damaged) = try store.newest()
    if let found { try refuse(found, unlessOf: run, data: data, inputs: inputs, grid: grid) }
    try DurableFile.write(run.resolvedYAML, to: runFile)
    try store.putAside(damaged, for: found?.name, notice: notice)
    if let found, found.state.inputs == nil {
      notice(
        "checkpoint \(found.name) does not say on which inputs it was trained, only with which labels or targets; "
          + "those of this run are taken to be the same")
    }
    // A run killed between a checkpoint's last two steps has not named it the best yet.
    if let best = found?.state.best { try store.markBest(step: best.step) }
    try rewindMetrics(toEpoch: found?.state.epoch ?? 0)
    return found
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

  /// Appends a line to the metrics and syncs it: a step that takes as long however long they are.
  package func append(_ line: String) throws {
    try DurableFile.append(Array((line + "\n").utf8), to: metrics)
  }

  /// Keeps the lines of epochs up to one: later ones will be written again, with the same bits. A line that is torn, as
  /// a kill leaves it, goes too.
  ///
  /// The file is written anew only where a line goes.
  package func rewindMetrics(toEpoch last: Int) throws {
    guard try FileStatus.entry(metrics) != nil else { return try DurableFile.write("", to: metrics) }
    var lines = try LineReader(path: metrics)
    var kept: [Range<Int>] = []
    var isEnded = true
    while true {
      let start = lines.offset
      guard let line = try lines.next() else { break }
      guard let epoch = MetricsLine.epoch(of: String(decoding: line, as: UTF8.self)), epoch <= last else {
        continue
      }
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
