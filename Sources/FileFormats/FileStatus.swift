import Glibc

/// What the system tells of a path without opening it.
public enum FileStatus {
  /// Whether a file, directory or other entry is there; a link is followed.
  public static func exists(_ path: String) -> Bool { mode(of: path) != nil }

  /// Whether the path leads to a directory.
  public static func isDirectory(_ path: String) -> Bool {
    mode(of: path).map { $0 & S_IFMT == S_IFDIR } ?? false
  }

  /// Whether this user may open the entries of a directory.
  public static func isSearchable(_ directory: String) -> Bool { access(directory, X_OK) == 0 }

  /// Whether the path itself is a symbolic link.
  public static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  private static func mode(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode : nil
  }
}
