import CMPI
import Synchronization

/// A failed MPI call: what the environment did, never a user's mistake.
public struct MPIError: Error, Equatable, Sendable, ExitCoded, CustomStringConvertible {
  /// The MPI function that failed, such as `MPI_Allgatherv`.
  public let call: String
  /// The code it returned, meaningful to this implementation only.
  public let code: Int32
  /// The code's class, as `MPI_Error_class` gives it.
  public let errorClass: Int32
  /// The implementation's text for the code.
  public let text: String
  /// The rank in the world on which it failed; -1 before the session began.
  public let rank: Int

  /// The exit code of a system failure: 71.
  public var exitCode: Int32 { 71 }

  /// One sentence: rank, call and cause.
  public var description: String {
    let cause = text.isEmpty ? "error code \(code)" : text
    let origin = rank < 0 ? "before the session began" : "on rank \(rank)"
    return "\(call) failed \(origin): \(cause) (error class \(errorClass))"
  }

  /// Whether a call has failed in this process.
  static var hasOccurred: Bool { failed.load(ordering: .relaxed) }

  init(call: StaticString, code: Int32) {
    failed.store(true, ordering: .relaxed)
    self.call = call.description
    self.code = code
    errorClass = cmpi_error_class(code)
    // Some implementations tell a whole story, line by line.
    text = cText { cmpi_error_text(code, $0, $1) }
      .split(separator: "\n").joined(separator: "; ")
    rank = Int(cmpi_world_rank())
  }
}

private let failed = Atomic<Bool>(false)

/// Throws unless `code` says that `call` succeeded.
@inline(__always)
func check(_ code: Int32, _ call: StaticString) throws(MPIError) {
  if code != 0 { throw MPIError(call: call, code: code) }
}

/// What a C function writes into the buffer it is given, as a string.
func cText(_ fill: (UnsafeMutablePointer<CChar>, Int64) -> Void) -> String {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 2048) { buffer in
    guard let start = buffer.baseAddress else { return "" }
    start.initialize(repeating: 0, count: buffer.count)
    fill(start, Int64(buffer.count))
    return String(cString: start)
  }
}
