/// How one kind of value is read from a run file and written back.
struct RunFileCodec<Value>: Sendable {
  /// The value of a tree, whose dotted path stands in messages.
  let read: @Sendable (_ tree: RunFileTree, _ path: String) throws(RunFileError) -> Value
  /// The text of a value; nil leaves its key out.
  let write: @Sendable (Value) -> RunFileText?
  /// Dotted keys below this value.
  var keys: [String] = []
  /// A section's required keys are missed even where the section itself is not written.
  var isSection = false
}

extension RunFileError {
  /// The message for a value of the wrong type or out of its range.
  static func unfit(_ tree: RunFileTree, _ path: String, takes: String, example: String) -> RunFileError {
    RunFileError(tree.place, "'\(path)' is \(tree.found)", hint: "it takes \(takes), such as \(example)")
  }
}

extension RunFileCodec where Value: FixedWidthInteger & Sendable {
  /// A whole number written in decimal digits.
  static func whole(_ range: ClosedRange<Value>, example: Value) -> Self {
    Self(
      read: { tree, path throws(RunFileError) in
        let digits = tree.plain.map { $0.first == "-" || $0.first == "+" ? $0.dropFirst() : $0[...] } ?? ""
        let decimal =
          !digits.isEmpty && digits.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        // A leading zero means octal to some readers of YAML and nothing to others.
        guard decimal, digits.count == 1 || digits.first != "0", let text = tree.plain,
          let value = Value(text), range ~= value
        else {
          let takes = "a whole number from \(range.lowerBound) to \(range.upperBound)"
          throw .unfit(tree, path, takes: takes, example: "\(example)")
        }
        return value
      },
      write: { .value("\($0)") })
  }
}

extension RunFileCodec where Value == Double {
  /// A finite number such as `5`, `.5` or `1e-4` that `allowed` accepts; `takes` says which those are.
  static func number(
    _ takes: String, example: String, where allowed: @escaping @Sendable (Double) -> Bool
  ) -> Self {
    Self(
      read: { tree, path throws(RunFileError) in
        guard let text = tree.plain, isDecimal(text), let value = Double(text), value.isFinite, allowed(value)
        else { throw .unfit(tree, path, takes: takes, example: example) }
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

extension RunFileCodec where Value == Bool {
  /// `true` or `false`.
  static var flag: Self {
    Self(
      read: { tree, path throws(RunFileError) in
        switch tree.plain {
        case "true": return true
        case "false": return false
        default: throw RunFileError(tree.place, "'\(path)' is \(tree.found)", hint: "it takes true or false")
        }
      },
      write: { .value("\($0)") })
  }
}

extension RunFileCodec where Value == String {
  /// A text that `allowed` accepts; `takes` says which those are.
  static func text(
    _ takes: String, example: String, where allowed: @escaping @Sendable (String) -> Bool
  ) -> Self {
    Self(
      read: { tree, path throws(RunFileError) in
        guard let text = tree.text, allowed(text) else {
          throw .unfit(tree, path, takes: takes, example: example)
        }
        return text
      },
      write: { .value(RunFileText.quoted($0)) })
  }
}

extension RunFileCodec where Value: CaseIterable & RawRepresentable & Sendable, Value.RawValue == String {
  /// One word of a closed set.
  static var word: Self {
    Self(
      read: { tree, path throws(RunFileError) in
        if let value = tree.text.flatMap(Value.init(rawValue:)) { return value }
        throw .noWord(tree, path, of: Value.allCases.map(\.rawValue))
      },
      write: { .value($0.rawValue) })
  }
}

extension RunFileError {
  /// The message for a word outside a closed set.
  static func noWord(
    _ tree: RunFileTree, _ path: String, of words: [String], or other: String? = nil
  ) -> RunFileError {
    let near = tree.text.flatMap { RunFileSpelling.nearest($0, in: words) }
    let all = RunFileSpelling.listed(words + (other.map { [$0] } ?? []))
    let hint = near.map { "did you mean '\($0)'?" } ?? "it takes \(all)"
    return RunFileError(tree.place, "'\(path)' is \(tree.found)", hint: hint)
  }
}

extension RunFileCodec {
  /// A value that may be left out or be `null`; its key is then not written.
  static func optional<Wrapped>(_ codec: RunFileCodec<Wrapped>) -> Self where Value == Wrapped? {
    Self(
      read: { tree, path throws(RunFileError) in
        if case .empty = tree.content { return nil }
        return try codec.read(tree, path)
      },
      write: { value in value.flatMap { codec.write($0) } }, keys: codec.keys)
  }

  /// A list of at least one and at most `limit` elements.
  static func list<Element>(
    of codec: RunFileCodec<Element>, atMost limit: Int, example: String
  ) -> Self where Value == [Element] {
    Self(
      read: { tree, path throws(RunFileError) in
        guard case .list(let trees) = tree.content, 1...limit ~= trees.count else {
          let found =
            if case .list(let trees) = tree.content { "a list of \(trees.count)" } else { tree.found }
          throw RunFileError(
            tree.place, "'\(path)' is \(found)",
            hint: "it takes a list of 1 to \(limit) elements, such as \(example)")
        }
        var elements: [Element] = []
        for (index, tree) in trees.enumerated() { elements.append(try codec.read(tree, "\(path).\(index)")) }
        return elements
      },
      write: { .list($0.compactMap { codec.write($0) }) }, keys: codec.keys.map { "0.\($0)" })
  }
}
