import Foundation

/// Standard input, output and error, which may be closed, full, or read by nobody any more.
enum StandardStreams {
  /// Opens what is closed, or the next file would take its place, and makes an error of a write to a pipe that nobody reads.
  static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    // What is told to nobody is lost, but for results: these cannot be written.
    for (stream, path, mode) in [
      (0, "/dev/null", O_RDONLY), (1, "/dev/full", O_WRONLY), (2, "/dev/null", O_WRONLY),
    ] {
      if fcntl(Int32(stream), F_GETFD) < 0 { _ = open(path, mode) }
    }
  }

  /// Writes to standard error; what cannot be written is lost.
  static func say(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// Writes what is still to be written to standard output; the exit code, 74 in place of 0 where results were lost.
  ///
  /// A reader that has left, as `head` does, has what it wanted.
  static func end(with code: Int32) -> Int32 {
    guard fflush(nil) != 0, code == 0 else { return code }
    let cause = errno
    guard cause != EPIPE else { return code }
    complain("standard output cannot be written: \(String(cString: strerror(cause)))")
    return 74
  }
}

/// Says something on standard error.
func complain(_ message: String) { StandardStreams.say("eqprop: \(message)\n") }
