import Yams

/// The second of two equal keys.
///
/// The parser reports only the first one's position. Its first letter is therefore replaced by a mark
/// that no text holds, the text is composed again, and the tree then shows both keys and their path.
extension Document {
  private static let stamp: Unicode.Scalar = "\u{E000}"

  /// The message for two equal keys of one map, the first of which stands at `mark`.
  func duplicate(at mark: Mark, in text: String) -> SchemaError {
    let first = position(mark.line, mark.column)
    // Quoted keys, and several duplicates in one file, get this message without the path.
    let plain = SchemaError(first, "this key stands twice in its map", hint: "keep one")
    guard let (stamped, letter) = stamping(mark, in: text), let root = try? compose(stamped) else {
      return plain
    }
    return search(root, path: "", letter: letter, first: first) ?? plain
  }

  /// The message for a key found a second time.
  func twice(_ path: String, at: Position, first: Position) -> SchemaError {
    let hint = if case .file(_, let line, _) = first { "line \(line) has it already" } else { "keep one" }
    return SchemaError(at, "duplicate key '\(SchemaError.shown(path, limit: 80))'", hint: hint)
  }

  private func stamping(_ mark: Mark, in text: String) -> (String, Character)? {
    var scalars = Array(text.unicodeScalars)
    var line = 1
    var start = 0
    while line < mark.line, let end = scalars[start...].firstIndex(of: "\n") {
      line += 1
      start = end + 1
    }
    let index = start + mark.column - 1
    guard line == mark.line, scalars.indices ~= index, scalars[index].properties.isAlphabetic else {
      return nil
    }
    let letter = Character(scalars[index])
    scalars[index] = Self.stamp
    return (String(String.UnicodeScalarView(scalars)), letter)
  }

  private func search(
    _ tree: Tree, path: String, letter: Character, first: Position
  ) -> SchemaError? {
    switch tree.content {
    case .map(let entries):
      if let stamped = entries.first(where: { $0.key.unicodeScalars.first == Self.stamp }) {
        let key = String(letter) + stamped.key.dropFirst()
        return entries.first { $0.key == key }.map { twice(path + key, at: $0.position, first: first) }
      }
      for entry in entries {
        let inside = "\(path)\(entry.key)."
        if let error = search(entry.value, path: inside, letter: letter, first: first) { return error }
      }
    case .list(let elements):
      for (index, element) in elements.enumerated() {
        let inside = "\(path)\(index)."
        if let error = search(element, path: inside, letter: letter, first: first) { return error }
      }
    case .empty, .scalar:
      break
    }
    return nil
  }
}
