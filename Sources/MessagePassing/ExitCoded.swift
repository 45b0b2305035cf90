/// An error that knows the exit code of the process it ends.
public protocol ExitCoded {
  /// The exit code, such as 64 for a user's mistake or 71 for the system's.
  var exitCode: Int32 { get }
}
