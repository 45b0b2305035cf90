import EnergyModels
import EquilibriumPropagation
import Schema

// The values that are chosen from what a program knows: see `Registry`.

extension Codec where Value == LearningRule {
  static let rule = rule(among: Registry.rules)

  package static func rule(among rules: [any Rule.Type]) -> Self {
    statement("rule", among: rules.map { $0.known }) { $0.rule.written }
  }
}

extension LearningRule {
  /// What the key means; rules that a program adds, which no page of this package tells of, say it themselves.
  package static func meaning(adding rules: [any Rule.Type]) -> String {
    (["How a connection learns."] + rules.map { "`\($0.name)`: \($0.summary)" }).joined(separator: " ")
  }
}

extension Rule {
  private static var codec: Codec<Self> { .section(Self(), keys) }

  fileprivate static var known: KnownStatement<LearningRule> {
    KnownStatement(name: name, keys: codec.keys) { tree, path throws(SchemaError) in
      LearningRule(try codec.read(tree, path))
    }
  }

  fileprivate var written: Text { .statement(Self.name, keys: Self.codec.write(self)) }
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

/// A coupling as a run file names it.
public struct ChosenCoupling: Equatable, Sendable {
  public let coupling: any NamedCoupling

  public init(_ coupling: any NamedCoupling) { self.coupling = coupling }

  var name: String { type(of: coupling).name }

  public static func == (a: Self, b: Self) -> Bool { AnyHashable(a.coupling) == AnyHashable(b.coupling) }

  /// What the key means; couplings that a program adds, which no page of this package tells of, say it themselves.
  package static func meaning(adding couplings: [any NamedCoupling.Type]) -> String {
    (["What joins it to the layer below in place of a convolution."]
      + couplings.map { "`\($0.name)`: \($0.summary)" }).joined(separator: " ")
  }
}

extension Codec where Value == ChosenCoupling {
  static let coupling = statement("coupling", among: CouplingRegistry.couplings.map { $0.known }) {
    $0.coupling.written
  }
}

extension NamedCoupling {
  private static var codec: Codec<Self> { .section(Self(), keys) }

  fileprivate static var known: KnownStatement<ChosenCoupling> {
    KnownStatement(name: name, keys: codec.keys) { tree, path throws(SchemaError) in
      ChosenCoupling(try codec.read(tree, path))
    }
  }

  fileprivate var written: Text { .statement(Self.name, keys: Self.codec.write(self)) }
}
