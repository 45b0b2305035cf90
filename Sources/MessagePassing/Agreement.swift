/// What every rank throws when `agree` found that one of them had failed.
public struct AgreedFailure: Error, Equatable, Sendable, ExitCoded, CustomStringConvertible {
  /// The lowest rank of the communicator that failed.
  public let rank: Int
  /// Its error in words.
  public let message: String
  /// Its error's exit code.
  public let exitCode: Int32

  /// A failure told by its three parts.
  public init(rank: Int, message: String, exitCode: Int32) {
    self.rank = rank
    self.message = message
    self.exitCode = exitCode
  }

  /// The message of the rank that failed; the rank itself is in `rank`.
  public var description: String { message }
}

extension Communicator {
  /// Runs `body` on every rank; if it throws on any of them, every rank throws the same failure.
  ///
  /// The lowest rank that failed decides: its error's words and exit code (70 unless the error is `ExitCoded`) become an
  /// `AgreedFailure`.
  ///
  /// Where there are several ranks `body` runs on a thread of its own, and so must not call MPI. It may take as long as it
  /// likes: meanwhile the ranks meet in short exchanges, so that one that reads, hashes or syncs is no stall, and one that
  /// is stopped or lost is. Sends one 8-byte reduction for every `meeting` that the slowest body takes, one more at the
  /// end and, after a failure, a message.
  public func agree<Value: ~Copyable>(_ body: () throws -> Value) throws -> Value {
    let outcome = AgreedOutcome<Value>()
    if count == 1 {
      outcome.set(body)
    } else {
      try withoutActuallyEscaping(body) { body in
        let work = WorkThread { outcome.set(body) }
        defer { work.join() }
        try meet(until: work)
      }
    }
    let failure = outcome.failure
    var lowest = [Int64(failure == nil ? count : rank)]
    try minimum(&lowest)
    guard lowest[0] < count else {
      guard let value = outcome.value.take() else { preconditionFailure("no failure means a value") }
      return value
    }
    let failed = Int(lowest[0])
    var told: [UInt8] = []
    if let failure, failed == rank {
      let code = (failure as? any ExitCoded)?.exitCode ?? 70
      told = withUnsafeBytes(of: code.littleEndian) { Array($0) } + Array("\(failure)".utf8)
    }
    told = try broadcast(told, from: failed)
    let code = told.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    throw AgreedFailure(
      rank: failed, message: String(decoding: told.dropFirst(4), as: UTF8.self),
      exitCode: Int32(bitPattern: code))
  }

  /// Seconds from one exchange to the next while a rank is at work.
  private static var meeting: Double { 0.02 }

  /// Meets the other ranks again and again, until the work of all is done.
  private func meet(until work: WorkThread) throws(MPIError) {
    var open: [Int64] = [1]
    while open[0] > 0 {
      open[0] = work.isDone(withinSeconds: Self.meeting) ? 0 : 1
      try maximum(&open)
    }
  }
}

/// What a body gave, or threw.
private final class AgreedOutcome<Value: ~Copyable> {
  var value: Value?
  var failure: (any Error)?

  func set(_ body: () throws -> Value) {
    do {
      value = try body()
    } catch {
      failure = error
    }
  }
}
