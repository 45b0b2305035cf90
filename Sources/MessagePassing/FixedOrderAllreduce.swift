import Records

/// The sum over the ranks of a communicator, whose bits do not depend on how the ranks move it.
///
/// Every element is added in the one tree of `TreeSum`, over the ranks in order, by our own code; MPI only
/// moves bytes. If each rank's values are themselves the tree sum of a power of two of consecutive
/// partials, the result has the bits of the tree over all partials, on any number of ranks.
///
/// What a rank sends, for B bytes on p ranks, in messages between pairs of ranks:
///  - (p−1)·B ≤ 65,536: all its values to each other rank, (p−1)·B bytes in one exchange;
///  - else it owns a slice of the elements, cut at multiples of 16: it sends each other rank that one's
///    slice, B − b bytes where b is its own slice, adds what it got, and sends the sums of its slice to
///    each other rank, (p−1)·b bytes. Where the slices are equal that is 2·B·(p−1)/p bytes in all.
///
/// On one rank it is free and sends nothing. Measured on two ranks at 1.5 MB, shared memory, Open MPI 4.1.4:
/// single messages took 277 to 296 µs, `MPI_Alltoallv` and `MPI_Allgatherv` 297 to 336 µs, `MPI_Allreduce`
/// 273 to 288 µs; and at 64 kB one exchange of everything took 15 µs, two of slices 22 µs.
public struct FixedOrderAllreduce<Scalar: SummableScalar> {
  private let group: RankGroup
  private let wholeLimit: Int
  private let shared: SharedSum?

  /// Sums over the ranks of `communicator`, which must outlive every sum.
  ///
  /// - Parameter shared: the same ranks' shared memory, if they have any, for sums that are waited for at once.
  public init(over communicator: borrowing Communicator, sharing shared: SharedSum? = nil) {
    self.init(over: communicator, wholeLimit: Self.wholeLimit, sharing: shared)
  }

  static var wholeLimit: Int { 65_536 }

  /// The messages that one of `ranks` ranks sends and receives for a sum of so many values.
  public static func flow(elements: Int, rank: Int, ranks: Int) -> MessageFlow {
    let (size, others) = (MemoryLayout<Scalar>.stride, ranks - 1)
    guard others > 0, elements > 0 else { return .zero }
    var one = MessageCount()
    if others * elements * size <= wholeLimit {
      one.add(bytes: elements * size, times: others)
    } else {
      let slices = SumSlices(elements: 0..<elements, parts: ranks)
      let own = slices[rank].count
      // Of the others' slices as many hold something as there are blocks to go round.
      one.messages = min(ranks, slices.blocks) - (own > 0 ? 1 : 0)
      one.bytes = (elements - own) * size
      one.add(bytes: own * size, times: others)
    }
    // What it sends at first it receives at last, and the other way round.
    return MessageFlow(sent: one, received: one)
  }

  /// Sums with another bound, in bytes, on what is exchanged whole; every rank gives the same one.
  package init(over communicator: borrowing Communicator, wholeLimit: Int, sharing shared: SharedSum? = nil) {
    group = communicator.group
    self.wholeLimit = wholeLimit
    self.shared = shared
  }

  /// Replaces each value by its sum over the ranks; every rank passes as many.
  public func sum(_ values: UnsafeMutableBufferPointer<Scalar>) throws(MPIError) {
    if group.count == 1 || values.isEmpty { return }
    if let shared {
      let bytes = (group.count - 1) * values.count * MemoryLayout<Scalar>.stride
      return shared.sum(values, isWhole: bytes <= wholeLimit)
    }
    // Borrowed memory is safe here: the sum is over before this returns.
    let buffer = MessageBuffer(borrowing: UnsafeMutableRawBufferPointer(values))
    let pending = try begin(buffer, elements: 0..<values.count)
    try pending.finish()
  }

  /// Begins to replace a range of a buffer's elements by its sum over the ranks.
  ///
  /// Every rank begins as many elements, and its sums in the same order. The range must not be touched until
  /// the result has finished. At most 256 sums are under way at a time on a communicator.
  public func begin(
    _ buffer: MessageBuffer, elements: Range<Int>
  ) throws(MPIError) -> PendingSum<Scalar> {
    try PendingSum(in: group, buffer: buffer, elements: elements, wholeLimit: wholeLimit)
  }
}

/// What a communicator's sums share: the number of those begun, and workspaces to use again.
final class SumState {
  private var begun = 0
  private var idle: [MessageBuffer] = []

  /// The first of the two tags of the next sum; equal on every rank because all begin sums in one order.
  func nextTag() -> Int {
    let tags = ReservedTag.sums
    let tag = tags.lowerBound + 2 * begun % tags.count
    begun += 1
    return tag
  }

  func takeWorkspace(byteCount: Int) -> MessageBuffer {
    if let index = idle.firstIndex(where: { $0.bytes.count >= byteCount }) {
      return idle.remove(at: index)
    }
    // The largest need wins: a smaller one that is idle would only be kept for nothing.
    if !idle.isEmpty { idle.removeLast() }
    return MessageBuffer(byteCount: byteCount)
  }

  func giveBack(_ workspace: MessageBuffer) { idle.append(workspace) }
}
