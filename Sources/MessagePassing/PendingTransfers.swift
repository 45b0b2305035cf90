import CMPI

/// Messages under way together with the buffers they use; they must be waited for.
///
/// Dropping one before `wait()` has returned or `test()` has said true is a bug and stops the process.
public struct PendingTransfers: ~Copyable {
  // Nil once nothing is under way.
  private var requests: UnsafeMutablePointer<cmpi_request>?
  private let requestCount: Int64
  private let receiveCount: Int64
  private let expectedBytes: Int64
  private let label: StaticString
  private let peers: PeerList
  // Held for their buffers.
  private let receiving: [Transfer]
  private let sending: [Transfer]

  /// Nothing to send or receive.
  init() {
    requests = nil
    requestCount = 0
    receiveCount = 0
    expectedBytes = 0
    label = ""
    peers = PeerList()
    receiving = []
    sending = []
  }

  /// Starts the receives, then the sends, in one call.
  init(
    in group: RankGroup, sending: [Transfer], receiving: [Transfer], largestTag: Int
  ) throws(MPIError) {
    self.sending = sending
    self.receiving = receiving
    label = group.label
    var peers = PeerList()
    var expected: Int64 = 0
    var incoming: Int64 = 0
    var all: Int64 = 0
    var started: UnsafeMutablePointer<cmpi_request>?
    let code = withUnsafeTemporaryAllocation(
      of: cmpi_transfer.self, capacity: receiving.count + sending.count
    ) { batch -> Int32 in
      guard let first = batch.baseAddress else { return 0 }
      var next = first
      for transfer in receiving {
        next.initialize(to: message(transfer, in: group, largestTag: largestTag))
        expected += next.pointee.count
        peers.insert(next.pointee.peer)
        next += 1
      }
      incoming = cmpi_requests_needed(first, Int64(receiving.count))
      let firstSend = next
      for transfer in sending {
        next.initialize(to: message(transfer, in: group, largestTag: largestTag))
        peers.insert(next.pointee.peer)
        next += 1
      }
      all = incoming + cmpi_requests_needed(firstSend, Int64(sending.count))
      if all == 0 { return 0 }
      let room = UnsafeMutablePointer<cmpi_request>.allocate(capacity: Int(all))
      let code = cmpi_start(
        group.handle, first, Int64(receiving.count), Int64(sending.count), room)
      if code == 0 { started = room } else { room.deallocate() }
      return code
    }
    requests = started
    requestCount = all
    receiveCount = incoming
    expectedBytes = expected
    self.peers = peers
    try check(code, "MPI_Isend or MPI_Irecv")
  }

  /// Whether every message has left and arrived (`MPI_Testall`); moves them on if not, and never waits.
  public mutating func test() throws(MPIError) -> Bool {
    guard let requests else { return true }
    var received: Int64 = 0
    var done: Int32 = 0
    let code = cmpi_test(requests, receiveCount, requestCount, &received, &done)
    if code == 0 && done == 0 { return false }
    try settle(requests, code, received, "MPI_Testall")
    return true
  }

  /// Waits until every message has left and arrived (`MPI_Waitall`).
  public consuming func wait() throws(MPIError) {
    try waitInPlace()
  }

  mutating func waitInPlace() throws(MPIError) {
    guard let requests else { return }
    waitRecord.begin(.transfers, label: label, peers: peers)
    defer { waitRecord.end() }
    var received: Int64 = 0
    let code = cmpi_wait(requests, receiveCount, requestCount, &received)
    try settle(requests, code, received, "MPI_Waitall")
  }

  private mutating func settle(
    _ finished: UnsafeMutablePointer<cmpi_request>, _ code: Int32, _ received: Int64,
    _ call: StaticString
  ) throws(MPIError) {
    finished.deallocate()
    requests = nil
    try check(code, call)
    precondition(received == expectedBytes, "both sides of a message agree on its length")
  }

  deinit {
    // Once MPI has failed, what is under way is lost with the job: the error is on its way up and must be told.
    precondition(requests == nil || MPIError.hasOccurred, "transfers under way must be waited for")
  }
}

@inline(__always)
private func message(_ transfer: Transfer, in group: RankGroup, largestTag: Int) -> cmpi_transfer {
  let bytes = transfer.buffer.bytes
  precondition(
    transfer.range.lowerBound >= 0 && transfer.range.upperBound <= bytes.count,
    "a transfer stays within its buffer")
  precondition(transfer.tag >= 0 && transfer.tag <= largestTag, "a tag is at most largestTag")
  group.checkPeer(transfer.peer)
  return cmpi_transfer(
    bytes: bytes.baseAddress.map { $0 + transfer.range.lowerBound },
    count: Int64(transfer.range.count), peer: Int32(transfer.peer), tag: Int32(transfer.tag))
}
