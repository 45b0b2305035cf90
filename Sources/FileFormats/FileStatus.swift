import Glibc

/// What the system tells of a path without opening it.
public enum FileStatus {
  /// Whether a file, directory or other entry is there; a link is followed.
  public static func exists(_ path: String) -> Bool { mode(of: path) != nil }

  /// What stands at a path, a link being itself.
  public enum Entry: Equatable, Sendable { case file, directory, link, other }

  /// What stands at a path; nil where the system says that nothing does.
  ///
  /// Throws an input/output error where the system cannot tell: what cannot be seen now may well be there.
  public static func entry(_ path: String) throws(FileError) -> Entry? {
    var status = stat()
    guard retryingInterrupted({ Int(lstat(path, &status)) }) == 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR { return nil }
      throw unseen(path, code)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .directory
    case S_IFLNK: return .link
    default: return .other
    }
  }

  /// The names in a directory but `.` and `..`, in no order: all of them.
  ///
  /// Throws an input/output error where not every name can be told, and one of a missing file where no directory has
  /// the path.
  public static func entries(of directory: String) throws(FileError) -> [String] {
    guard let stream = opendir(directory) else {
      let code = errno
      if code == ENOENT || code == ENOTDIR {
        throw FileError(.missing, path: directory, "no such directory")
      }
      throw unlisted(directory, code)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      // Only errno tells the end from a failure.
      errno = 0
      guard let entry = readdir(stream) else {
        if errno != 0 { throw unlisted(directory, errno) }
        return names
      }
      let length = MemoryLayout.size(ofValue: entry.pointee.d_name)
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: length) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  private static func unseen(_ path: String, _ code: Int32) -> FileError {
    FileError(.inputOutput, path: path, "cannot be looked at: \(String(cString: strerror(code)))")
  }

  private static func unlisted(_ path: String, _ code: Int32) -> FileError {
    FileError(.inputOutput, path: path, "its entries cannot be listed: \(String(cString: strerror(code)))")
  }

  /// Whether the path leads to a directory.
  public static func isDirectory(_ path: String) -> Bool {
    mode(of: path).map { $0 & S_IFMT == S_IFDIR } ?? false
  }

  /// Whether this user may open the entries of a directory.
  public static func isSearchable(_ directory: String) -> Bool { access(directory, X_OK) == 0 }

  private static func mode(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode : nil
  }
}
