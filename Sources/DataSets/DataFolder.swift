import FileFormats

/// A folder that files of a data set are looked for in.
struct DataFolder {
  let path: String

  /// Checks that it is a folder this user may look into.
  init(_ path: String) throws(FileError) {
    if !FileStatus.exists(path) { throw FileError(.missing, path: path, "no such directory") }
    if !FileStatus.isDirectory(path) { throw FileError(.missing, path: path, "is not a directory") }
    if !FileStatus.isSearchable(path) {
      throw FileError(.missing, path: path, "may not be read by this user")
    }
    self.path = path
  }

  /// The path of the plain file, or else of the gzipped one.
  func find(_ name: String) throws(FileError) -> String {
    guard let found = seek(name) else {
      throw FileError(.missing, path: joinPath(path, name), "no such file, with or without .gz")
    }
    return found
  }

  /// The same, nil where there is none.
  func seek(_ name: String) -> String? {
    let path = joinPath(path, name)
    return [path, path + ".gz"].first(where: FileStatus.exists)
  }
}
