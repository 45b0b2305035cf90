import Foundation
import Synchronization

/// The bytes that this process's tensors take, counted where they are allocated and freed.
public enum TensorBytes {
  private static let counted = Atomic<Int>(0)
  private static let most = Atomic<Int>(0)
  private static let all = Atomic<Int>(0)

  /// Bytes of the tensors that are alive.
  public static var live: Int { counted.load(ordering: .relaxed) }

  /// The most there were at a time, since `restartPeak` or ever.
  public static var peak: Int { most.load(ordering: .relaxed) }

  /// From here on the peak is that of what follows.
  public static func restartPeak() { most.store(live, ordering: .relaxed) }

  /// Bytes of all tensors ever made, copies among them.
  public static var made: Int { all.load(ordering: .relaxed) }

  static func add(_ bytes: Int) {
    all.add(bytes, ordering: .relaxed)
    let now = counted.add(bytes, ordering: .relaxed).newValue
    if now > most.load(ordering: .relaxed) { _ = most.max(now, ordering: .relaxed) }
  }

  static func remove(_ bytes: Int) { counted.subtract(bytes, ordering: .relaxed) }
}

extension TensorBytes {
  /// What hollow tensors would take: those of a precision without numbers.
  public struct Hollow: Sendable {
    /// Bytes of those that are alive.
    public fileprivate(set) var live = 0
    /// The most there were at a time.
    public fileprivate(set) var peak = 0
  }

  private static let turn = NSLock()
  private static let count = Mutex(Hollow())

  /// Calls `body`, the only one that makes hollow tensors meanwhile; all of them must be gone when it returns.
  public static func ofHollow<T>(_ body: () throws -> T) rethrows -> T {
    turn.lock()
    defer { turn.unlock() }
    count.withLock { $0 = Hollow() }
    return try body()
  }

  /// What they take, within `ofHollow`.
  public static var hollow: Hollow { count.withLock { $0 } }

  /// From here on their peak is that of what follows.
  public static func restartHollowPeak() { count.withLock { $0.peak = $0.live } }

  static func addHollow(_ bytes: Int) {
    count.withLock {
      $0.live += bytes
      $0.peak = max($0.peak, $0.live)
    }
  }
}
