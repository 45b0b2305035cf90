import Glibc
import MessagePassing

// rank-checks RANKS CHECK…: runs the checks on a world that must have RANKS ranks. Rank 0 prints
// `passed CHECK` for each; a failure is told on standard error and ends the job with exit code 1.
@main
struct RankChecks {
  typealias Check = @Sendable (borrowing Communicator) throws -> Void

  static let checks: [String: Check] = [
    "ring": checkRing,
    "batch": checkBatch,
    "pieces": checkPieces,
    "broadcast": checkBroadcast,
    "gather": checkGather,
    "all-gather": checkAllGather,
    "all-to-all": checkAllToAll,
    "reductions": checkReductions,
    "maxima": checkMaxima,
    "split": checkSplit,
    "sums": checkSums,
    "shared sums": checkSharedSums,
    "lending": checkLending,
    "shards": checkShards,
    "overlap": checkOverlap,
    "agree": checkAgree,
    "abort": failByAbort,
    "leave": failByLeaving,
    "sleep": failBySleeping,
    "patience": checkPatience,
    "stop": failByStopping,
    "hang": failByHanging,
    "kill": failByKill,
    "drop": failByDropping,
    "truncate": failByTruncating,
  ]

  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count >= 2, let ranks = Int(arguments[1]) else {
      print("usage: rank-checks RANKS CHECK…")
      exit(64)
    }
    do {
      let session = try Session()
      try expect(
        session.world.count == ranks, "the world has \(session.world.count) ranks, not \(ranks)")
      for name in arguments.dropFirst(2) {
        guard let check = checks[name] else { throw CheckFailure(message: "no check '\(name)'") }
        do {
          try check(session.world)
        } catch is Leaving {
          break
        } catch {
          throw CheckFailure(message: "\(name): \(error)")
        }
        try session.world.barrier()
        if session.world.rank == 0 { print("passed \(name)") }
      }
      // Told by rank 0 alone: lonely ranks, each a world of its own, would tell it several times.
      if session.world.rank == 0 { print("world \(session.world.count)") }
      try session.finalize()
    } catch {
      tell("rank-checks: \(error)")
      Session.abort(1)
    }
  }
}
