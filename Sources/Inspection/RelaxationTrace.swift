import EquilibriumPropagation
import RunFiles
import Training

/// How the states of one example moved, iteration by iteration, in a free phase and those that follow it.
public struct RelaxationTrace: Equatable, Sendable {
  /// What a phase does with the output.
  public enum Kind: Equatable, Sendable {
    /// β = 0.
    case free
    /// The output is pulled towards the target with this β.
    case nudged(beta: Double)
    /// The output is held where it has gone this share of its way to the target.
    case clamped(share: Double)
  }

  /// The network after an iteration.
  public struct Moment: Equatable, Sendable {
    /// From 0, where the phase starts.
    public var iteration: Int
    /// E(s).
    public var energy: Double
    /// C(y).
    public var cost: Double
    /// The largest |Δs| / ε of this iteration; nil at the start.
    public var residual: Double?
    /// s, of every unit, layer 1 first; position after position.
    public var states: [[Double]]
  }

  /// One phase from its start on.
  public struct Phase: Equatable, Sendable {
    public var kind: Kind
    /// The start, then one after each iteration that was made.
    public var moments: [Moment]
    /// Whether the tolerance, the last iteration or a state that is not finite ended it.
    public var outcome: Outcome
  }

  /// The free phase, then those that start where it ends.
  public var phases: [Phase]
}

extension RelaxationTrace.Kind {
  /// `free phase`, `nudged phase, β = −0.5`.
  public var name: String {
    func number(_ value: Double) -> String { value < 0 ? "−\(-value)" : "\(value)" }
    return switch self {
    case .free: "free phase"
    case .nudged(let beta): "nudged phase, β\u{A0}=\u{A0}\(number(beta))"
    case .clamped(1): "output held at the target"
    case .clamped(let share): "output held \(number(share)) of the way to the target"
    }
  }
}

extension RunFile {
  /// The phases in which the rule learns, as one example goes through them: of phases of random sign and of points on a
  /// circle the one at +β, of weights that change on the way the phase with all weights held; nil for a rule that does
  /// not relax.
  var tracedPhases: [RelaxationTrace.Kind]? {
    let betas = nudging.kind == .centered ? [nudging.beta, -nudging.beta] : [nudging.beta]
    switch rule {
    case .equilibriumPropagation: return betas.map { .nudged(beta: $0) }
    case .continual: return [.nudged(beta: nudging.beta)]
    case .coupled: return betas.map { .clamped(share: $0) }
    case .contrastiveHebbian: return [.clamped(share: 1)]
    case .recurrentBackpropagation: return []
    case .backpropagation: return nil
    }
  }
}
