import CMPI

// Messages between two ranks.
extension Communicator {
  /// Sends `bytes` to one rank; returns when they may be overwritten (`MPI_Send`).
  public func send(_ bytes: UnsafeRawBufferPointer, to peer: Int, tag: Int) throws(MPIError) {
    waitRecord.begin(.send, of: group, peer: peer, tag: tag)
    defer { waitRecord.end() }
    // MPI_Send does not write to its buffer; C's transfer serves both directions.
    let memory = UnsafeMutableRawBufferPointer(mutating: bytes)
    try check(cmpi_send(group.handle, transfer(memory, peer, tag)), "MPI_Send")
  }

  /// Receives exactly as many bytes as `bytes` holds from one rank (`MPI_Recv`).
  public func receive(
    into bytes: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int
  ) throws(MPIError) {
    waitRecord.begin(.receive, of: group, peer: peer, tag: tag)
    defer { waitRecord.end() }
    var received: Int64 = 0
    try check(cmpi_receive(group.handle, transfer(bytes, peer, tag), &received), "MPI_Recv")
    precondition(received == bytes.count, "both sides of a message agree on its length")
  }

  /// Sends a range of a buffer's bytes to one rank.
  public func send(
    _ buffer: MessageBuffer, range: Range<Int>, to peer: Int, tag: Int
  ) throws(MPIError) {
    try send(UnsafeRawBufferPointer(rebasing: buffer.bytes[range]), to: peer, tag: tag)
  }

  /// Receives into a range of a buffer's bytes from one rank.
  public func receive(
    into buffer: MessageBuffer, range: Range<Int>, from peer: Int, tag: Int
  ) throws(MPIError) {
    try receive(
      into: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[range]), from: peer, tag: tag)
  }

  /// Sends bytes to one rank.
  public func send(_ bytes: [UInt8], to peer: Int, tag: Int) throws(MPIError) {
    try withBytes(of: bytes) { memory throws(MPIError) in try send(memory, to: peer, tag: tag) }
  }

  /// Receives `count` bytes from one rank.
  public func receive(count: Int, from peer: Int, tag: Int) throws(MPIError) -> [UInt8] {
    try filledBytes(count) { memory throws(MPIError) in
      try receive(into: memory, from: peer, tag: tag)
    }
  }

  /// Starts a batch of messages; the buffers stay in use until the result has been waited for.
  ///
  /// Sends the bytes of `sending`, nothing more. An empty batch is free and never touches MPI.
  public func start(
    sending: [Transfer], receiving: [Transfer]
  ) throws(MPIError) -> PendingTransfers {
    if sending.isEmpty && receiving.isEmpty { return PendingTransfers() }
    return try PendingTransfers(
      in: group, sending: sending, receiving: receiving, largestTag: Communicator.largestTag)
  }

  /// Sets the longest part, in bytes or elements, in which a message travels; for tests.
  package static func setCountLimit(_ limit: Int) { cmpi_set_count_limit(Int64(limit)) }

  private func transfer(
    _ memory: UnsafeMutableRawBufferPointer, _ peer: Int, _ tag: Int
  ) -> cmpi_transfer {
    precondition(tag >= 0 && tag <= Communicator.largestTag, "a tag is at most largestTag")
    group.checkPeer(peer)
    return cmpi_transfer(
      bytes: memory.baseAddress, count: Int64(memory.count), peer: Int32(peer), tag: Int32(tag))
  }
}

/// Calls `body` with the array's memory; the standard method does not yet keep the type of the error.
func withBytes<Result>(
  of bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(MPIError) -> Result
) throws(MPIError) -> Result {
  let outcome = bytes.withUnsafeBytes { memory in
    Swift.Result { () throws(MPIError) in try body(memory) }
  }
  return try outcome.get()
}

/// An array of `count` bytes that `body` fills.
func filledBytes(
  _ count: Int, _ body: (UnsafeMutableRawBufferPointer) throws(MPIError) -> Void
) throws(MPIError) -> [UInt8] {
  precondition(count >= 0, "an array has no negative size")
  var failure: MPIError?
  let bytes = [UInt8](unsafeUninitializedCapacity: count) { memory, filled in
    let room = UnsafeMutableRawBufferPointer(memory)
    do throws(MPIError) {
      try body(UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
      filled = count
    } catch {
      failure = error
    }
  }
  if let failure { throw failure }
  return bytes
}
