import Foundation
import Reporting
import Testing

/// Nothing to look at may slow the work down.
@Suite(.serialized) struct ProgressCostTests {
  /// Seconds of a step of `digits`, the shortest of the recipes': 20 examples, at 50,000 a second.
  private static let step = 400e-6

  @Test("The progress line takes less than a hundredth of the shortest step, drawing and writing included")
  func cost() throws {
    let null = try #require(FileHandle(forWritingAtPath: "/dev/null"))
    var progress = ProgressLineTests.progress
    // A step's share of the processor, of the quickest of some rounds: others may use the machine.
    let costs = (0..<7).map { _ in
      var line = ProgressLine(mode: .line, width: 120) { null.write(Data($0.utf8)) }
      let calls = 20_000
      let began = processorSeconds()
      for call in 0..<calls {
        progress.step = call
        let now = ContinuousClock.now
        withExtendedLifetime(now) { line.show(progress, at: Double(call) * Self.step) }
      }
      return (processorSeconds() - began) / Double(calls)
    }
    let cost = try #require(costs.min())
    print(
      "progress line: \(String(format: "%.3f", cost * 1e6)) µs a step, \(String(format: "%.2f", 100 * cost / Self.step)) %"
    )
    #expect(cost < 0.01 * Self.step)
  }

  /// What this thread has had of the processor.
  private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
