import CMPI
import Records

/// A group of ranks that exchange messages among themselves (`MPI_Comm`).
///
/// Ranks, peers and roots count from 0 within the communicator. Tags are 0 to `largestTag`, and the
/// length of a message is known to both sides: an empty one is not sent at all. Dropping a communicator
/// leaves its MPI handle to the end of the session; `free()` gives it back sooner.
public struct Communicator: ~Copyable {
  let group: RankGroup

  /// This process's place in the communicator.
  public var rank: Int { group.rank }
  /// The number of ranks in the communicator.
  public var count: Int { group.count }
  /// What the watchdog calls the communicator.
  public var label: StaticString { group.label }

  /// What this rank has given to sums and reductions so far.
  public var collectives: CollectiveCount { group.counter.count }

  /// The largest tag a caller may use; those above it, up to MPI's smallest bound of 32767, are used here.
  public static let largestTag = 31_999

  init(owning handle: cmpi_communicator, label: StaticString) throws(MPIError) {
    group = try RankGroup(handle: handle, label: label)
  }

  /// The part of the communicator whose ranks gave the same colour, ordered by key (`MPI_Comm_split`).
  ///
  /// Every rank must call it. A rank whose colour is nil belongs to no part and gets nil.
  public func split(
    colour: Int?, key: Int, label: StaticString = "part"
  ) throws(MPIError) -> Communicator? {
    precondition((colour ?? 0) >= 0, "a colour is not negative")
    var part = cmpi_communicator()
    var made: Int32 = 0
    waitRecord.begin(.split, of: group)
    defer { waitRecord.end() }
    let code = cmpi_split(group.handle, Int32(colour ?? -1), Int32(key), &part, &made)
    try check(code, "MPI_Comm_split")
    return made == 0 ? nil : try Communicator(owning: part, label: label)
  }

  /// The ranks that can share memory with this one, itself among them (`MPI_Comm_split_type`); every rank must call it.
  public func ranksOnHost() throws(MPIError) -> Int {
    var ranks: Int32 = 0
    waitRecord.begin(.split, of: group)
    defer { waitRecord.end() }
    try check(cmpi_ranks_on_host(group.handle, &ranks), "MPI_Comm_split_type")
    return Int(ranks)
  }

  /// Whether all ranks can share memory; every rank must call it.
  public func isOnOneHost() throws(MPIError) -> Bool { try ranksOnHost() == count }

  /// The same ranks with messages of their own (`MPI_Comm_dup`); every rank must call it.
  public func duplicate(label: StaticString = "copy") throws(MPIError) -> Communicator {
    var copy = cmpi_communicator()
    waitRecord.begin(.duplicate, of: group)
    defer { waitRecord.end() }
    try check(cmpi_duplicate(group.handle, &copy), "MPI_Comm_dup")
    return try Communicator(owning: copy, label: label)
  }

  /// Runs a body and gives back the communicators that were made in it (`MPI_Comm_free`).
  ///
  /// Every rank must call it, and none of these may outlive the body. Where ranks agree that it has failed they are given
  /// back too; another error leaves them to the end of the session.
  public func lending<Result>(_ body: () throws -> Result) throws -> Result {
    let before = cmpi_made()
    let result: Result
    do {
      result = try body()
    } catch let failure as AgreedFailure {
      try giveBack(allBut: before)
      throw failure
    }
    try giveBack(allBut: before)
    return result
  }

  /// Communicators that were made here and not given back.
  public static var made: Int { Int(cmpi_made()) }

  private func giveBack(allBut kept: Int32) throws(MPIError) {
    waitRecord.begin(.free, of: group)
    defer { waitRecord.end() }
    try check(cmpi_give_back(kept), "MPI_Comm_free")
  }

  /// Gives the handle back (`MPI_Comm_free`); every rank must call it.
  public consuming func free() throws(MPIError) {
    waitRecord.begin(.free, of: group)
    defer { waitRecord.end() }
    try check(cmpi_free(group.handle), "MPI_Comm_free")
  }
}

/// What is known of a communicator without owning it.
struct RankGroup {
  let handle: cmpi_communicator
  let rank: Int
  let count: Int
  let label: StaticString
  let sums = SumState()
  let counter = CollectiveCounter()

  init(handle: cmpi_communicator, label: StaticString) throws(MPIError) {
    var rank: Int32 = 0
    var count: Int32 = 0
    try check(cmpi_rank(handle, &rank), "MPI_Comm_rank")
    try check(cmpi_size(handle, &count), "MPI_Comm_size")
    self.handle = handle
    self.rank = Int(rank)
    self.count = Int(count)
    self.label = label
  }

  func checkPeer(_ peer: Int) {
    precondition(peer >= 0 && peer < count, "the peer is a rank of the communicator")
  }
}

/// Tags above `Communicator.largestTag`, one for each kind of exchange made here.
enum ReservedTag {
  static let collective = 32_000
  static let sums = 32_100..<32_612
}

/// What a rank has given to the sums and reductions of a communicator.
public struct CollectiveCount: Hashable, Sendable {
  /// The messages of `FixedOrderAllreduce`.
  public var sums = MessageFlow()
  /// Reductions that MPI computes, and the bytes of the values that this rank gave to them.
  public var reductions = MessageCount()
}

/// The count that all copies of a communicator share.
final class CollectiveCounter {
  var count = CollectiveCount()

  /// Counts the messages of a sum.
  func add(sending: [Transfer], receiving: [Transfer]) {
    for transfer in sending { count.sums.sent.add(bytes: transfer.range.count) }
    for transfer in receiving { count.sums.received.add(bytes: transfer.range.count) }
  }
}
