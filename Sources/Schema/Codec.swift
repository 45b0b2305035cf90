/// How one kind of value is read from a text and written back.
public struct Codec<Value>: Sendable {
  /// What it takes, as messages and the reference of keys say it: `a whole number from 1 to 256, such as 3`.
  public let takes: String
  /// The keys below this value, named from here on.
  public let keys: [KeyReference]
  /// The value of a tree, whose dotted path stands in messages.
  public let read: @Sendable (_ tree: Tree, _ path: Path) throws(SchemaError) -> Value
  /// The text of a value; nil leaves its key out.
  public let write: @Sendable (Value) -> Text?
  /// A section's required keys are missed even where the section itself is not written.
  let isSection: Bool
  /// Whether it is a text as it stands, such as a path.
  private(set) var isText = false

  /// A value that is written in a form of its own.
  public init(
    takes: String, keys: [KeyReference] = [],
    read: @escaping @Sendable (_ tree: Tree, _ path: Path) throws(SchemaError) -> Value,
    write: @escaping @Sendable (Value) -> Text?
  ) {
    self.init(takes: takes, keys: keys, isSection: false, read: read, write: write)
  }

  init(
    takes: String, keys: [KeyReference], isSection: Bool,
    read: @escaping @Sendable (_ tree: Tree, _ path: Path) throws(SchemaError) -> Value,
    write: @escaping @Sendable (Value) -> Text?
  ) {
    (self.takes, self.keys, self.isSection) = (takes, keys, isSection)
    (self.read, self.write) = (read, write)
  }
}

extension SchemaError {
  /// The message for a value of the wrong type or out of its range.
  public static func unfit(_ tree: Tree, _ path: Path, takes: String) -> SchemaError {
    SchemaError(tree.position, "'\(path)' is \(tree.found)", hint: "it takes \(takes)")
  }
}

extension Codec where Value: FixedWidthInteger & Sendable {
  /// A whole number written in decimal digits.
  public static func whole(_ range: ClosedRange<Value>, example: Value) -> Self {
    let takes = "a whole number from \(range.lowerBound) to \(range.upperBound), such as \(example)"
    return Self(
      takes: takes,
      read: { tree, path throws(SchemaError) in
        let digits = tree.plain.map { $0.first == "-" || $0.first == "+" ? $0.dropFirst() : $0[...] } ?? ""
        let decimal =
          !digits.isEmpty && digits.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        // A leading zero means octal to some readers of YAML and nothing to others.
        guard decimal, digits.count == 1 || digits.first != "0", let text = tree.plain,
          let value = Value(text), range ~= value
        else { throw .unfit(tree, path, takes: takes) }
        return value
      },
      write: { .value("\($0)") })
  }
}

extension Codec where Value == Double {
  /// A finite number such as `5`, `.5` or `1e-4` that `allowed` accepts; `takes` says which those are.
  public static func number(
    _ takes: String, example: String, where allowed: @escaping @Sendable (Double) -> Bool
  ) -> Self {
    let takes = "\(takes), such as \(example)"
    return Self(
      takes: takes,
      read: { tree, path throws(SchemaError) in
        guard let text = tree.plain, isDecimal(text), let value = Double(text), value.isFinite, allowed(value)
        else { throw .unfit(tree, path, takes: takes) }
        // −0 equals 0 but would be written differently.
        return value == 0 ? 0 : value
      },
      write: { .value("\($0)") })
  }

  /// Swift's own conversion also reads hexadecimal, `inf` and `nan`.
  private static func isDecimal(_ text: String) -> Bool {
    text.utf8.contains { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      && text.utf8.allSatisfy { "0123456789.eE+-".utf8.contains($0) }
  }
}

extension Codec where Value == Bool {
  /// `true` or `false`.
  public static var flag: Self {
    Self(
      takes: "true or false",
      read: { tree, path throws(SchemaError) in
        switch tree.plain {
        case "true": return true
        case "false": return false
        default: throw .unfit(tree, path, takes: "true or false")
        }
      },
      write: { .value("\($0)") })
  }
}

extension Codec where Value == String {
  /// A text that `allowed` accepts; `takes` says which those are.
  public static func text(
    _ takes: String, example: String, where allowed: @escaping @Sendable (String) -> Bool
  ) -> Self {
    let takes = "\(takes), such as \(example)"
    var codec = Self(
      takes: takes,
      read: { tree, path throws(SchemaError) in
        guard let text = tree.text, allowed(text) else { throw .unfit(tree, path, takes: takes) }
        return text
      },
      write: { .value(Text.quoted($0)) })
    codec.isText = true
    return codec
  }
}

extension Codec where Value: CaseIterable & RawRepresentable & Sendable, Value.RawValue == String {
  /// One word of a closed set.
  public static var word: Self {
    Self(
      takes: Spelling.listed(Value.allCases.map(\.rawValue)),
      read: { tree, path throws(SchemaError) in
        if let value = tree.text.flatMap(Value.init(rawValue:)) { return value }
        throw .noWord(tree, path, of: Value.allCases.map(\.rawValue))
      },
      write: { .value($0.rawValue) })
  }
}

extension SchemaError {
  /// The message for a word outside a closed set.
  public static func noWord(
    _ tree: Tree, _ path: Path, of words: [String], or other: String? = nil
  ) -> SchemaError {
    let near = tree.text.flatMap { Spelling.nearest($0, in: words) }
    let all = Spelling.listed(words + (other.map { [$0] } ?? []))
    let hint = near.map { "did you mean '\($0)'?" } ?? "it takes \(all)"
    return SchemaError(tree.position, "'\(path)' is \(tree.found)", hint: hint)
  }
}

extension Codec {
  /// A value that may be left out or be `null`; its key is then not written, and keys below it have no default.
  public static func optional<Wrapped>(_ codec: Codec<Wrapped>) -> Self where Value == Wrapped? {
    var optional = Self(
      takes: codec.takes, keys: codec.keys.map { $0.with(\.standard, nil) },
      read: { tree, path throws(SchemaError) in
        if case .empty = tree.content { return nil }
        return try codec.read(tree, path)
      },
      write: { value in value.flatMap { codec.write($0) } })
    optional.isText = codec.isText
    return optional
  }

  /// A list of at least one and at most `limit` elements.
  public static func list<Element>(
    of codec: Codec<Element>, atMost limit: Int, example: String
  ) -> Self where Value == [Element] {
    let takes = "a list of 1 to \(limit) elements, such as \(example)"
    return Self(
      takes: takes, keys: codec.keys.map { $0.below("0") },
      read: { tree, path throws(SchemaError) in
        guard case .list(let trees) = tree.content, 1...limit ~= trees.count else {
          let found =
            if case .list(let trees) = tree.content { "a list of \(trees.count)" } else { tree.found }
          throw SchemaError(tree.position, "'\(path)' is \(found)", hint: "it takes \(takes)")
        }
        var elements: [Element] = []
        for (index, tree) in trees.enumerated() {
          elements.append(try codec.read(tree, path.appending("\(index)")))
        }
        return elements
      },
      write: { .list($0.compactMap { codec.write($0) }) })
  }
}
