/// Up to four different ranks, packed for atomic storage; a fifth only says that there are more.
struct PeerList {
  private(set) var low: UInt64 = .max
  private(set) var high: UInt64 = .max
  private(set) var hasMore = false

  init() {}

  init(low: UInt64, high: UInt64, hasMore: Bool) {
    self.low = low
    self.high = high
    self.hasMore = hasMore
  }

  init(_ peer: Int) { insert(Int32(peer)) }

  mutating func insert(_ peer: Int32) {
    let rank = UInt64(UInt32(bitPattern: peer))
    if !PeerList.insert(rank, into: &low) && !PeerList.insert(rank, into: &high) { hasMore = true }
  }

  /// Whether the word already held the rank or had room for it; the upper half of all ones is room.
  private static func insert(_ rank: UInt64, into word: inout UInt64) -> Bool {
    if word & none == none {
      word = word & ~none | rank
    } else if word & none != rank {
      if word >> 32 == none {
        word = word & none | rank << 32
      } else {
        return word >> 32 == rank
      }
    }
    return true
  }

  private static var none: UInt64 { UInt64(UInt32.max) }

  var ranks: [UInt32] {
    [low, low >> 32, high, high >> 32].map { UInt32(truncatingIfNeeded: $0) }
      .filter { $0 != .max }
  }
}
