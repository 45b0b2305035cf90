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
  /// The lowest rank that failed decides: its error's words and exit code (70 unless the error is
  /// `ExitCoded`) become an `AgreedFailure`. `body` must make no collective call that another rank's
  /// failure could keep it from finishing. Sends one 8-byte reduction and, after a failure, a message.
  public func agree<Value: ~Copyable>(_ body: () throws -> Value) throws -> Value {
    var value: Value?
    var failure: (any Error)?
    do {
      value = try body()
    } catch {
      failure = error
    }
    var lowest = [Int64(failure == nil ? count : rank)]
    try minimum(&lowest)
    guard lowest[0] < count else {
      guard let value = value.take() else { preconditionFailure("no failure means a value") }
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
}
