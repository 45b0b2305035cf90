import FileFormats
import Foundation
import MessagePassing
import RunFiles
import Synchronization
import Tensors

/// Writes checkpoints beside the training: the model is copied and gathered at once, a thread of each rank writes its
/// files, and when all are on disk rank 0 adds the manifest and renames the folder.
package final class CheckpointWriter {
  private let grid: Grid
  private let deal: Deal
  private let layout: CheckpointLayout
  private let store: CheckpointStore
  private let settings: CheckpointSettings
  private var pending: (state: RunState, job: WritingJob, isBest: Bool)?

  init(grid: Grid, deal: Deal, layout: CheckpointLayout, store: CheckpointStore, settings: CheckpointSettings)
  {
    self.grid = grid
    self.deal = deal
    self.layout = layout
    self.store = store
    self.settings = settings
  }

  /// Whether this rank's files of the checkpoint under way are written (or none is under way).
  package var isWritten: Bool { pending?.job.isDone ?? true }
  var isPending: Bool { pending != nil }

  /// Begins a checkpoint; one that is under way is completed first. Every rank calls it with its own model; only rank
  /// 0's `state` is kept.
  func begin(_ state: RunState, model: Model, isBest: Bool) throws {
    try complete()
    try grid.world.agree { if grid.isFirst { try store.begin(step: state.step) } }
    let files = try layout.gather(model, grid: grid, deal: deal)
    pending = (state, WritingJob(files, folder: store.temporary(step: state.step)), isBest)
    if settings.wait { try complete() }
  }

  /// Waits for the checkpoint under way and makes it whole; every rank calls it.
  package func complete() throws {
    guard let (state, job, isBest) = pending.take() else { return }
    let entries = try grid.world.agree { try job.wait() }
    let all = try grid.world.gather(Array(JSONEncoder().encode(entries)), at: 0)
    try grid.world.agree {
      guard let all else { return }
      let files = try all.flatMap { try JSONDecoder().decode([Manifest.Entry].self, from: Data($0)) }
      var index: [String: String] = [:]
      for file in layout.files { for tensor in file.tensors { index[tensor.name] = file.name } }
      try store.complete(state: state, index: index, files: files)
      if isBest { try store.markBest(step: state.step) }
      try store.retain(settings.keep, best: state.best?.step)
    }
  }
}

/// A thread that writes some files and never calls MPI.
private final class WritingJob: Sendable {
  private let result = Mutex<Result<[Manifest.Entry], FileError>?>(nil)
  private let done = Atomic<Bool>(false)
  private let finished = DispatchSemaphore(value: 0)

  init(_ files: [FileContents], folder: String) {
    let thread = Thread { [self] in
      let written = Result { () throws(FileError) in
        var entries: [Manifest.Entry] = []
        for file in files { entries.append(try file.write(to: folder)) }
        return entries
      }
      result.withLock { $0 = written }
      done.store(true, ordering: .releasing)
      finished.signal()
    }
    thread.name = "checkpoint"
    thread.start()
  }

  var isDone: Bool { done.load(ordering: .acquiring) }

  func wait() throws(FileError) -> [Manifest.Entry] {
    finished.wait()
    finished.signal()
    guard let result = result.withLock({ $0 }) else { preconditionFailure("a finished job has a result") }
    return try result.get()
  }
}
