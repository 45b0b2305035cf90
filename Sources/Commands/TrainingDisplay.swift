import Foundation
import Reporting
import RunFiles
import Training

/// Shows a run's events on standard error.
final class TrainingDisplay {
  private let run: RunFile
  private let grid: GridShape
  private var line: ProgressLine
  private var shown = RunProgress(epoch: 0, epochs: 0, step: 0, steps: 0)
  private let began = ContinuousClock.now
  /// Where the speed was last measured, and the waiting of an epoch.
  private var mark: Mark?
  private var epochMark = Mark(time: 0, step: 0, waited: 0)
  private var examples = 0
  /// The first epoch that this process made.
  private var firstEpoch: Int?
  /// What is written into the run directory beside the training.
  var displays: RunDisplays?

  /// A moment of a run.
  private struct Mark {
    var time: Double
    var step: Int
    /// Seconds given to other ranks so far.
    var waited: Double
  }

  init(run: RunFile, grid: GridShape, mode: ProgressLine.Mode?) {
    (self.run, self.grid) = (run, grid)
    shown.figure = run.task.task.figures[0]
    let environment = ProcessInfo.processInfo.environment
    let asked = mode ?? environment["EQPROP_PROGRESS"].flatMap(ProgressLine.Mode.init) ?? .plain
    line = ProgressLine(
      mode: asked.allowed(in: environment), width: environment["COLUMNS"].flatMap { Int($0) } ?? 80,
      write: StandardStreams.say)
  }

  private var now: Double { began.duration(to: .now) / .seconds(1) }

  func say(_ text: String) {
    line.finish()
    complain(text)
  }

  /// Takes the progress line away before results are printed.
  func finish() {
    // Results come by another pipe and must not overtake it; launch/run holds half a line for a tenth of a second.
    if line.finish() { usleep(150_000) }
  }

  func show(_ event: TrainingEvent) {
    switch event {
    case .resumed(let checkpoint, let step): say("going on from \(checkpoint) (step \(step))")
    case .notice(let text): say(text)
    case .step(let epoch, let epochs, let step, let steps, let count, let waited):
      examples += count
      (shown.epoch, shown.epochs, shown.step, shown.steps) = (epoch, epochs, step, steps)
      let now = now
      measure(Mark(time: now, step: step, waited: waited), steps: steps)
      line.show(shown, at: now)
    case .epoch(let metrics, let times):
      shown.epoch = metrics.epoch
      shown.training = metrics.training.first?.value
      shown.validation = metrics.validation.first?.value
      shown.test = metrics.test.first?.value
      shown.acceptance = metrics.relaxation.acceptance
      shown.examplesPerSecond = metrics.examplesPerSecond
      let left = Double(shown.epochs - metrics.epoch) * metrics.seconds
      shown.secondsLeft = left > 0 ? left : nil
      let end = Mark(time: now, step: metrics.step, waited: times.first?.times.waiting ?? 0)
      shown.waiting = waiting(from: epochMark, to: end)
      (epochMark, mark) = (end, nil)
      line.endEpoch(shown, at: end.time)
      let first = firstEpoch ?? metrics.epoch
      firstEpoch = first
      displays?.endEpoch(TimesFile(times, grid: grid, epochs: first...metrics.epoch))
    }
  }

  /// Speed, waiting and time left, over about the last two seconds.
  private func measure(_ now: Mark, steps: Int) {
    guard let mark else {
      if firstEpoch == nil { epochMark = now }
      mark = now
      examples = 0
      return
    }
    let elapsed = now.time - mark.time
    guard elapsed > 2 || shown.examplesPerSecond == nil, elapsed > 0, now.step > mark.step else { return }
    shown.examplesPerSecond = Double(examples) / elapsed
    shown.waiting = waiting(from: mark, to: now)
    shown.secondsLeft = Double(steps - now.step) * elapsed / Double(now.step - mark.step)
    self.mark = now
    examples = 0
  }

  /// The share of the time between two moments that this rank, the first, gave to others.
  private func waiting(from start: Mark, to end: Mark) -> Double? {
    guard grid.ranks > 1, end.time > start.time else { return nil }
    return min(max((end.waited - start.waited) / (end.time - start.time), 0), 1)
  }
}

extension TimesFile {
  /// The file of what every rank's clock read.
  fileprivate init(_ times: [RankTimes], grid: GridShape, epochs: ClosedRange<Int>) {
    self.init(
      grid: grid.description, epochs: epochs, parts: StepPart.allCases.map(\.name),
      ranks: times.map { rank in
        Rank(host: rank.host, seconds: StepPart.allCases.map { rank.times[$0] })
      })
  }
}
