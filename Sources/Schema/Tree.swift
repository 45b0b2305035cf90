/// A value of a text as it was written, with all below it, and where.
public struct Tree: Equatable, Sendable {
  /// What stands there.
  public indirect enum Content: Equatable, Sendable {
    case empty
    /// A text; `quoted` ones are never numbers.
    case scalar(String, quoted: Bool)
    case list([Tree])
    case map([Entry])
  }

  /// A key of a map and its value.
  public struct Entry: Equatable, Sendable {
    public internal(set) var key: String
    public internal(set) var position: Position
    public internal(set) var value: Tree
  }

  public internal(set) var content: Content
  /// Where it was written.
  public internal(set) var position: Position

  /// What stands there, for a message: `'x'`, `a list`, `empty`.
  public var found: String {
    switch content {
    case .empty: "empty"
    case .scalar(let text, _): "'\(SchemaError.shown(text))'"
    case .list: "a list"
    case .map: "a map"
    }
  }

  /// The text of a plain (unquoted) scalar, or nil.
  public var plain: String? {
    if case .scalar(let text, quoted: false) = content { text } else { nil }
  }

  /// The text of a scalar, quoted or not, or nil.
  public var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// The entries of a map; an empty value counts as a map without any; nil for anything else.
  public var entries: [Entry]? {
    switch content {
    case .map(let entries): entries
    case .empty: []
    case .scalar, .list: nil
    }
  }

  /// The value under a key of a map.
  public func value(_ key: String) -> Tree? {
    entries?.first { $0.key == key }?.value
  }

  /// A map without keys.
  public static func emptyMap(at position: Position) -> Tree { Tree(content: .map([]), position: position) }

  /// The same map without a key.
  public func without(_ key: String) -> Tree {
    guard case .map(let entries) = content else { return self }
    var tree = self
    tree.content = .map(entries.filter { $0.key != key })
    return tree
  }

  /// Where the value of a dotted path was written, or that of another where the first was not.
  public func position(of path: String, or other: String) -> Position {
    position(of: isWritten(path) ? path : other)
  }

  /// Whether something was written at a dotted path; a list's elements are numbered from 0.
  public func isWritten(_ path: String) -> Bool {
    var tree: Tree? = self
    for name in path.split(separator: ".") {
      if case .list(let elements) = tree?.content, let index = Int(name) {
        tree = elements.indices.contains(index) ? elements[index] : nil
      } else {
        tree = tree?.value(String(name))
      }
    }
    return tree != nil
  }

  /// Where the value of a dotted path was written, or where the nearest thing around it was.
  public func position(of path: String) -> Position {
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
    return tree.position
  }
}
