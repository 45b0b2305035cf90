import Glibc
import Synchronization

/// Ends a rank that waits too long for another one: a job with a lost rank stops instead of hanging.
///
/// One thread looks at what the rank waits for; it never calls MPI. Only waits in this module count,
/// work of any length does not. When one wait has lasted longer than the limit, it prints a line such as
/// `eqprop: rank 1 on node7 stalled: waited 60 s in receive from rank 0, tag 3 (step 1200)` to standard
/// error and ends the process with exit code 86, upon which the launcher ends the other ranks.
public enum Watchdog {
  /// The exit code of a stalled rank.
  public static let exitCode: Int32 = 86

  /// Starts the watchdog, or gives the one already running a new limit.
  ///
  /// The limit is in seconds, more than 0; the wait that ends the rank is at most a tenth longer. The rank is -1 where
  /// nobody has told it yet.
  public static func start(limitSeconds: Double, rank: Int) {
    precondition(limitSeconds > 0 && limitSeconds.isFinite, "the limit is a time")
    limit.store(limitSeconds.bitPattern, ordering: .relaxed)
    rankToName.store(rank, ordering: .relaxed)
    if isRunning.exchange(true, ordering: .relaxed) { return }
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, { _ in watch() }, nil)
    precondition(code == 0, "the system gives the watchdog its thread")
    pthread_detach(thread)
  }

  /// Says what the rank's next waits are for, such as `note("states of layer", 2)`; costs nothing.
  public static func note(_ what: StaticString, _ number: Int? = nil) {
    waitRecord.setNote(what, number)
  }
}

private let limit = Atomic<UInt64>(0)
private let rankToName = Atomic<Int>(-1)
private let isRunning = Atomic<Bool>(false)

private func watch() -> UnsafeMutableRawPointer? {
  // Signals are for the rank's own thread.
  var every = sigset_t()
  sigfillset(&every)
  pthread_sigmask(SIG_SETMASK, &every, nil)
  var seen: UInt64 = 0
  var waited = 0.0
  var before = seconds()
  while true {
    let allowed = Double(bitPattern: limit.load(ordering: .relaxed))
    let period = min(0.5, allowed / 20)
    var pause = timespec(tv_sec: 0, tv_nsec: Int(period * 1e9))
    nanosleep(&pause, nil)
    // A process that was stopped and continued has not waited meanwhile.
    let now = seconds()
    let elapsed = min(now - before, 2 * period)
    before = now
    let sequence = waitRecord.sequence.load(ordering: .acquiring)
    waited = sequence % 2 == 1 && sequence == seen ? waited + elapsed : 0
    seen = sequence
    if waited > allowed { end(waited) }
  }
}

private func end(_ waited: Double) -> Never {
  let rank = rankToName.load(ordering: .relaxed)
  let time = waited < 10 ? "\((waited * 10).rounded() / 10)" : "\(Int(waited.rounded()))"
  var line =
    "eqprop: \(rank < 0 ? "a rank" : "rank \(rank)") on \(hostName()) stalled: waited \(time) s in \(waitRecord.description)\n"
  // One write, so that the lines of several ranks do not mix.
  line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  _exit(Watchdog.exitCode)
}

private func hostName() -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { name in
    guard let start = name.baseAddress, gethostname(start, name.count - 1) == 0 else { return "?" }
    name[name.count - 1] = 0
    return String(cString: start)
  }
}

private func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
