/// `--set KEY=VALUE`: dots go into maps, numbers into lists; the value is YAML on one line, but where a key takes a text, such as
/// a path, what stands there unless it is in quotes or `null`.
extension Tree {
  /// Puts the value of one option into the tree; missing maps on the way are made.
  ///
  /// Throws `SchemaError`, whose position is the option itself.
  mutating func set(_ setting: String, of subject: Subject) throws(SchemaError) {
    let option = Position.option(setting)
    guard let equals = setting.firstIndex(of: "=") else {
      throw SchemaError(option, "there is no '=' in it", hint: "write KEY=VALUE, as in \(subject.setting)")
    }
    let path = setting[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !path.contains(""), path.count <= Document.deepest else {
      throw SchemaError(
        option, "there is no key before '='", hint: "write KEY=VALUE, as in \(subject.setting)")
    }
    let value = String(setting[setting.index(after: equals)...])
    try subject.refuseSize(value.utf8.count, file: "\(option)")
    if subject.texts.contains(path.joined(separator: ".")), !Self.isYAML(value) {
      return try put(
        Tree(content: .scalar(value, quoted: true), position: option), path[...], done: [], option)
    }
    let document = Document(subject: "a value") { _, _ in option }
    try put(try document.tree(value), path[...], done: [], option)
  }

  private static func isYAML(_ text: String) -> Bool {
    ["", "null"].contains(text)
      || ["\"", "'"].contains { text.count > 1 && text.hasPrefix($0) && text.hasSuffix($0) }
  }

  private mutating func put(
    _ value: Tree, _ path: ArraySlice<String>, done: [String], _ option: Position
  ) throws(SchemaError) {
    guard let name = path.first else {
      self = value
      return
    }
    let here = done.joined(separator: ".")
    switch content {
    case .empty, .map:
      var entries = entries ?? []
      let index = entries.firstIndex { $0.key == name } ?? entries.count
      if index == entries.count {
        let absent = Tree(content: .empty, position: option)
        entries.append(.init(key: name, position: option, value: absent))
      }
      try entries[index].value.put(value, path.dropFirst(), done: done + [name], option)
      content = .map(entries)
    case .list(var elements):
      guard let index = Int(name), elements.indices ~= index else {
        throw SchemaError(
          option, "'\(here)' has no element '\(SchemaError.shown(name))'",
          hint: elements.isEmpty ? "its list is empty" : "its elements are 0 to \(elements.count - 1)")
      }
      try elements[index].put(value, path.dropFirst(), done: done + [name], option)
      content = .list(elements)
    case .scalar:
      throw SchemaError(
        option, "'\(here)' is \(found), which holds no '\(SchemaError.shown(name))'",
        hint: "set it whole, as in \(here)={\(SchemaError.shown(name)): …}")
    }
  }
}
