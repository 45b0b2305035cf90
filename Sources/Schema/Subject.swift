/// What a text is, for messages and hints.
public struct Subject: Sendable {
  /// `run file`.
  public let name: String
  /// A setting that hints show: `training.batch=20`.
  public let setting: String
  /// Every key it may hold, dotted, with `0` for any element of a list: where a key is unknown, hints look here too.
  public let keys: [String]
  /// Those of them that take a text as it stands: `--set` reads no YAML there.
  public let texts: Set<String>

  public init(name: String, setting: String, keys: [KeyReference]) {
    self.name = name
    self.setting = setting
    self.keys = keys.map(\.key)
    texts = Set(keys.filter(\.isText).map(\.key))
  }

  /// The tree of a text, with options `KEY=VALUE` applied in their order; `file` names the text in messages.
  ///
  /// Throws `SchemaError` at the first thing that is not plain YAML.
  package func tree(_ text: String, file: String, settings: [String]) throws(SchemaError) -> Tree {
    try refuseSize(text.utf8.count, file: file)
    let document = Document(subject: "a \(name)") { .file(file, line: $0, column: $1) }
    var root = try document.tree(text)
    for setting in settings { try root.set(setting, of: self) }
    return root
  }
}

/// The dotted path of a value within its subject, as messages show it; empty for the whole.
public struct Path: CustomStringConvertible, Sendable {
  public let subject: Subject
  public let description: String

  /// The path of the whole.
  public init(_ subject: Subject) { self.init(subject, "") }

  private init(_ subject: Subject, _ description: String) {
    self.subject = subject
    self.description = description
  }

  /// The path of what a key of a map, or the index of a list, holds.
  public func appending(_ name: String) -> Path { Path(subject, start + name) }

  /// What stands before the keys of this map.
  var start: String { description.isEmpty ? "" : description + "." }
}
