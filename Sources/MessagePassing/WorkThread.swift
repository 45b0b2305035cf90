import Glibc

/// A thread that does one job, which must not call MPI, while the rank's own thread meets the other ranks.
///
/// Guarantees: whoever made it joins it before it looks at what the work changed, so that the two threads never use the
/// same memory at a time.
final class WorkThread: @unchecked Sendable {
  private let work: () -> Void
  /// Posted once, when the work is done.
  private let end: UnsafeMutablePointer<sem_t>
  private var thread = pthread_t()

  /// Begins the work, on a stack as large as a process's first one usually is.
  init(_ work: @escaping () -> Void) {
    self.work = work
    end = .allocate(capacity: 1)
    sem_init(end, 0, 0)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 8 << 20)
    defer { pthread_attr_destroy(&attributes) }
    let code = pthread_create(
      &thread, &attributes,
      { context in
        guard let context else { return nil }
        Unmanaged<WorkThread>.fromOpaque(context).takeUnretainedValue().run()
        return nil
      }, Unmanaged.passUnretained(self).toOpaque())
    precondition(code == 0, "the system gives a rank one more thread")
  }

  deinit {
    sem_destroy(end)
    end.deallocate()
  }

  private func run() {
    work()
    sem_post(end)
  }

  /// Whether the work is done, after waiting for it so long at most.
  func isDone(withinSeconds seconds: Double) -> Bool {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let nanoseconds = time.tv_nsec + Int(seconds * 1e9)
    (time.tv_sec, time.tv_nsec) = (time.tv_sec + nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000)
    while sem_timedwait(end, &time) != 0 {
      if errno != EINTR { return false }
    }
    // Left for whoever asks next.
    sem_post(end)
    return true
  }

  /// Waits for the end of the work, and of the thread.
  func join() { pthread_join(thread, nil) }
}
