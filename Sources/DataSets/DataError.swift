import FileFormats

/// Why a data set cannot be used: one of its files, or what the run file asks of it.
public enum DataError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file is missing, damaged, unreadable, or has fewer examples than asked for.
  case file(FileError)
  /// The run file's `data` says something that no file can meet; the text names the key.
  case source(String)

  /// The exit code: that of the file's error, or 64 for the run file's.
  public var exitCode: Int32 {
    switch self {
    case .file(let error): error.exitCode
    case .source: 64
    }
  }

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .source(let text): text
    }
  }
}

/// Runs `body` and passes its file error on as a data error.
func fileErrors<Result: ~Copyable>(_ body: () throws(FileError) -> Result) throws(DataError) -> Result {
  do {
    return try body()
  } catch {
    throw .file(error)
  }
}
