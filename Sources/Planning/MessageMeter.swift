import MessagePassing
import Records
import Training

extension Grid {
  /// What talking costs: neighbours in pairs send to and fro, all pairs at once, by the way that parcels go here.
  ///
  /// The bandwidth is that of messages of 32 kB, as border states have: the wait for the first byte taken off. Longer
  /// ones go through shared memory three times as fast where two cores have no cache in common, but are rare.
  ///
  /// Every rank must call it, and only once: memory that ranks share lives as long as the session.
  package func measureMessages() throws -> Machine.Messages {
    guard world.count > 1 else {
      return Machine.Messages(latency: 0, gigabytesPerSecond: 0, reduction: 0, barrier: 0)
    }
    let large = 32 << 10
    let pair = try PingPong(over: world, sharesMemory: sharesMemory, capacity: large)
    let small = try median(of: 100) { try pair.exchange(in: world, bytes: 8) }
    let big = try median(of: 100) { try pair.exchange(in: world, bytes: large) }
    let reduction = try median(of: 100) {
      var flags = [0.0, 0, 0]
      try maximumOfFlags(&flags)
    }
    let barrier = try median(of: 100) { try world.barrier() }
    // The slowest pair's, on every rank alike.
    var slowest = [small / 2, max(big - small, 1e-9) / 2, reduction, barrier]
    try world.maximum(&slowest)
    return Machine.Messages(
      latency: slowest[0] * 1e6, gigabytesPerSecond: Double(large) / slowest[1] / 1e9,
      reduction: slowest[2] * 1e6, barrier: slowest[3] * 1e6)
  }

  private func median(of count: Int, _ body: () throws -> Void) throws -> Double {
    var samples: [Double] = []
    for round in 0..<count + 10 {
      let start = StepClock.monotonic()
      try body()
      if round >= 10 { samples.append(Double(StepClock.monotonic() - start) / 1e9) }
    }
    return MedianRange(samples)?.median ?? 0
  }
}

/// Two ranks of neighbouring numbers that answer each other; the last of an odd number rests.
private struct PingPong {
  private let slots: SharedSlots?
  private let buffer: MessageBuffer
  private let peer: Int?
  private let isFirst: Bool

  init(over world: borrowing Communicator, sharesMemory: Bool, capacity: Int) throws {
    let rank = world.rank
    isFirst = rank % 2 == 0
    let other = isFirst ? rank + 1 : rank - 1
    let peer = other < world.count ? other : nil
    self.peer = peer
    buffer = MessageBuffer(byteCount: capacity)
    slots =
      sharesMemory
      ? try SharedSlots(
        over: world, slots: 1,
        outgoing: peer.map { [.init(slot: 0, capacity: capacity, receivers: [$0])] } ?? []) : nil
  }

  /// A message there and one back.
  func exchange(in world: borrowing Communicator, bytes: Int) throws {
    guard let peer else { return }
    if isFirst { try send(bytes, to: peer, in: world) }
    try receive(bytes, from: peer, in: world)
    if !isFirst { try send(bytes, to: peer, in: world) }
  }

  private func send(_ bytes: Int, to peer: Int, in world: borrowing Communicator) throws {
    guard let slots else { return try world.send(buffer, range: 0..<bytes, to: peer, tag: 0) }
    slots.send(0) { room in
      room.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer.bytes[..<bytes]))
      return bytes
    }
  }

  private func receive(_ bytes: Int, from peer: Int, in world: borrowing Communicator) throws {
    guard let slots else { return try world.receive(into: buffer, range: 0..<bytes, from: peer, tag: 0) }
    slots.receive(0, from: peer) { arrived in
      buffer.bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: arrived[..<bytes]))
    }
  }
}
