/// A sum over ranks under way; it must be finished, and moves on only while it is polled.
///
/// Dropping one that has not finished is a bug and stops the process.
public struct PendingSum<Scalar: SummableScalar>: ~Copyable {
  private enum Stage { case collecting, distributing, finished }

  private let group: RankGroup
  private let buffer: MessageBuffer
  private let elements: Range<Int>
  private let tag: Int
  private let isWhole: Bool
  private var workspace: MessageBuffer?
  private var stage: Stage
  private var transfers: PendingTransfers

  init(
    in group: RankGroup, buffer: MessageBuffer, elements: Range<Int>, wholeLimit: Int
  ) throws(MPIError) {
    let size = MemoryLayout<Scalar>.stride
    precondition(
      elements.lowerBound >= 0 && elements.upperBound * size <= buffer.bytes.count,
      "a sum stays within its buffer")
    self.group = group
    self.buffer = buffer
    self.elements = elements
    let others = group.count - 1
    isWhole = others * elements.count * size <= wholeLimit
    if others == 0 || elements.isEmpty {
      tag = 0
      stage = .finished
      transfers = PendingTransfers()
      return
    }
    let tag = group.sums.nextTag()
    self.tag = tag
    stage = .collecting
    // Rank k's part for this one stands at slot k of the workspace, this rank's own slot left out.
    let slices = SumSlices(elements: elements, parts: isWhole ? 1 : group.count)
    let mine = isWhole ? elements : slices[group.rank]
    let workspace = group.sums.takeWorkspace(byteCount: others * mine.count * size)
    self.workspace = workspace
    var sending: [Transfer] = []
    var receiving: [Transfer] = []
    sending.reserveCapacity(others)
    receiving.reserveCapacity(others)
    for (slot, peer) in peers(of: group).enumerated() {
      let arrives = slot * mine.count * size..<(slot + 1) * mine.count * size
      let leaves = isWhole ? elements : slices[peer]
      receiving.append(Transfer(buffer: workspace, range: arrives, peer: peer, tag: tag))
      sending.append(
        Transfer(
          buffer: buffer, range: leaves.lowerBound * size..<leaves.upperBound * size, peer: peer,
          tag: tag))
    }
    group.counter.add(sending: sending, receiving: receiving)
    transfers = try PendingTransfers(
      in: group, sending: sending, receiving: receiving, largestTag: ReservedTag.sums.upperBound)
  }

  /// Moves the sum on without waiting; whether it has finished.
  public mutating func advance() throws(MPIError) -> Bool {
    while stage != .finished {
      guard try transfers.test() else { return false }
      try enterNextStage()
    }
    return true
  }

  /// Waits until every rank's part has come and the sum stands in the buffer.
  ///
  /// A collective call: since a rank that waits elsewhere does not move its sums on, every rank must finish
  /// its sums in the same order, and in the same place among its other blocking calls.
  public consuming func finish() throws(MPIError) {
    while stage != .finished {
      try transfers.waitInPlace()
      try enterNextStage()
    }
  }

  private mutating func enterNextStage() throws(MPIError) {
    switch stage {
    case .collecting:
      addPartials()
      if isWhole { stage = .finished } else { try distribute() }
    case .distributing, .finished:
      stage = .finished
    }
  }

  private mutating func addPartials() {
    guard let workspace else { preconditionFailure("a sum that collects has a workspace") }
    let size = MemoryLayout<Scalar>.stride
    let slices = SumSlices(elements: elements, parts: isWhole ? 1 : group.count)
    let mine = isWhole ? elements : slices[group.rank]
    if let values = buffer.bytes.baseAddress, let others = workspace.bytes.baseAddress {
      let own = (values + mine.lowerBound * size).assumingMemoryBound(to: Scalar.self)
      var partials: [UnsafeMutablePointer<Scalar>] = []
      partials.reserveCapacity(group.count)
      for rank in 0..<group.count {
        let slot = rank < group.rank ? rank : rank - 1
        partials.append(
          rank == group.rank
            ? own
            : (others + slot * mine.count * size).assumingMemoryBound(to: Scalar.self))
      }
      TreeSum.add(partials, count: mine.count, into: own)
    }
    group.sums.giveBack(workspace)
    self.workspace = nil
  }

  private mutating func distribute() throws(MPIError) {
    let size = MemoryLayout<Scalar>.stride
    let slices = SumSlices(elements: elements, parts: group.count)
    let own = slices[group.rank]
    var sending: [Transfer] = []
    var receiving: [Transfer] = []
    sending.reserveCapacity(group.count - 1)
    receiving.reserveCapacity(group.count - 1)
    for peer in peers(of: group) {
      let arrives = slices[peer].lowerBound * size..<slices[peer].upperBound * size
      let leaves = own.lowerBound * size..<own.upperBound * size
      receiving.append(Transfer(buffer: buffer, range: arrives, peer: peer, tag: tag + 1))
      sending.append(Transfer(buffer: buffer, range: leaves, peer: peer, tag: tag + 1))
    }
    group.counter.add(sending: sending, receiving: receiving)
    transfers = try PendingTransfers(
      in: group, sending: sending, receiving: receiving, largestTag: ReservedTag.sums.upperBound)
    stage = .distributing
  }
}

private func peers(of group: RankGroup) -> some Sequence<Int> {
  (0..<group.count).lazy.filter { [rank = group.rank] in $0 != rank }
}

/// The cut of a range of elements into consecutive parts at multiples of 16 elements from its start.
struct SumSlices {
  let elements: Range<Int>
  let parts: Int

  var blocks: Int { (elements.count + 15) / 16 }

  subscript(part: Int) -> Range<Int> {
    let start = min(blocks * part / parts * 16, elements.count)
    let end = min(blocks * (part + 1) / parts * 16, elements.count)
    return elements.lowerBound + start..<elements.lowerBound + end
  }
}
