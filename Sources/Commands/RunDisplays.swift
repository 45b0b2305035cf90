import FileFormats
import Foundation
import Records
import Reporting
import RunFiles
import Synchronization

/// What rank 0 writes into the run directory for people and programs to look at, as `report` in the run file asks.
///
/// A file that cannot be written is told once and does not end the run.
final class RunDisplays {
  private let directory: String
  private let settings: ReportSettings
  /// Those of the run's task.
  private let figures: [Figure]
  private let notice: (String) -> Void
  private var events: String?
  /// What is not among the events yet.
  private var metrics: MetricsTail
  /// Times that are not in their file yet, and when others were written.
  private var times: TimesFile?
  private var written = ContinuousClock.now - .seconds(2)
  private var hasFailed = false
  private let page: PageThread

  init(directory: String, run: RunFile, notice: @escaping (String) -> Void) {
    (self.directory, settings, self.notice) = (directory, run.report, notice)
    figures = run.task.task.figures
    metrics = MetricsTail(path: directory + "/metrics.jsonl")
    page = PageThread(directory: directory)
  }

  /// After an epoch's metrics are in their file, and with the times of all ranks since training began.
  func endEpoch(_ times: TimesFile) {
    attempt { try keep(times) }
    if settings.html { page.start() }
    attempt { if settings.tensorboard { try appendEvents() } }
  }

  /// After the last checkpoint is whole: the whole page if the run is over, else the end of the one under way.
  func finish(isOver: Bool) {
    attempt { if let times { try DurableFile.write(times.json, to: directory + "/times.json") } }
    attempt { if settings.html && isOver { try page.finish() } }
    page.settle()
  }

  /// Writes the times once a second at most: an epoch may take less time than a durable file.
  private func keep(_ times: TimesFile) throws {
    self.times = times
    guard written.duration(to: .now) > .seconds(1) else { return }
    try DurableFile.write(times.json, to: directory + "/times.json")
    (self.times, written) = (nil, .now)
  }

  private func attempt(_ body: () throws -> Void) {
    guard !hasFailed else { return }
    do {
      try body()
    } catch {
      hasFailed = true
      notice("no more reports are written: \(error)")
    }
  }

  /// The first time all epochs so far, into a file of its own, since some may have been made again; then those that are
  /// new.
  private func appendEvents() throws {
    let epochs = try metrics.next()
    let now = Date().timeIntervalSince1970
    if let events {
      guard let file = FileHandle(forWritingAtPath: events) else {
        throw FileError(.inputOutput, path: events, "cannot be written any more")
      }
      defer { try? file.close() }
      try file.seekToEnd()
      try file.write(contentsOf: Data(scalars(of: epochs, metrics.steps, now)))
      return
    }
    let folder = directory + "/tensorboard"
    try DurableFile.createDirectory(folder)
    // Those of an earlier start, and nothing else that may lie there.
    for name in try FileStatus.entries(of: folder)
    where name.wholeMatch(of: #/events\.out\.tfevents\.\d+\.eqprop/#) != nil {
      try? FileManager.default.removeItem(atPath: folder + "/" + name)
    }
    let path = folder + "/events.out.tfevents.\(Int(now)).eqprop"
    try DurableFile.write(
      TensorBoardEvents.opening(time: now) + scalars(of: epochs, metrics.steps, now), to: path)
    events = path
  }

  private func scalars(of epochs: [EpochMetrics], _ steps: [StepMetrics], _ time: Double) -> [UInt8] {
    steps.flatMap { TensorBoardEvents.steps($0, figures: figures, time: time) }
      + epochs.flatMap { TensorBoardEvents.epoch($0, figures: figures, time: time) }
  }
}

/// Writes `report.html` beside the training, on a thread that gives way to it and takes a twentieth of the time at most:
/// a page that is asked for before that has passed is left out.
private final class PageThread: Sendable {
  private let path: String
  private let directory: String
  private let idle = DispatchSemaphore(value: 1)
  private let pause = Mutex<ContinuousClock.Instant>(.now)

  init(directory: String) { (self.directory, path) = (directory, directory + "/report.html") }

  /// The curves so far, and the network of the newest whole checkpoint.
  func start() {
    guard pause.withLock({ $0 <= .now }), idle.wait(timeout: .now()) == .success else { return }
    let thread = Thread { [self] in
      // Linux sets the priority of a thread alone.
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
      let began = ContinuousClock.now
      if let run = try? RunRecord.read(directory: directory, inspected: .latest, examines: .little) {
        try? DurableFile.write(ReportPage(run).html, to: path)
        try? keepSamples(of: run)
      }
      let end = ContinuousClock.now
      pause.withLock { $0 = end.advanced(by: began.duration(to: end) * 20) }
      idle.signal()
    }
    thread.name = "report"
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Of a flow the samples that later pages show beside theirs.
  private func keepSamples(of run: RunRecord) throws {
    guard let flow = run.flow?.value, let width = flow.rows.last?.samples.first?.count else { return }
    try SavedSamples(directory: directory, width: width).save(flow)
  }

  /// Waits for the page under way, so that the process does not end in its midst, but not for long.
  func settle() {
    if idle.wait(timeout: .now() + 5) == .success { idle.signal() }
  }

  /// The whole page, after the one under way.
  func finish() throws {
    idle.wait()
    defer { idle.signal() }
    let run = try RunRecord.read(directory: directory, inspected: .latest, examines: .affordable)
    try DurableFile.write(ReportPage(run).html, to: path)
    try keepSamples(of: run)
  }
}
