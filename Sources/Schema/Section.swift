/// What a key means, takes and holds where it is not written.
public struct KeyReference: Equatable, Sendable {
  /// Dotted, with `0` for any element of a list: `network.layers.0.units`.
  public var key: String
  /// What it takes, as its error says it: `a whole number from 1 to 1000000, such as 500`.
  public var takes: String
  /// The value where nothing is written, as it would be written: nil for none, and for one that follows from other keys.
  public var standard: String?
  /// Whether it must be written, where the map that it belongs to is.
  public var isRequired: Bool
  /// One sentence.
  public var meaning: String
  /// Whether it takes a text as it stands, such as a path.
  public var isText = false

  public init(key: String, takes: String, standard: String? = nil, isRequired: Bool = false, meaning: String)
  {
    (self.key, self.takes, self.standard) = (key, takes, standard)
    (self.isRequired, self.meaning) = (isRequired, meaning)
  }

  /// The same below another key.
  public func below(_ name: String) -> KeyReference { with(\.key, "\(name).\(key)") }

  func with<Property>(_ property: WritableKeyPath<Self, Property>, _ value: Property) -> KeyReference {
    var other = self
    other[keyPath: property] = value
    return other
  }
}

/// One key of a section: its name, the property it fills, how its value is read and written, and what it means.
///
/// A key stands in one row of one table: reading, printing, the reference of keys, the spelling hints and the identity all
/// follow from the row.
public struct Key<Section: Sendable>: Sendable {
  /// Whether a key must be written.
  public enum Need: Sendable {
    /// What is not written has its default.
    case none
    /// The default is a mark that other keys decide the value.
    case follows
    /// Never left out; an example for the message.
    case required(String)
    /// Missed by what reads the whole section, where another key asks for it.
    case conditional
  }

  let name: String
  let need: Need
  let isSection: Bool
  let read: @Sendable (inout Section, Tree, Path) throws(SchemaError) -> Void
  let write: @Sendable (Section) -> Text?
  /// This key and those below it; the default is that of a section.
  let reference: @Sendable (Section) -> [KeyReference]

  /// - Parameter meaning: one sentence; of a section none.
  public init<Value>(
    _ name: String, _ property: WritableKeyPath<Section, Value> & Sendable, _ codec: Codec<Value>,
    _ need: Need = .none, meaning: String = ""
  ) {
    (self.name, self.need, isSection) = (name, need, codec.isSection)
    read = { section, tree, path throws(SchemaError) in
      section[keyPath: property] = try codec.read(tree, path)
    }
    write = { codec.write($0[keyPath: property]) }
    reference = { blank in
      let below = codec.keys.map { $0.below(name) }
      if codec.isSection { return below }
      var own = KeyReference(key: name, takes: codec.takes, meaning: meaning)
      own.isText = codec.isText
      switch need {
      case .none: if case .value(let text) = codec.write(blank[keyPath: property]) { own.standard = text }
      case .follows: break
      case .required, .conditional: own.isRequired = true
      }
      return [own] + below
    }
  }

  /// A key that must be written.
  public init<Value>(
    _ name: String, _ property: WritableKeyPath<Section, Value> & Sendable, _ codec: Codec<Value>,
    required example: String, meaning: String = ""
  ) {
    self.init(name, property, codec, .required(example), meaning: meaning)
  }
}

extension Codec where Value: Sendable {
  /// A map whose keys are the rows of a table; what is not written keeps its value in `blank`.
  public static func section(_ blank: Value, _ table: [Key<Value>]) -> Self {
    let takes = "a map, such as \(table.first.map { "{\($0.name): …}" } ?? "{}")"
    return Self(
      takes: takes, keys: table.flatMap { $0.reference(blank) }, isSection: true,
      read: { tree, path throws(SchemaError) in
        let start = path.start
        guard let entries = tree.entries else {
          throw SchemaError(
            tree.position,
            start.isEmpty ? "the \(path.subject.name) is \(tree.found)" : "'\(path)' is \(tree.found)",
            hint: "it takes \(takes)")
        }
        for entry in entries where !table.contains(where: { $0.name == entry.key }) {
          throw unknown(entry, path, names: table.map(\.name))
        }
        var section = blank
        for key in table {
          if let value = tree.value(key.name) {
            try key.read(&section, value, path.appending(key.name))
          } else if case .required(let example) = key.need {
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
      })
  }

  private static func unknown(_ entry: Tree.Entry, _ path: Path, names: [String]) -> SchemaError {
    let own = "\(path.appending(entry.key))"
    let elsewhere = path.subject.keys.filter { $0.hasSuffix("." + entry.key) && $0 != own }
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
      entry.position, "unknown key '\(SchemaError.shown(own, limit: 80))'",
      hint: hint)
  }
}
