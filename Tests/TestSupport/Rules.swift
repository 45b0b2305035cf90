import EquilibriumPropagation

extension LearningRule {
  /// Every rule that is known, with its keys at their defaults.
  package static var all: [LearningRule] { Registry.rules.map { LearningRule($0.init()) } }
}
