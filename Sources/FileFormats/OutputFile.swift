import Glibc

/// A file open for writing; `close` makes it durable, and a value that ends before leaves it unfinished.
public struct OutputFile: ~Copyable {
  public let path: String
  /// The bytes written so far.
  public private(set) var size = 0
  private var descriptor: Int32

  /// Creates the file at `path`, or empties the one that is there.
  public init(path: String) throws(FileError) {
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    let descriptor = Int32(retryingInterrupted { Int(open(path, flags, 0o666)) })
    if descriptor < 0 { throw .writing(path, errno: errno) }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  /// Writes all of `bytes` at the end of the file.
  public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let open = descriptor
      let count = retryingInterrupted { Glibc.write(open, rest.baseAddress, rest.count) }
      if count < 0 { throw .writing(path, errno: errno, remaining: rest.count) }
      written += count
      size += count
    }
  }

  /// Waits until the bytes are on the device (fsync) and closes the file.
  public consuming func close() throws(FileError) {
    let open = descriptor
    // A pipe or /dev/null has nothing to bring to a device, and answers EINVAL.
    if retryingInterrupted({ Int(fsync(open)) }) != 0, errno != EINVAL {
      throw .writing(path, errno: errno)
    }
    descriptor = -1
    // Linux releases the descriptor of an interrupted close, so it must not be repeated.
    if Glibc.close(open) != 0, errno != EINTR { throw .writing(path, errno: errno) }
  }
}
