/// The largest of each of a few values over the ranks of a communicator: through shared memory where they are on one
/// host, which takes a microsecond instead of ten, otherwise by MPI.
///
/// It is for what is asked at every iteration or step. Sends one message of 8 bytes a value to every other rank.
public final class SharedMaximum {
  private let slots: SharedSlots?
  private let others: [Int]
  private let most: Int

  /// Every rank of the communicator must make it, with the same arguments.
  ///
  /// - Parameters:
  ///   - most: how many values go through shared memory; more of them go by MPI.
  ///   - sharesMemory: false for MPI alone.
  public init(over communicator: borrowing Communicator, most: Int, sharesMemory: Bool) throws(MPIError) {
    self.most = most
    let rank = communicator.rank
    others = (0..<communicator.count).filter { $0 != rank }
    slots =
      sharesMemory && !others.isEmpty
      ? try SharedSlots(
        over: communicator, slots: 1, outgoing: [.init(slot: 0, capacity: most * 8, receivers: others)]) : nil
  }

  /// Bytes of this rank's share of the memory.
  public var byteCount: Int { slots?.byteCount ?? 0 }

  /// Replaces each value by its maximum over the ranks of the same communicator; no value may be a NaN.
  public func apply(to values: inout [Double], over communicator: borrowing Communicator) throws(MPIError) {
    guard let slots, values.count <= most else { return try communicator.maximum(&values) }
    communicator.group.counter.count.reductions.add(bytes: values.count * 8)
    slots.send(0) { bytes in
      values.withUnsafeBytes { bytes.copyMemory(from: $0) }
      return values.count * 8
    }
    for peer in others {
      slots.receive(0, from: peer) { bytes in
        for index in values.indices {
          values[index] = max(values[index], bytes.loadUnaligned(fromByteOffset: index * 8, as: Double.self))
        }
      }
    }
  }
}
