import MessagePassing

func checkRing(_ world: borrowing Communicator) throws {
  let next = (world.rank + 1) % world.count
  let previous = (world.rank + world.count - 1) % world.count
  // Even ranks send first, so that nobody waits in a circle; a lone rank has no one to send to.
  if world.count == 1 { return }
  for length in [0, 1, 1000, 300_000] {
    let mine = pattern(world.rank, length)
    let got: [UInt8]
    if world.rank % 2 == 0 {
      try world.send(mine, to: next, tag: 5)
      got = try world.receive(count: length, from: previous, tag: 5)
    } else {
      got = try world.receive(count: length, from: previous, tag: 5)
      try world.send(mine, to: next, tag: 5)
    }
    try expect(got == pattern(previous, length), "rank \(previous)'s \(length) bytes arrived changed")
  }
}

func checkBatch(_ world: borrowing Communicator) throws {
  // Every rank sends every other one two messages, told apart by their tags; all in one batch.
  let length = 10_000
  let outgoing = MessageBuffer(byteCount: 2 * length)
  let incoming = MessageBuffer(byteCount: 2 * length * world.count)
  try expect(incoming.bytes.allSatisfy { $0 == 0 }, "a new buffer is not zeroed")
  try expect(Int(bitPattern: incoming.bytes.baseAddress) % 64 == 0, "a buffer is not aligned")
  outgoing.bytes.copyBytes(from: pattern(world.rank, 2 * length))
  for isPolled in [false, true] {
    incoming.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    var sending: [Transfer] = []
    var receiving: [Transfer] = []
    for peer in 0..<world.count where peer != world.rank {
      for part in 0..<2 {
        let place = (2 * peer + part) * length
        sending.append(
          Transfer(buffer: outgoing, range: part * length..<(part + 1) * length, peer: peer, tag: part))
        receiving.append(
          Transfer(buffer: incoming, range: place..<place + length, peer: peer, tag: part))
      }
    }
    var pending = try world.start(sending: sending.reversed(), receiving: receiving)
    if isPolled { while try !pending.test() {} }
    try pending.wait()
    for peer in 0..<world.count where peer != world.rank {
      let got = Array(incoming.bytes[2 * peer * length..<2 * (peer + 1) * length])
      try expect(got == pattern(peer, 2 * length), "rank \(peer)'s messages arrived changed")
    }
  }
  // Nothing at all, and messages of no length, need no partner.
  try world.start(sending: [], receiving: []).wait()
  let empty = Transfer(buffer: outgoing, range: 7..<7, peer: 0, tag: 1)
  try world.start(sending: [empty], receiving: []).wait()
}

/// Everything again with messages cut into small pieces, as those past 2³¹−1 bytes are.
func checkPieces(_ world: borrowing Communicator) throws {
  for limit in [13, 1000] {
    Communicator.setCountLimit(limit)
    defer { Communicator.setCountLimit(.max) }
    try checkBroadcast(world)
    try checkGather(world)
    try checkAllGather(world)
    try checkAllToAll(world)
    try checkReductions(world)
    if limit == 1000 {
      try checkRing(world)
      try checkBatch(world)
      try checkSum(world, Float.self, count: 20_001, wholeLimit: 0)
      try checkSum(world, Double.self, count: 1000, wholeLimit: 65_536)
    }
    // No rank may go back to long messages while another still expects pieces.
    try world.barrier()
  }
}
