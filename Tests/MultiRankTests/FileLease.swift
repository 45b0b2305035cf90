import Foundation

/// Keeps others from opening a file as long as it lives: who reads is told to try again, as by a share that hiccups; who
/// writes waits, as for a slow disk.
final class FileLease {
  private let descriptor: Int32

  // Linux's own commands, which Swift does not import.
  private static let (setSignal, setLease, getLease): (Int32, Int32, Int32) = (10, 1024, 1025)

  /// Nil where the file system has no leases, or where somebody has the file open.
  init?(_ path: String) {
    descriptor = open(path, O_RDWR | O_CLOEXEC)
    // A signal that nobody minds says that another wants the file.
    guard descriptor >= 0, fcntl(descriptor, Self.setSignal, SIGWINCH) == 0,
      fcntl(descriptor, Self.setLease, Int32(F_WRLCK)) == 0
    else { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Whether somebody waits for the file, or begins to before so many seconds have passed.
  func isWaitedFor(withinSeconds seconds: Double) -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while fcntl(descriptor, Self.getLease) == Int32(F_WRLCK) {
      guard Date() < end else { return false }
      usleep(5000)
    }
    return true
  }

  /// Whether this machine's temporary files can be leased.
  static let isPossible: Bool = {
    let path = FileManager.default.temporaryDirectory.path + "/eqprop-lease-" + UUID().uuidString
    defer { unlink(path) }
    return FileManager.default.createFile(atPath: path, contents: nil) && FileLease(path) != nil
  }()
}
