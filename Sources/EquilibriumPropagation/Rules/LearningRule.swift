import EnergyModels
import Tensors

/// The rules that a network can learn by.
public enum Rule: String, CaseIterable, Sendable {
  /// The contrast of nudged phases and the free phase over β: see `EquilibriumPropagation`.
  case equilibriumPropagation = "equilibrium-propagation"
  /// The contrast of a phase with the output clamped to the targets and the free phase: see `ContrastiveHebbian`.
  case contrastiveHebbian = "contrastive-hebbian"
  /// The contrast of a phase with the output clamped a little nearer to the targets: see `CoupledLearning`.
  case coupled
  /// Weights change at every step of the nudged phase: see `ContinualPropagation`.
  case continual
  /// The feed-forward twin, by backpropagation: see `Backpropagation`.
  case backpropagation
  /// Implicit differentiation at the fixed point: see `RecurrentBackpropagation`.
  case recurrentBackpropagation = "recurrent-backpropagation"
}

/// What a rule did with a batch after its free phase.
public struct Lesson {
  /// The phases, in order.
  public var phases: [Settled]
  /// For each row whether it broke the rule's promise; empty where the output is not computed.
  public var violations: [Bool]

  init(phases: [Settled], violations: [Bool] = []) {
    self.phases = phases
    self.violations = violations
  }
}

/// A rule by which a portion of a network learns from the rows of a batch.
public protocol LearningRule {
  /// The states whose outputs are the predictions: s⁰, or a feed-forward pass.
  func infer(from start: State, clamped: Clamped, parameters: Parameters) throws -> Settled

  /// Learns from a batch whose free states are known.
  ///
  /// - Parameters:
  ///   - sign: +1 or −1, drawn once a step; only random-sign nudging looks at it.
  ///   - update: takes each contrast as soon as it is there and may change the parameters.
  func learn(
    from free: State, sign: Double, clamped: Clamped, parameters: inout Parameters,
    update: (inout Parameters, Contrast) throws -> Void
  ) throws -> Lesson
}

extension Rule {
  /// The rule on a portion of a network, for batches of at most `rows` rows.
  public func make(
    portion: Portion, relaxation: Relaxation, nudging: Nudging, rows: Int, precision: Precision,
    neighbours: any Neighbours
  ) -> any LearningRule {
    let phases = Phases(
      portion: portion, relaxation: relaxation, rows: rows, precision: precision, neighbours: neighbours)
    switch self {
    case .equilibriumPropagation:
      return EquilibriumPropagation(phases: phases, nudging: nudging)
    case .contrastiveHebbian: return ContrastiveHebbian(phases: phases, rejects: nudging.reject)
    case .coupled: return CoupledLearning(phases: phases, nudging: nudging)
    case .continual: return ContinualPropagation(phases: phases, nudging: nudging)
    case .backpropagation: return Backpropagation(relaxer: phases.relaxer)
    case .recurrentBackpropagation: return RecurrentBackpropagation(phases: phases)
    }
  }

  /// The rows that messages between portions may hold for batches of so many examples.
  public func messageRows(_ examples: Int, nudging: Nudging) -> Int {
    self == .equilibriumPropagation && nudging.isComplex ? 2 * examples : examples
  }
}

extension Nudging {
  /// Whether any phase needs complex states.
  public var isComplex: Bool { kind == .points && (points ?? 2) > 2 }
}

extension Rule {
  /// Whether what it descends is C(s⁰), as β → 0.
  public var descendsCost: Bool {
    self == .equilibriumPropagation || self == .continual || self == .recurrentBackpropagation
  }
}
