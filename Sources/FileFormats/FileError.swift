import Glibc

/// A failure of one file: which file, what happened, and the exit code it leads to.
///
/// Printed as `PATH: REASON`, one sentence without a full stop.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What failed: where the file should be, what stands in it, or the device below it.
  public enum Kind: Equatable, Sendable {
    /// Not there, or not readable by this user.
    case missing
    /// There, but not what it should be.
    case badData
    /// The system could not read or write it; a full disk is one such case.
    case inputOutput
  }

  /// What the exit code follows from.
  public let kind: Kind
  /// As it was given, control characters and all; `description` replaces these.
  public let path: String
  /// What happened, in words that follow the path and a colon: one line of at most `longestReason` characters, since
  /// names in it may come from the file.
  public let reason: String

  /// Replaces control characters of the reason, and cuts what is too long.
  public init(_ kind: Kind, path: String, _ reason: String) {
    self.kind = kind
    self.path = path
    self.reason = FileError.line(reason, atMost: FileError.longestReason)
  }

  /// The characters of a reason at most.
  static let longestReason = 500

  /// A text as it may stand in a message: control characters replaced, and cut.
  private static func line(_ text: String, atMost length: Int) -> String {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(length) {
      line.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
    }
    return String(line) + (text.unicodeScalars.count > length ? "…" : "")
  }

  /// The exit code: 66 missing, 65 bad data, 74 input/output.
  public var exitCode: Int32 {
    switch kind {
    case .missing: 66
    case .badData: 65
    case .inputOutput: 74
    }
  }

  /// A path's last part may come from a file too.
  public var description: String { "\(FileError.line(path, atMost: 4096)): \(reason)" }
}

extension FileError {
  /// The error of a failed read, or open for reading, from its `errno`.
  public static func reading(_ path: String, errno code: Int32) -> FileError {
    switch code {
    case ENOENT, ENOTDIR: FileError(.missing, path: path, "no such file or directory")
    case EACCES, EPERM: FileError(.missing, path: path, "may not be read by this user")
    case EISDIR: FileError(.missing, path: path, "is a directory, not a file")
    default: FileError(.inputOutput, path: path, "cannot be read: \(systemMessage(code))")
    }
  }

  /// The error of a failed write, sync, rename or open for writing, from its `errno`.
  ///
  /// A full disk is told with the bytes that were still to be written and the bytes that are free.
  public static func writing(_ path: String, errno code: Int32, remaining: Int? = nil) -> FileError {
    guard code == ENOSPC || code == EDQUOT else {
      return FileError(.inputOutput, path: path, "cannot be written: \(systemMessage(code))")
    }
    var facts: [String] = []
    if let remaining { facts.append("\(remaining) bytes were still to be written") }
    if let free = freeBytes(at: parentDirectory(of: path)) { facts.append("\(free) bytes are free") }
    let cause = code == ENOSPC ? "the disk is full" : "the disk quota is used up"
    let reason = facts.isEmpty ? cause : "\(cause): \(facts.joined(separator: ", "))"
    return FileError(.inputOutput, path: path, reason)
  }

  /// The bytes this user may still write on the file system that holds `directory`; nil when unknown.
  private static func freeBytes(at directory: String) -> UInt? {
    var status = statvfs()
    guard statvfs(directory, &status) == 0 else { return nil }
    return UInt(status.f_bavail) * UInt(status.f_frsize)
  }

  private static func systemMessage(_ code: Int32) -> String {
    guard let text = strerror(code) else { return "system error \(code)" }
    return String(cString: text)
  }
}
