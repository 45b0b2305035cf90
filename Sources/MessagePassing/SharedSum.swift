/// The messages of `FixedOrderAllreduce` through memory that the ranks of one host share.
///
/// The same slices go the same ways and are added in the same tree, so the bits and the counts are those of MPI's
/// messages. Measured on two ranks of one host, both busy with steps of 784-500-10 on a batch of 20, sums of 1.6 MB:
/// a step took 0.5 ms instead of 2.3.
public final class SharedSum {
  private let group: RankGroup
  private let slots: SharedSlots
  private var workspace = MessageBuffer(byteCount: 0)

  /// Shares memory for sums of at most so many bytes; nil where the ranks are on several hosts or cannot share it, or
  /// there is one alone.
  ///
  /// Every rank must call it, with the same length.
  public init?(over communicator: borrowing Communicator, most bytes: Int) throws(MPIError) {
    group = communicator.group
    guard group.count > 1 else { return nil }
    let room = Room(ranks: group.count, bytes: bytes)
    let others = (0..<group.count).filter { [rank = group.rank] in $0 != rank }
    var outgoing = others.map { SharedSlots.Outgoing(slot: $0, capacity: room.slice, receivers: [$0]) }
    outgoing.append(.init(slot: group.count, capacity: room.all, receivers: others))
    guard let slots = try SharedSlots(over: communicator, slots: group.count + 1, outgoing: outgoing) else {
      return nil
    }
    self.slots = slots
  }

  /// The bytes of a rank's share of the memory for sums of at most so many bytes.
  public static func byteCount(ranks: Int, most bytes: Int) -> Int {
    guard ranks > 1 else { return 0 }
    let room = Room(ranks: ranks, bytes: bytes)
    return SharedSlots.byteCount(
      ranks: ranks, slots: ranks + 1,
      capacities: Array(repeating: room.slice, count: ranks - 1) + [room.all])
  }

  /// Bytes of this rank's share of the memory.
  public var byteCount: Int { slots.byteCount }

  /// The longest messages: a slice for one rank, or what all others read.
  private struct Room {
    var slice: Int
    var all: Int

    init(ranks: Int, bytes: Int) {
      // Slices are cut at multiples of 16 elements of at most 8 bytes.
      slice = (bytes / ranks / 128 + 2) * 128
      all = max(slice, min(bytes, FixedOrderAllreduce<Float>.wholeLimit / (ranks - 1)))
    }
  }

  /// Replaces each value by its sum over the ranks, exchanging everything at once or slices there and back.
  func sum<Scalar: SummableScalar>(_ values: UnsafeMutableBufferPointer<Scalar>, isWhole: Bool) {
    guard let start = values.baseAddress else { return }
    if isWhole {
      handOut(values[...], to: group.count)
      add(values, from: group.count)
      return
    }
    let slices = SumSlices(elements: 0..<values.count, parts: group.count)
    for peer in others where !slices[peer].isEmpty { handOut(values[slices[peer]], to: peer) }
    let mine = slices[group.rank]
    if !mine.isEmpty {
      let own = UnsafeMutableBufferPointer(start: start + mine.lowerBound, count: mine.count)
      add(own, from: group.rank)
      handOut(own[...], to: group.count)
    }
    for peer in others where !slices[peer].isEmpty {
      take(group.count, from: peer, into: start + slices[peer].lowerBound, count: slices[peer].count)
    }
  }

  private var others: some Sequence<Int> {
    (0..<group.count).lazy.filter { [rank = group.rank] in $0 != rank }
  }

  private func handOut<Scalar>(_ values: Slice<UnsafeMutableBufferPointer<Scalar>>, to slot: Int) {
    let bytes = UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: values))
    slots.send(slot) {
      $0.copyMemory(from: bytes)
      return bytes.count
    }
    group.counter.count.sums.sent.add(bytes: bytes.count, times: slot == group.count ? group.count - 1 : 1)
  }

  private func take<Scalar>(
    _ slot: Int, from peer: Int, into values: UnsafeMutablePointer<Scalar>, count: Int
  ) {
    let length = count * MemoryLayout<Scalar>.stride
    slots.receive(slot, from: peer) {
      UnsafeMutableRawPointer(values).copyMemory(from: $0.baseAddress!, byteCount: length)
    }
    group.counter.count.sums.received.add(bytes: length)
  }

  /// Adds what the others hand out in a slot to this rank's values, in the tree over ranks.
  private func add<Scalar: SummableScalar>(_ values: UnsafeMutableBufferPointer<Scalar>, from slot: Int) {
    guard let own = values.baseAddress else { return }
    let length = values.count * MemoryLayout<Scalar>.stride
    if group.count == 2 {  // a + b = b + a: no need of room for what arrives
      let peer = 1 - group.rank
      slots.receive(slot, from: peer) {
        Scalar.add(own, $0.baseAddress!.assumingMemoryBound(to: Scalar.self), into: own, count: values.count)
      }
      return group.counter.count.sums.received.add(bytes: length)
    }
    if workspace.bytes.count < (group.count - 1) * length {
      workspace = MessageBuffer(byteCount: (group.count - 1) * length)
    }
    let room = workspace.bytes.baseAddress!.assumingMemoryBound(to: Scalar.self)
    var partials: [UnsafeMutablePointer<Scalar>] = []
    for rank in 0..<group.count {
      let part = rank < group.rank ? rank : rank - 1
      partials.append(rank == group.rank ? own : room + part * values.count)
      if rank != group.rank { take(slot, from: rank, into: partials[rank], count: values.count) }
    }
    TreeSum.add(partials, count: values.count, into: own)
  }
}
