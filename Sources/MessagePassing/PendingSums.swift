/// Several sums under way at once, such as one a layer, finished in the order they were begun.
///
/// Dropping them before `finish()` is a bug and stops the process.
public struct PendingSums<Scalar: SummableScalar>: ~Copyable {
  // An array holds no noncopyable values, hence the boxes.
  private final class Box {
    var sum: PendingSum<Scalar>?
    init(_ sum: consuming PendingSum<Scalar>) { self.sum = consume sum }
  }

  private var boxes: [Box] = []

  /// Makes an empty list.
  public init() {}

  /// Adds a sum that was just begun.
  public mutating func append(_ sum: consuming PendingSum<Scalar>) {
    boxes.append(Box(sum))
  }

  /// Moves every sum on without waiting; whether all have finished.
  public mutating func advance() throws(MPIError) -> Bool {
    var areFinished = true
    for box in boxes {
      if let isFinished = try box.sum?.advance(), !isFinished { areFinished = false }
    }
    return areFinished
  }

  /// Waits until every sum stands in its buffer, and empties the list; a collective call.
  public mutating func finish() throws(MPIError) {
    let all = boxes
    boxes = []
    for box in all {
      if let sum = box.sum.take() { try sum.finish() }
    }
  }
}
