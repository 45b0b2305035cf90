import Schema

/// One of the statements that a program knows, a rule, a task or a coupling, as a run file may name it.
struct KnownStatement<Value: Sendable>: Sendable {
  let name: String
  /// Of its own; those of a map that names it.
  let keys: [KeyReference]
  let read: @Sendable (Tree, Path) throws(SchemaError) -> Value
}

extension Codec where Value: Sendable {
  /// The name of a statement, or `{kind: name, …}` with its own keys.
  ///
  /// - Parameter word: what it is called in the reference of keys.
  static func statement(
    _ word: String, among known: [KnownStatement<Value>], write: @escaping @Sendable (Value) -> Text?
  ) -> Self {
    let names = known.map(\.name)
    @Sendable func named(_ tree: Tree, _ path: Path) throws(SchemaError) -> KnownStatement<Value> {
      if let found = known.first(where: { $0.name == tree.text }) { return found }
      throw .noWord(tree, path, of: names)
    }
    let takes = Spelling.listed(names)
    let kind = KeyReference(
      key: "kind", takes: takes, isRequired: true, meaning: "The \(word); the map is for keys of its own.")
    let own = known.flatMap(\.keys).reduce(into: [KeyReference]()) { keys, key in
      if !keys.contains(where: { $0.key == key.key }) { keys.append(key) }
    }
    return Self(
      takes: takes, keys: own.isEmpty ? [] : [kind] + own,
      read: { tree, path throws(SchemaError) in
        guard case .map = tree.content else {
          return try named(tree, path).read(.emptyMap(at: tree.position), path)
        }
        guard let kind = tree.value("kind") else {
          throw SchemaError(
            tree.position, "missing required key '\(path.appending("kind"))'", hint: "add kind: \(names[0])")
        }
        return try named(kind, path.appending("kind")).read(tree.without("kind"), path)
      }, write: write)
  }
}

extension Text {
  /// A statement: its name alone where none of its keys is written.
  static func statement(_ name: String, keys: Text?) -> Text {
    guard case .map(let entries) = keys, !entries.isEmpty else { return .value(name) }
    return .map([.init(key: "kind", text: .value(name))] + entries)
  }
}
