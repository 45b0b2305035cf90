import Synchronization

/// The rules and forms of the nudge that a run file may name: those of this package, and those that a program adds before
/// it reads its first run file.
public enum Registry {
  private static let known = Mutex<[any Rule.Type]>([])

  /// Those that the program added.
  public static var added: [any Rule.Type] { known.withLock { $0 } }

  /// In the order that messages list them.
  public static var rules: [any Rule.Type] {
    [
      EquilibriumPropagation.self, ContrastiveHebbian.self, CoupledLearning.self, ContinualPropagation.self,
      ContrastiveDivergence.self, Backpropagation.self, RecurrentBackpropagation.self, DualPropagation.self,
      ForwardForward.self,
    ] + added
  }

  public static var nudgeForms: [NudgeForm] { [.full, .linear] }

  /// Makes a rule known; one of the same name must not be known yet.
  public static func add(_ rule: any Rule.Type) {
    precondition(rules.allSatisfy { $0.name != rule.name }, "two rules called \(rule.name)")
    known.withLock { $0.append(rule) }
  }
}
