/// One key of a section: its name, the property it fills, and how its value is read and written.
///
/// A key stands in one row of one table (`RunFileTables.swift`): reading, printing, the list of keys, the
/// spelling hints and the identity all follow from the row.
struct RunFileKey<Section: Sendable>: Sendable {
  let name: String
  /// An example for a key that must be written.
  let required: String?
  let isSection: Bool
  let read: @Sendable (inout Section, RunFileTree, String) throws(RunFileError) -> Void
  let write: @Sendable (Section) -> RunFileText?
  let keys: [String]

  init<Value>(
    _ name: String, _ property: WritableKeyPath<Section, Value> & Sendable, _ codec: RunFileCodec<Value>,
    required: String? = nil
  ) {
    self.name = name
    self.required = required
    isSection = codec.isSection
    keys = codec.isSection ? codec.keys.map { "\(name).\($0)" } : [name] + codec.keys.map { "\(name).\($0)" }
    read = { section, tree, path throws(RunFileError) in
      section[keyPath: property] = try codec.read(tree, path)
    }
    write = { codec.write($0[keyPath: property]) }
  }
}

extension RunFileCodec where Value: Sendable {
  /// A map whose keys are the rows of a table; what is not written keeps its value in `blank`.
  static func section(_ blank: Value, _ table: [RunFileKey<Value>]) -> Self {
    Self(
      read: { tree, path throws(RunFileError) in
        let start = path.isEmpty ? "" : path + "."
        guard let entries = tree.entries else {
          let example = table.first.map { "{\($0.name): …}" } ?? "{}"
          throw RunFileError(
            tree.place, path.isEmpty ? "the run file is \(tree.found)" : "'\(path)' is \(tree.found)",
            hint: "it takes a map, such as \(example)")
        }
        for entry in entries where !table.contains(where: { $0.name == entry.key }) {
          throw unknown(entry, start, names: table.map(\.name))
        }
        var section = blank
        for key in table {
          if let value = tree.value(key.name) {
            try key.read(&section, value, start + key.name)
          } else if let example = key.required {
            throw RunFileError(
              tree.place, "missing required key '\(start)\(key.name)'", hint: "add \(key.name): \(example)")
          } else if key.isSection {
            let absent = RunFileTree(content: .empty, place: tree.place)
            try key.read(&section, absent, start + key.name)
          }
        }
        return section
      },
      write: { value in
        .map(table.compactMap { key in key.write(value).map { .init(key: key.name, text: $0) } })
      },
      keys: table.flatMap(\.keys), isSection: true)
  }

  private static func unknown(_ entry: RunFileTree.Entry, _ start: String, names: [String]) -> RunFileError {
    let elsewhere = RunFile.keys.filter { $0.hasSuffix("." + entry.key) }
    let hint =
      if let near = RunFileSpelling.nearest(entry.key, in: names) {
        "did you mean '\(near)'?"
      } else if let other = elsewhere.first, elsewhere.count == 1 {
        "did you mean '\(other)'?"
      } else {
        "the keys here are \(RunFileSpelling.listed(names, "and"))"
      }
    return RunFileError(
      entry.place, "unknown key '\(RunFileError.shown(start + entry.key, limit: 80))'", hint: hint)
  }
}
