import Glibc
import MessagePassing

private struct CodedError: Error, ExitCoded, CustomStringConvertible {
  let rank: Int
  var exitCode: Int32 { 65 }
  var description: String { "épreuve \(rank): bad data" }
}

private struct PlainError: Error {}

private struct Unique: ~Copyable {
  let value: Int
}

func checkAgree(_ world: borrowing Communicator) throws {
  let kept = try world.agree { Unique(value: 10 + world.rank) }
  try expect(kept.value == 10 + world.rank, "the value of a body that succeeded was lost")
  // All but rank 0 fail, or rank 0 where it is alone: the lowest that failed speaks for all.
  let lowest = world.count > 1 ? 1 : 0
  do {
    try world.agree { if world.rank >= lowest { throw CodedError(rank: world.rank) } }
    throw CheckFailure(message: "a failure was not agreed on")
  } catch let failure as AgreedFailure {
    let expected = AgreedFailure(rank: lowest, message: "épreuve \(lowest): bad data", exitCode: 65)
    try expect(failure == expected, "wrong failure: \(failure)")
  }
  do {
    try world.agree { if world.rank == world.count - 1 { throw PlainError() } }
    throw CheckFailure(message: "a failure was not agreed on")
  } catch let failure as AgreedFailure {
    try expect(failure.exitCode == 70 && failure.rank == world.count - 1, "wrong failure")
    try expect(failure.message == "PlainError()", "wrong message '\(failure.message)'")
  }
}

/// The last rank ends the job and says when; the others would wait for ever.
func failByAbort(_ world: borrowing Communicator) throws {
  try world.barrier()
  if world.rank == world.count - 1 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    tell("aborting at \(Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9)")
    Session.abort(65)
  }
  try world.barrier()
}

func failByKill(_ world: borrowing Communicator) throws {
  try world.barrier()
  if world.rank == 1 { kill(getpid(), SIGKILL) }
  try world.barrier()
}

/// Thrown by a rank that goes straight to the end of its session.
struct Leaving: Error {}

/// The last rank ends its session; the others wait for it in a collective of a part of the world.
func failByLeaving(_ world: borrowing Communicator) throws {
  guard let columns = try world.split(colour: 0, key: world.rank, label: "columns") else { return }
  if world.rank == world.count - 1 { throw Leaving() }
  Watchdog.start(limitSeconds: 1, rank: world.rank)
  // Long work of a rank's own does not count.
  usleep(1_500_000)
  Watchdog.note("states of layer", 2)
  _ = try columns.allGather([1])
}

/// Rank 0 sleeps; rank 1 waits for its message.
func failBySleeping(_ world: borrowing Communicator) throws {
  Watchdog.start(limitSeconds: 1, rank: world.rank)
  Watchdog.note("particles")
  if world.rank == 0 { sleep(20) }
  if world.rank == 1 {
    let buffer = MessageBuffer(byteCount: 64)
    let incoming = Transfer(buffer: buffer, range: 0..<64, peer: 0, tag: 3)
    try world.start(sending: [], receiving: [incoming]).wait()
  }
  _ = try world.receive(count: 1, from: (world.rank + 1) % world.count, tag: 9)
}

/// Work of a rank's own that takes longer than the limit while the others wait to agree, and many short waits, end
/// nothing.
func checkPatience(_ world: borrowing Communicator) throws {
  Watchdog.start(limitSeconds: 0.4, rank: world.rank)
  for slow in [0, world.count - 1] {
    let worked = try world.agree {
      if world.rank == slow { usleep(1_500_000) }
      return world.rank
    }
    try expect(worked == world.rank, "the value of slow work was lost")
  }
  for _ in 0..<10 {
    if world.rank == 0 { usleep(100_000) }
    try world.barrier()
  }
  Watchdog.start(limitSeconds: 3600, rank: world.rank)
}

/// Rank 0 is stopped while it works and the others wait to agree.
func failByStopping(_ world: borrowing Communicator) throws {
  Watchdog.start(limitSeconds: 1, rank: world.rank)
  Watchdog.note("picking up the run")
  try world.agree { if world.rank == 0 { kill(getpid(), SIGSTOP) } }
}

/// Messages that are dropped while under way are a bug, which stops the process.
func failByDropping(_ world: borrowing Communicator) throws {
  if world.rank == 0 {
    let buffer = MessageBuffer(byteCount: 8)
    let incoming = Transfer(buffer: buffer, range: 0..<8, peer: 1, tag: 3)
    _ = try world.start(sending: [], receiving: [incoming])
  }
  try world.barrier()
}

/// A message longer than its receive is an MPI error: it is told with its call and rank.
func failByTruncating(_ world: borrowing Communicator) throws {
  if world.rank == 0 {
    try world.send([1, 2, 3, 4], to: 1, tag: 1)
  } else if world.rank == 1 {
    _ = try world.receive(count: 3, from: 0, tag: 1)
  }
  try world.barrier()
}

/// Every rank waits for a message that nobody sends, and no watchdog looks.
func failByHanging(_ world: borrowing Communicator) throws {
  _ = try world.receive(count: 1, from: (world.rank + 1) % world.count, tag: 9)
}
