/// One key of a section: its name, the property it fills, and how its value is read and written.
///
/// A key stands in one row of one table: reading, printing, the list of keys, the spelling hints and the identity all
/// follow from the row.
public struct Key<Section: Sendable>: Sendable {
  let name: String
  /// An example for a key that must be written.
  let required: String?
  let isSection: Bool
  let read: @Sendable (inout Section, Tree, Path) throws(SchemaError) -> Void
  let write: @Sendable (Section) -> Text?
  let keys: [String]

  /// A key that may be left out, or that is missed with an example of its value.
  public init<Value>(
    _ name: String, _ property: WritableKeyPath<Section, Value> & Sendable, _ codec: Codec<Value>,
    required: String? = nil
  ) {
    self.name = name
    self.required = required
    isSection = codec.isSection
    keys = codec.isSection ? codec.keys.map { "\(name).\($0)" } : [name] + codec.keys.map { "\(name).\($0)" }
    read = { section, tree, path throws(SchemaError) in
      section[keyPath: property] = try codec.read(tree, path)
    }
    write = { codec.write($0[keyPath: property]) }
  }
}

extension Codec where Value: Sendable {
  /// A map whose keys are the rows of a table; what is not written keeps its value in `blank`.
  public static func section(_ blank: Value, _ table: [Key<Value>]) -> Self {
    Self(
      read: { tree, path throws(SchemaError) in
        let start = path.start
        guard let entries = tree.entries else {
          let example = table.first.map { "{\($0.name): …}" } ?? "{}"
          throw SchemaError(
            tree.position,
            start.isEmpty ? "the \(path.subject.name) is \(tree.found)" : "'\(path)' is \(tree.found)",
            hint: "it takes a map, such as \(example)")
        }
        for entry in entries where !table.contains(where: { $0.name == entry.key }) {
          throw unknown(entry, path, names: table.map(\.name))
        }
        var section = blank
        for key in table {
          if let value = tree.value(key.name) {
            try key.read(&section, value, path.appending(key.name))
          } else if let example = key.required {
            throw SchemaError(
              tree.position, "missing required key '\(start)\(key.name)'", hint: "add \(key.name): \(example)"
            )
          } else if key.isSection {
            let absent = Tree(content: .empty, position: tree.position)
            try key.read(&section, absent, path.appending(key.name))
          }
        }
        return section
      },
      write: { value in
        .map(table.compactMap { key in key.write(value).map { .init(key: key.name, text: $0) } })
      },
      keys: table.flatMap(\.keys), isSection: true)
  }

  private static func unknown(_ entry: Tree.Entry, _ path: Path, names: [String]) -> SchemaError {
    let elsewhere = path.subject.keys.filter { $0.hasSuffix("." + entry.key) }
    let hint =
      if let near = Spelling.nearest(entry.key, in: names) {
        "did you mean '\(near)'?"
      } else if let other = elsewhere.first, elsewhere.count == 1 {
        "did you mean '\(other)'?"
      } else if names.isEmpty {
        "it has no keys of its own"
      } else {
        "the keys here are \(Spelling.listed(names, "and"))"
      }
    return SchemaError(
      entry.position, "unknown key '\(SchemaError.shown("\(path.appending(entry.key))", limit: 80))'",
      hint: hint)
  }
}
