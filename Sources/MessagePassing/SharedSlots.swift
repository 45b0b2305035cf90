import CMPI

/// Messages through memory that all ranks of a communicator share, where they are on one host: a store and a load
/// instead of two calls of MPI, which matters where a message of a kilobyte leaves at every iteration.
///
/// A rank owns slots, each for one kind of message that it hands out again and again, always to the same receivers.
/// A slot holds two messages: a sender writes the next one while the last is still read, and waits only if its
/// receivers are two behind. Counters that only grow say how many were written and, in the receivers' own memory, how
/// many were read.
///
/// Guarantees: a slot's bytes are written by its owner alone, between its receivers' word that they have read them and
/// its own word that they are complete; the memory lives as long as this.
public final class SharedSlots {
  /// A kind of message that this rank hands out.
  public struct Outgoing {
    /// The number of the slot, the same on all ranks.
    public var slot: Int
    /// The most bytes of a message.
    public var capacity: Int
    /// Ranks of the communicator, the same for every message; this one is not among them.
    public var receivers: [Int]

    public init(slot: Int, capacity: Int, receivers: [Int]) {
      self.slot = slot
      self.capacity = capacity
      self.receivers = receivers
    }
  }

  private struct Slot {
    var bytes: UnsafeMutableRawPointer
    var capacity: Int
    /// Messages written, at the owner.
    var written: UnsafeMutablePointer<UInt64>
  }

  private let group: RankGroup
  private let slots: Int
  private let memory: [UnsafeMutableRawPointer]
  private let shared: SharedMemory
  private var receivers: [[Int]]
  private var sent: [UInt64]
  /// [peer][slot].
  private var received: [[UInt64]]

  /// Bytes of this rank's share of the memory.
  public let byteCount: Int

  private static let line = 64
  /// The first bytes of a message whose lines are asked for ahead; of longer ones the processor sees the pattern itself.
  private static let expected = 16384

  /// Shares memory for so many kinds of messages among the ranks of a communicator; nil where they are on several hosts, or
  /// their host has no memory for it.
  ///
  /// Every rank must call it, with the same number of slots.
  public init?(over communicator: borrowing Communicator, slots: Int, outgoing: [Outgoing]) throws(MPIError) {
    let group = communicator.group
    guard try communicator.isOnOneHost() else { return nil }
    waitRecord.begin(.split, of: group)
    defer { waitRecord.end() }
    byteCount = Self.byteCount(ranks: group.count, slots: slots, capacities: outgoing.map(\.capacity))
    var end = Self.byteCount(ranks: group.count, slots: slots, capacities: [])
    var stretches = Array(repeating: (start: 0, capacity: 0), count: slots)
    receivers = Array(repeating: [], count: slots)
    for message in outgoing {
      precondition(stretches[message.slot].capacity == 0, "a slot serves one kind of message")
      let capacity = Self.rounded(max(message.capacity, 1))
      stretches[message.slot] = (end, capacity)
      receivers[message.slot] = message.receivers
      end += 2 * capacity
    }
    guard let shared = try SharedMemory.share(end, over: group) else { return nil }
    let all = shared.shares.compactMap(\.baseAddress)
    let table = all[group.rank].assumingMemoryBound(to: Int.self)
    for (slot, stretch) in stretches.enumerated() {
      table[2 * slot] = stretch.start
      table[2 * slot + 1] = stretch.capacity
    }
    // Nobody reads a table before it is written.
    try check(cmpi_barrier(group.handle), "MPI_Barrier")
    self.group = group
    self.slots = slots
    (memory, self.shared) = (all, shared)
    sent = Array(repeating: 0, count: slots)
    received = Array(repeating: Array(repeating: 0, count: slots), count: group.count)
  }

  /// The bytes of a rank's share for so many slots, of which it hands out messages of these lengths.
  public static func byteCount(ranks: Int, slots: Int, capacities: [Int]) -> Int {
    // A table of stretches; for each slot a counter of messages written; for each slot and peer one of messages read.
    let counters = slots * (1 + ranks)
    return capacities.reduce(rounded(2 * slots * 8) + counters * line) { $0 + 2 * rounded(max($1, 1)) }
  }

  private static func rounded(_ bytes: Int) -> Int { (bytes + line - 1) / line * line }

  private func slot(_ number: Int, of rank: Int) -> Slot {
    let start = memory[rank]
    let table = start.assumingMemoryBound(to: Int.self)
    return Slot(
      bytes: start + table[2 * number], capacity: table[2 * number + 1],
      written: counter(number, at: rank))
  }

  private func counter(_ index: Int, at rank: Int) -> UnsafeMutablePointer<UInt64> {
    (memory[rank] + Self.rounded(2 * slots * 8) + index * Self.line).assumingMemoryBound(to: UInt64.self)
  }

  /// How many messages of a peer's slot a rank has read, kept in that rank's memory.
  private func read(_ number: Int, of peer: Int, by rank: Int) -> UnsafeMutablePointer<UInt64> {
    counter(slots + number * group.count + peer, at: rank)
  }

  /// Hands out a message: `fill` writes it and returns its length. Waits only for receivers that are two behind.
  public func send(_ number: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int) {
    let slot = slot(number, of: group.rank)
    sent[number] += 1
    let count = sent[number]
    if count > 2 {
      for peer in receivers[number] {
        wait(until: read(number, of: group.rank, by: peer), reaches: count - 2, peer: peer)
      }
    }
    let bytes = slot.bytes + Int(count % 2) * slot.capacity
    let length = fill(UnsafeMutableRawBufferPointer(start: bytes, count: slot.capacity))
    precondition(length <= slot.capacity, "a message fits its slot")
    cmpi_publish(slot.written, count)
    // The next message's lines are still where they were last read: asking for them now took 50 of 360 µs off a step of
    // 24 iterations whose messages have 1.3 kB.
    cmpi_expect_write(
      slot.bytes + Int((count + 1) % 2) * slot.capacity, Int64(min(length, Self.expected)))
  }

  /// Waits for the next message of a peer's slot and lets `take` read it.
  /// `take` is given the whole slot, whose message begins it: its length is known to both sides.
  public func receive(_ number: Int, from peer: Int, _ take: (UnsafeRawBufferPointer) -> Void) {
    let slot = slot(number, of: peer)
    received[peer][number] += 1
    let count = received[peer][number]
    wait(until: slot.written, reaches: count, peer: peer)
    let bytes = slot.bytes + Int(count % 2) * slot.capacity
    cmpi_expect_read(bytes, Int64(min(slot.capacity, Self.expected)))
    take(UnsafeRawBufferPointer(start: bytes, count: slot.capacity))
    cmpi_publish(read(number, of: peer, by: group.rank), count)
  }

  private func wait(until counter: UnsafeMutablePointer<UInt64>, reaches value: UInt64, peer: Int) {
    if cmpi_has_reached(counter, value) != 0 { return }
    waitRecord.begin(.transfers, of: group, peer: peer)
    cmpi_await(counter, value)
    waitRecord.end()
  }
}
