import Synchronization

/// The bytes that this process's tensors take, counted where they are allocated and freed.
public enum TensorBytes {
  private static let counted = Atomic<Int>(0)
  private static let most = Atomic<Int>(0)
  private static let all = Atomic<Int>(0)

  /// Bytes of the tensors that are alive.
  public static var live: Int { counted.load(ordering: .relaxed) }

  /// The most there ever were at a time.
  public static var peak: Int { most.load(ordering: .relaxed) }

  /// Bytes of all tensors ever made, copies among them.
  public static var made: Int { all.load(ordering: .relaxed) }

  static func add(_ bytes: Int) {
    all.add(bytes, ordering: .relaxed)
    let now = counted.add(bytes, ordering: .relaxed).newValue
    if now > most.load(ordering: .relaxed) { _ = most.max(now, ordering: .relaxed) }
  }

  static func remove(_ bytes: Int) { counted.subtract(bytes, ordering: .relaxed) }
}
