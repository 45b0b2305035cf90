/// The largest of each of a few values over the ranks of a communicator: through shared memory where they are on one
/// host, which takes a microsecond instead of ten, otherwise by MPI.
///
/// It is for what is asked at every iteration or step. Sends one message of 8 bytes a value to every other rank.
public final class SharedMaximum {
  private let slots: SharedSlots?
  private let others: [Int]
  private let most: Int
  /// As many exchanges may be under way as these slots hold.
  private let slotCount: Int
  /// What this rank handed out and has not yet held against the others'.
  private var underWay: [[Double]] = []
  private var begun = 0

  /// Every rank of the communicator must make it, with the same arguments.
  ///
  /// - Parameters:
  ///   - most: how many values go through shared memory; more of them go by MPI.
  ///   - behind: how many exchanges a rank may be behind another.
  ///   - sharesMemory: false for MPI alone.
  public init(
    over communicator: borrowing Communicator, most: Int, behind: Int = 0, sharesMemory: Bool
  ) throws(MPIError) {
    self.most = most
    let slotCount = max(behind, 1)
    self.slotCount = slotCount
    let rank = communicator.rank
    let others = (0..<communicator.count).filter { $0 != rank }
    self.others = others
    slots =
      sharesMemory && !others.isEmpty
      ? try SharedSlots(
        over: communicator, slots: slotCount,
        outgoing: (0..<slotCount).map { .init(slot: $0, capacity: most * 8, receivers: others) }) : nil
  }

  /// Bytes of this rank's share of the memory.
  public var byteCount: Int { slots?.byteCount ?? 0 }

  /// Replaces each value by its maximum over the ranks of the same communicator; no value may be a NaN.
  public func apply(to values: inout [Double], over communicator: borrowing Communicator) throws(MPIError) {
    guard slots != nil, values.count <= most else { return try communicator.maximum(&values) }
    precondition(underWay.isEmpty, "an exchange is ended before another kind begins")
    begin(values, over: communicator)
    values = end()
  }

  /// Hands out values, and gives the maximum of those that the ranks handed out so many exchanges ago: a rank waits only for
  /// those that are further behind. Without shared memory it is that of these values.
  ///
  /// Returns nil where no exchange is so long ago, since `rest` was last asked for.
  public func exchange(
    _ values: [Double], behind: Int, over communicator: borrowing Communicator
  ) throws(MPIError) -> [Double]? {
    guard slots != nil, values.count <= most, behind > 0 else {
      var values = values
      try apply(to: &values, over: communicator)
      return values
    }
    precondition(behind <= slotCount, "more exchanges under way than there is room for")
    begin(values, over: communicator)
    return underWay.count > behind ? end() : nil
  }

  /// The exchanges that are still under way, ended.
  public func rest() -> [[Double]] {
    var ended: [[Double]] = []
    while !underWay.isEmpty { ended.append(end()) }
    return ended
  }

  private func begin(_ values: [Double], over communicator: borrowing Communicator) {
    communicator.group.counter.count.reductions.add(bytes: values.count * 8)
    slots?.send(begun % slotCount) { bytes in
      values.withUnsafeBytes { bytes.copyMemory(from: $0) }
      return values.count * 8
    }
    begun += 1
    underWay.append(values)
  }

  private func end() -> [Double] {
    let slot = (begun - underWay.count) % slotCount
    var values = underWay.removeFirst()
    for peer in others {
      slots?.receive(slot, from: peer) { bytes in
        for index in values.indices {
          values[index] = max(values[index], bytes.loadUnaligned(fromByteOffset: index * 8, as: Double.self))
        }
      }
    }
    return values
  }
}
