import EnergyModels
import FileFormats
import Foundation
import MessagePassing
import Training

/// What a benchmark does with a trainer: steps without a run directory.
extension Trainer {
  /// Takes some steps of full batches with their small exchanges, through the first epoch again and again.
  func rehearse(steps: Int) throws {
    for _ in 0..<steps {
      let isOver = state.cursor >= training.batches.steps
      if isOver || training.batches.size(step: state.cursor) < run.training.batch { state.cursor = 0 }
      try step()
      _ = try ranksAgreeToStop()
    }
    try hearOfAllSteps()
  }

  /// Inputs and targets of the first batch.
  var firstBatch: Clamped {
    training.clamp(training.members(epoch: 0, step: 0), parameters: parameters)
  }

  /// Mean iterations of the phases so far, on every rank alike.
  func meanIterations() throws -> StepWork.Iterations {
    let (free, nudged) = (state.tally.relaxation.free, state.tally.relaxation.nudged)
    var counts = [free.iterations, free.count, nudged.iterations, nudged.count].map(Int64.init)
    try grid.world.sum(&counts)
    func mean(_ sum: Int64, _ count: Int64) -> Double { count == 0 ? 0 : Double(sum) / Double(count) }
    return StepWork.Iterations(free: mean(counts[0], counts[1]), nudged: mean(counts[2], counts[3]))
  }

  /// Seconds that training stands still for one checkpoint; its folder, made for it, is removed.
  func rehearseCheckpoint() throws -> Double {
    try grid.world.agree {
      guard grid.isFirst else { return }
      try DurableFile.createDirectory(directory.path)
      try directory.store.prepare()
    }
    _ = grid.clock?.take()
    try checkpoint(isBest: false)
    var seconds = grid.clock?.take()[.checkpoint] ?? 0
    // Training would go on while the files are written.
    var waiting: [Int64] = [1]
    while waiting[0] > 0 {
      usleep(2000)
      waiting = [writer.isWritten ? 0 : 1]
      try grid.world.maximum(&waiting)
    }
    _ = grid.clock?.take()
    grid.clock?.enter(.checkpoint)
    try writer.complete()
    grid.clock?.leave()
    seconds += grid.clock?.take()[.checkpoint] ?? 0
    try grid.world.agree {
      if grid.isFirst { try FileManager.default.removeItem(atPath: directory.path) }
    }
    return seconds
  }

  /// Steps from one checkpoint to the next.
  var stepsPerCheckpoint: Int { min(run.checkpoint.every ?? .max, training.batches.steps) }
}
