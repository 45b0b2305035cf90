import EquilibriumPropagation
import Schema

// The values that are chosen from what a program knows: see `Registry`.

extension Codec where Value == LearningRule {
  /// The name of a rule, or `{kind: name, …}` with its own keys.
  static let rule = Self(
    read: { tree, path throws(SchemaError) in
      let names = Registry.rules.map { $0.name }
      func rule(_ tree: Tree, _ path: Path) throws(SchemaError) -> any Rule.Type {
        if let rule = Registry.rules.first(where: { $0.name == tree.text }) { return rule }
        throw .noWord(tree, path, of: names)
      }
      guard case .map = tree.content else { return LearningRule(try rule(tree, path).init()) }
      guard let kind = tree.value("kind") else {
        throw SchemaError(
          tree.position, "missing required key '\(path.appending("kind"))'", hint: "add kind: \(names[0])")
      }
      return try rule(kind, path.appending("kind")).read(tree.without("kind"), path)
    },
    write: { $0.rule.written },
    keys: {
      let own = Registry.rules.flatMap { $0.ownKeys }
      return own.isEmpty ? [] : ["kind"] + own
    }())
}

extension Rule {
  fileprivate static var codec: Codec<Self> { .section(Self(), keys) }
  fileprivate static var ownKeys: [String] { codec.keys }

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
    read: { tree, path throws(SchemaError) in
      if let form = Registry.nudgeForms.first(where: { $0.name == tree.text }) { return form }
      throw .noWord(tree, path, of: Registry.nudgeForms.map(\.name))
    },
    write: { $0 == .full ? nil : .value($0.name) })
}
