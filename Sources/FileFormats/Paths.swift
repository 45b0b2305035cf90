import Foundation

/// The directory that holds `path`: `a/b` → `a`, `b` → `.`, `/b` → `/`.
public func parentDirectory(of path: String) -> String {
  let trimmed = withoutTrailingSlashes(path)
  guard let slash = trimmed.lastIndex(of: "/") else { return "." }
  return slash == trimmed.startIndex ? "/" : withoutTrailingSlashes(String(trimmed[..<slash]))
}

/// The last part of `path`: `a/b/` → `b`.
public func lastPart(of path: String) -> String {
  let trimmed = withoutTrailingSlashes(path)
  guard trimmed != "/", let slash = trimmed.lastIndex(of: "/") else { return trimmed }
  return String(trimmed[trimmed.index(after: slash)...])
}

/// The path of `name` in `directory`, with one slash between them.
public func joinPath(_ directory: String, _ name: String) -> String {
  if directory.isEmpty { return name }
  return directory.hasSuffix("/") ? directory + name : directory + "/" + name
}

private func withoutTrailingSlashes(_ path: String) -> String {
  var trimmed = path[...]
  while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
  return String(trimmed)
}

/// Whether two paths lead to the same file or folder, there or not yet.
public func isSamePath(_ one: String, _ other: String) -> Bool {
  func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
  return resolved(one) == resolved(other)
}

/// A word of a command line, or a path, as shells read a `~` that begins it or, after a `=`, its value: `--output=~/runs`.
///
/// One that is no user's stays as it is.
public func fromHome(_ word: String) -> String {
  let start = word.hasPrefix("~") ? word.startIndex : word.firstIndex(of: "=").map(word.index(after:))
  guard let start, word[start...].hasPrefix("~"), word[start...].contains("/") || word.hasPrefix("~") else {
    return word
  }
  let value = word[start...]
  let isOwn = value == "~" || value.hasPrefix("~/")
  guard isOwn, let home = getenv("HOME") else {
    return word[..<start] + NSString(string: String(value)).expandingTildeInPath
  }
  return word[..<start] + String(cString: home) + value.dropFirst()
}
