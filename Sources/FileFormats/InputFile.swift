import Glibc

/// A regular file open for reading; closed when the value ends.
public struct InputFile: ~Copyable {
  public let path: String
  /// The file's size in bytes when it was opened.
  public let size: Int
  private let descriptor: Int32

  /// Opens the file at `path`; a directory, a pipe or a device is refused.
  public init(path: String) throws(FileError) {
    // Without O_NONBLOCK, opening a pipe would wait for its writer before it could be refused.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK
    let descriptor = Int32(retryingInterrupted { Int(open(path, flags)) })
    if descriptor < 0 { throw .reading(path, errno: errno) }
    var status = stat()
    if fstat(descriptor, &status) != 0 {
      let code = errno
      close(descriptor)
      throw .reading(path, errno: code)
    }
    if status.st_mode & S_IFMT != S_IFREG {
      close(descriptor)
      if status.st_mode & S_IFMT == S_IFDIR { throw .reading(path, errno: EISDIR) }
      throw FileError(.missing, path: path, "is not a regular file")
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Reads the next bytes, at most as many as `target` holds; 0 at the end of the file.
  public func read(into target: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    if target.isEmpty { return 0 }
    let count = retryingInterrupted { Glibc.read(descriptor, target.baseAddress, target.count) }
    if count < 0 { throw .reading(path, errno: errno) }
    return count
  }

  /// Leaves out the next bytes of those that are read one after the other.
  public func skip(_ count: Int) throws(FileError) {
    if lseek(descriptor, off_t(count), SEEK_CUR) < 0 { throw .reading(path, errno: errno) }
  }

  /// Fills `target` with the bytes from `offset` on; fewer only where the file ends.
  public func read(into target: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
    var filled = 0
    while filled < target.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: target[filled...])
      let count = retryingInterrupted { pread(descriptor, rest.baseAddress, rest.count, offset + filled) }
      if count < 0 { throw .reading(path, errno: errno) }
      if count == 0 { break }
      filled += count
    }
    return filled
  }
}

/// Repeats a system call for as long as a signal interrupts it.
func retryingInterrupted(_ call: () -> Int) -> Int {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}
