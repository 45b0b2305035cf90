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

/// Whether two paths lead to the same place, there or not yet.
public func isSamePlace(_ one: String, _ other: String) -> Bool {
  func resolved(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
  return resolved(one) == resolved(other)
}
