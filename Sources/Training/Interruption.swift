import Foundation
import Synchronization

/// Requests to stop: the first Ctrl-C, TERM or USR1 asks for the step to be finished and saved, the second ends the
/// process at once.
///
/// `launch/run` turns Ctrl-C and TERM into USR1, because `mpirun` would kill the ranks too soon to save. A scheduler
/// may signal both, so requests within a second of the first count as one.
public enum Interruption {
  private static let firstRequest = Atomic<UInt64>(0)

  /// Begins to listen.
  public static func listen() {
    for number in [SIGINT, SIGTERM, SIGUSR1, SIGUSR2] {
      signal(number) { number in Interruption.request(number) }
    }
  }

  /// Whether someone has asked to stop.
  public static var isRequested: Bool { firstRequest.load(ordering: .relaxed) != 0 }

  private static func request(_ number: Int32) {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let milliseconds = UInt64(now.tv_sec) * 1000 + UInt64(now.tv_nsec) / 1_000_000
    let first = firstRequest.compareExchange(expected: 0, desired: milliseconds, ordering: .relaxed)
    if !first.exchanged && milliseconds - first.original > 1000 { _exit(128 + number) }
  }
}
