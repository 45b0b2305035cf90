import Synchronization

/// What this rank is waiting for, written by its thread and read by the watchdog's.
///
/// A wait costs some ten relaxed stores and no look at a clock: the watchdog, which sees the same wait
/// again and again, does the timing. Measured: 20 ns a wait.
let waitRecord = WaitRecord()

struct WaitRecord: ~Copyable, Sendable {
  /// Odd while a wait is under way; each wait has its own value.
  let sequence = Atomic<UInt64>(0)
  private let kind = Atomic<UInt8>(0)
  private let lowPeers = Atomic<UInt64>(.max)
  private let highPeers = Atomic<UInt64>(.max)
  private let hasMorePeers = Atomic<Bool>(false)
  private let tag = Atomic<Int>(-1)
  private let label = AtomicText()
  private let note = AtomicText()
  private let noteNumber = Atomic<Int>(.min)

  func begin(_ kind: WaitKind, of group: RankGroup) {
    begin(kind, label: group.label)
  }

  func begin(_ kind: WaitKind, of group: RankGroup, peer: Int, tag: Int = -1) {
    begin(kind, label: group.label, peers: PeerList(peer), tag: tag)
  }

  func begin(
    _ kind: WaitKind, label: StaticString = "world", peers: PeerList = PeerList(), tag: Int = -1
  ) {
    self.kind.store(kind.rawValue, ordering: .relaxed)
    self.label.store(label)
    self.tag.store(tag, ordering: .relaxed)
    lowPeers.store(peers.low, ordering: .relaxed)
    highPeers.store(peers.high, ordering: .relaxed)
    hasMorePeers.store(peers.hasMore, ordering: .relaxed)
    advance()
  }

  func end() { advance() }

  // One thread writes, so that a load and a store do; an atomic addition would cost ten times as much.
  private func advance() {
    sequence.store(sequence.load(ordering: .relaxed) &+ 1, ordering: .releasing)
  }

  func setNote(_ text: StaticString, _ number: Int?) {
    note.store(text)
    noteNumber.store(number ?? .min, ordering: .relaxed)
  }

  /// The wait in words, such as `receive from rank 0 of columns, tag 7 (states of layer 2)`.
  var description: String {
    guard let kind = WaitKind(rawValue: kind.load(ordering: .relaxed)) else { return "a wait" }
    let peers = PeerList(
      low: lowPeers.load(ordering: .relaxed), high: highPeers.load(ordering: .relaxed),
      hasMore: hasMorePeers.load(ordering: .relaxed))
    var text = kind.words.call
    let ranks = peers.ranks.sorted().map(String.init)
    if let last = ranks.last {
      let earlier = ranks.dropLast().joined(separator: ", ")
      let names = earlier.isEmpty ? "rank \(last)" : "ranks \(earlier) and \(last)"
      text += " \(kind.words.before) \(names)\(peers.hasMore ? " and others" : "")"
    }
    let group = label.load()
    if group != "world" && !group.isEmpty { text += " of \(group)" }
    let tag = tag.load(ordering: .relaxed)
    if tag >= 0 { text += ", tag \(tag)" }
    let purpose = note.load()
    let number = noteNumber.load(ordering: .relaxed)
    if !purpose.isEmpty { text += " (\(purpose)\(number == .min ? "" : " \(number)"))" }
    return text
  }
}

/// A `StaticString` as two atomic words; its bytes live as long as the process.
struct AtomicText: ~Copyable, Sendable {
  private let address = Atomic<UInt>(0)
  private let count = Atomic<Int>(0)

  func store(_ text: StaticString) {
    address.store(UInt(bitPattern: text.utf8Start), ordering: .relaxed)
    count.store(text.utf8CodeUnitCount, ordering: .relaxed)
  }

  func load() -> String {
    guard let start = UnsafePointer<UInt8>(bitPattern: address.load(ordering: .relaxed)) else {
      return ""
    }
    let count = count.load(ordering: .relaxed)
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }
}
