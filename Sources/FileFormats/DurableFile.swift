import Glibc

/// Steps that leave, after a crash at any moment, either the old file or the new one, never a part of it.
public enum DurableFile {
  /// Writes a small file: a hidden `.tmp-NAME` beside it, fsync, rename, fsync of the directory.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let unfinished = joinPath(parentDirectory(of: path), ".tmp-" + lastPart(of: path))
    do {
      var file = try OutputFile(path: unfinished)
      try bytes.span.bytes.withUnsafeBytes { (bytes) throws(FileError) in try file.write(bytes) }
      try file.close()
      try rename(unfinished, to: path)
    } catch {
      unlink(unfinished)
      throw error
    }
  }

  /// Writes a small file of text in UTF-8, as `write(_:to:)` writes bytes.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Array(text.utf8), to: path)
  }

  /// Adds bytes at the end of a file, which is made where there is none, and fsyncs it.
  ///
  /// After a crash the file ends with a part of them, in order, or with none; after an error with none, if that can be
  /// undone.
  public static func append(_ bytes: [UInt8], to path: String) throws(FileError) {
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC
    let descriptor = Int32(retryingInterrupted { Int(open(path, flags, 0o666)) })
    if descriptor < 0 { throw .writing(path, errno: errno) }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw .writing(path, errno: errno) }
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { rest in
        retryingInterrupted { Glibc.write(descriptor, rest.baseAddress, rest.count) }
      }
      if count < 0 {
        let error = FileError.writing(path, errno: errno, remaining: bytes.count - written)
        ftruncate(descriptor, status.st_size)
        throw error
      }
      written += count
    }
    if retryingInterrupted({ Int(fsync(descriptor)) }) != 0, errno != EINVAL {
      throw .writing(path, errno: errno)
    }
    if status.st_size == 0 { try syncDirectory(parentDirectory(of: path)) }
  }

  /// Replaces a file of any length by some stretches of itself and the bytes that follow these, as `write` does.
  public static func keep(_ stretches: [Range<Int>], of path: String, adding end: [UInt8] = [])
    throws(FileError)
  {
    let unfinished = joinPath(parentDirectory(of: path), ".tmp-" + lastPart(of: path))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 1)
    defer { buffer.deallocate() }
    do throws(FileError) {
      let old = try InputFile(path: path)
      var file = try OutputFile(path: unfinished)
      for stretch in stretches {
        var offset = stretch.lowerBound
        while offset < stretch.upperBound {
          let part = UnsafeMutableRawBufferPointer(
            rebasing: buffer[..<min(buffer.count, stretch.upperBound - offset)])
          let count = try old.read(into: part, at: offset)
          if count == 0 { throw FileError(.inputOutput, path: path, "was shortened while it was read") }
          try file.write(UnsafeRawBufferPointer(rebasing: part[..<count]))
          offset += count
        }
      }
      try end.span.bytes.withUnsafeBytes { (bytes) throws(FileError) in try file.write(bytes) }
      try file.close()
      try rename(unfinished, to: path)
    } catch {
      unlink(unfinished)
      throw error
    }
  }

  /// Renames a file or directory, replacing a file of that name, and fsyncs the directories of both.
  public static func rename(_ old: String, to new: String) throws(FileError) {
    if Glibc.rename(old, new) != 0 { throw .writing(new, errno: errno) }
    let parents = (old: parentDirectory(of: old), new: parentDirectory(of: new))
    try syncDirectory(parents.new)
    if parents.old != parents.new { try syncDirectory(parents.old) }
  }

  /// Waits until the names in a directory are on the device.
  public static func syncDirectory(_ path: String) throws(FileError) {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
    let descriptor = Int32(retryingInterrupted { Int(open(path, flags)) })
    if descriptor < 0 { throw .writing(path, errno: errno) }
    defer { close(descriptor) }
    // Some network file systems cannot sync a directory and answer EINVAL; they keep names in order.
    if retryingInterrupted({ Int(fsync(descriptor)) }) != 0, errno != EINVAL {
      throw .writing(path, errno: errno)
    }
  }

  /// Creates a directory and those above it that are missing, and fsyncs the directory of each new one.
  public static func createDirectory(_ path: String) throws(FileError) {
    let parent = parentDirectory(of: path)
    var code = mkdir(path, 0o777) == 0 ? 0 : errno
    if code == ENOENT, parent != path {
      try createDirectory(parent)
      code = mkdir(path, 0o777) == 0 ? 0 : errno
    }
    switch code {
    case 0: try syncDirectory(parent)
    case EEXIST:
      var status = stat()
      if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
      throw FileError(.inputOutput, path: path, "cannot be made a directory: a file has that name")
    default: throw .writing(path, errno: code)
    }
  }

  /// The bytes of a small file; one of more than `limit` bytes is refused as bad data.
  public static func read(_ path: String, limit: Int = 1 << 26) throws(FileError) -> [UInt8] {
    let file = try InputFile(path: path)
    if file.size > limit {
      throw FileError(.badData, path: path, "is \(file.size) bytes long, the limit is \(limit)")
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: file.size, alignment: 1)
    defer { buffer.deallocate() }
    let count = try file.read(into: buffer, at: 0)
    return Array(buffer[..<count])
  }
}
