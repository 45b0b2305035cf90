/// A value of the run file as it was written, with all below it, and where.
struct RunFileTree: Equatable, Sendable {
  /// What stands there.
  indirect enum Content: Equatable, Sendable {
    case empty
    /// A text; `quoted` ones are never numbers.
    case scalar(String, quoted: Bool)
    case list([RunFileTree])
    case map([Entry])
  }

  /// A key of a map and its value.
  struct Entry: Equatable, Sendable {
    var key: String
    var place: RunFilePlace
    var value: RunFileTree
  }

  var content: Content
  var place: RunFilePlace

  /// What stands there, for a message: `'x'`, `a list`, `empty`.
  var found: String {
    switch content {
    case .empty: "empty"
    case .scalar(let text, _): "'\(RunFileError.shown(text))'"
    case .list: "a list"
    case .map: "a map"
    }
  }

  /// The text of a plain (unquoted) scalar, or nil.
  var plain: String? {
    if case .scalar(let text, quoted: false) = content { text } else { nil }
  }

  /// The text of a scalar, quoted or not, or nil.
  var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// The entries of a map; an empty value counts as a map without any; nil for anything else.
  var entries: [Entry]? {
    switch content {
    case .map(let entries): entries
    case .empty: []
    case .scalar, .list: nil
    }
  }

  /// The value under a key of a map.
  func value(_ key: String) -> RunFileTree? {
    entries?.first { $0.key == key }?.value
  }

  /// Where the value of a dotted path was written, or that of another where the first was not.
  func place(of path: String, or other: String) -> RunFilePlace {
    place(of: isWritten(path) ? path : other)
  }

  private func isWritten(_ path: String) -> Bool {
    var tree: RunFileTree? = self
    for name in path.split(separator: ".") { tree = tree?.value(String(name)) }
    return tree != nil
  }

  /// Where the value of a dotted path was written, or where the nearest thing around it was.
  func place(of path: String) -> RunFilePlace {
    var tree = self
    for name in path.split(separator: ".") {
      if case .list(let elements) = tree.content, let index = Int(name), elements.indices ~= index {
        tree = elements[index]
      } else if let next = tree.value(String(name)) {
        tree = next
      } else {
        break
      }
    }
    return tree.place
  }
}
