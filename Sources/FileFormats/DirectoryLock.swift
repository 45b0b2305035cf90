import Glibc

/// A folder that one process at a time may change: a write lock on the file `.lock` in it.
///
/// The system lets go of the lock when the process ends, however it ends. The file names the owner's host and process,
/// for the message that another one gets. On a file system without locks it keeps nobody out.
public final class DirectoryLock {
  private let descriptor: Int32

  /// Takes the lock, or throws an input/output error that names the owner.
  public convenience init(_ directory: String) throws(FileError) {
    let file = try Self.take(directory)
    guard file.isOurs else {
      let owner = Self.text(of: file.descriptor)
      close(file.descriptor)
      throw FileError(
        .inputOutput, path: directory,
        "another process trains here (\(owner)); wait for it, stop it, or choose another --output")
    }
    self.init(descriptor: file.descriptor)
  }

  /// Takes the lock; nil where another process has it.
  public convenience init?(free directory: String) throws(FileError) {
    let file = try Self.take(directory)
    guard file.isOurs else {
      close(file.descriptor)
      return nil
    }
    self.init(descriptor: file.descriptor)
  }

  private static func take(_ directory: String) throws(FileError) -> (descriptor: Int32, isOurs: Bool) {
    let path = joinPath(directory, ".lock")
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError.writing(path, errno: errno) }
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    let isTaken = fcntl(descriptor, F_SETLK, &lock) != 0 && (errno == EACCES || errno == EAGAIN)
    return (descriptor, !isTaken)
  }

  private init(descriptor: Int32) {
    self.descriptor = descriptor
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let owner = Array("process \(getpid()) on \(host)\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, owner, owner.count, 0)
  }

  deinit { close(descriptor) }

  private static func text(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 300)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    return text.split(separator: "\n").first.map(String.init) ?? "unknown"
  }
}
