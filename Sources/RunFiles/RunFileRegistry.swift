import EquilibriumPropagation
import Schema

// The values that are chosen from what a program knows: see `Registry`.

extension Codec where Value == LearningRule {
  static let rule = rule(among: Registry.rules)

  /// The name of a rule, or `{kind: name, …}` with its own keys.
  package static func rule(among rules: [any Rule.Type]) -> Self {
    let names = rules.map { $0.name }
    @Sendable func rule(_ tree: Tree, _ path: Path) throws(SchemaError) -> any Rule.Type {
      if let rule = rules.first(where: { $0.name == tree.text }) { return rule }
      throw .noWord(tree, path, of: names)
    }
    let takes = Spelling.listed(names)
    let kind = KeyReference(
      key: "kind", takes: takes, isRequired: true, meaning: "The rule; the map is for keys of its own.")
    let own = rules.flatMap { $0.ownKeys }.reduce(into: [KeyReference]()) { keys, key in
      if !keys.contains(where: { $0.key == key.key }) { keys.append(key) }
    }
    return Self(
      takes: takes, keys: own.isEmpty ? [] : [kind] + own,
      read: { tree, path throws(SchemaError) in
        guard case .map = tree.content else { return LearningRule(try rule(tree, path).init()) }
        guard let kind = tree.value("kind") else {
          throw SchemaError(
            tree.position, "missing required key '\(path.appending("kind"))'", hint: "add kind: \(names[0])")
        }
        return try rule(kind, path.appending("kind")).read(tree.without("kind"), path)
      },
      write: { $0.rule.written })
  }
}

extension LearningRule {
  /// What the key means; rules that a program adds, which no page of this package tells of, say it themselves.
  package static func meaning(adding rules: [any Rule.Type]) -> String {
    (["How a connection learns."] + rules.map { "`\($0.name)`: \($0.summary)" }).joined(separator: " ")
  }
}

extension Rule {
  fileprivate static var codec: Codec<Self> { .section(Self(), keys) }
  fileprivate static var ownKeys: [KeyReference] { codec.keys }

  fileprivate static func read(_ tree: Tree, _ path: Path) throws(SchemaError) -> LearningRule {
    LearningRule(try codec.read(tree, path))
  }

  /// The name alone where the rule has no keys of its own.
  fileprivate var written: Text {
    guard case .map(let entries) = Self.codec.write(self), !entries.isEmpty else { return .value(Self.name) }
    return .map([.init(key: "kind", text: .value(Self.name))] + entries)
  }
}

extension Codec where Value == NudgeForm {
  /// The name of a form; that of the whole cost is not written.
  static let nudgeForm = Self(
    takes: Spelling.listed(Registry.nudgeForms.map(\.name)),
    read: { tree, path throws(SchemaError) in
      if let form = Registry.nudgeForms.first(where: { $0.name == tree.text }) { return form }
      throw .noWord(tree, path, of: Registry.nudgeForms.map(\.name))
    },
    write: { $0 == .full ? nil : .value($0.name) })
}
