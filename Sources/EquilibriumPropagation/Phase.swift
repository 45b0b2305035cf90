import EnergyModels

/// One phase of a rule: what moves the states, from where, in which order, for how long, and what is kept of it.
public struct Phase: Sendable {
  /// Where a phase's states begin.
  public enum Origin: Equatable, Sendable {
    /// Where the run lets examples begin: see `Start`.
    case batch
    /// Where an earlier phase ended.
    case end(of: Int)
    /// Where the run's chains were left by the step before; where nobody carries them on, where the phase before ended.
    case chains
    /// At zero, with activities 0 whatever ρ(0) is: where responses and errors begin. Pooled connections count as they did
    /// at the end of an earlier phase, where one is named.
    case silence(slopesOf: Int? = nil)
  }

  /// In which order the layers of an iteration move.
  public enum Order: Equatable, Sendable {
    /// All at once or one set after the other, as `relaxation.updates` and `sweep` say, iteration after iteration.
    case sweeps
    /// One by one, once, from the input.
    case upwards
    /// One by one, once, from the output.
    case downwards
    /// Each by itself, once: nothing drives them, and nobody is told.
    case apart
  }

  /// Which labels examples are shown with, where every layer learns by itself.
  public enum Labels: Equatable, Sendable {
    /// Their own.
    case given
    /// 0.1 of every one; at the end a wrong label is drawn from what the read-out says, if asked for.
    case neutral(draws: Bool)
    /// Any other one.
    case other
    /// What the neutral pass drew.
    case drawn
    /// Each in turn, one an iteration.
    case each
  }

  /// What displays call it.
  public var name: String
  public var origin: Origin
  public var order: Order
  /// The order of layers in a sweep.
  public var sweep = SweepOrder.evenOdd
  public var dynamics: any Dynamics
  public var duration: Duration
  /// β of the nudge, where states are real and nudged.
  public var beta: Double?
  /// The share of its way from y⁰ to the targets at which the output is put and held.
  public var held: Double?
  /// Whether an input of states stays where it is.
  public var holdsInput = false
  /// The labels that examples are shown with; nil where labels are no part of what is seen.
  public var labels: Labels?
  /// Whether the output moves.
  public var movesOutput = true
  public var keeps: Observation

  public init(
    _ name: String, from origin: Origin, order: Order = .sweeps, sweep: SweepOrder = .evenOdd,
    _ dynamics: any Dynamics, for duration: Duration, beta: Double? = nil, held: Double? = nil,
    holdsInput: Bool = false,
    showing labels: Labels? = nil, movesOutput: Bool = true, keeps: Observation = .end
  ) {
    self.name = name
    self.origin = origin
    self.order = order
    self.sweep = sweep
    self.dynamics = dynamics
    self.duration = duration
    self.beta = beta
    self.held = held
    self.holdsInput = holdsInput
    self.labels = labels
    self.movesOutput = movesOutput
    self.keeps = keeps
  }

  /// The phase with whose very states it begins, slopes and all.
  var continued: Int? {
    guard case .end(let other) = origin, held == nil, labels == nil, !dynamics.isComplex,
      !dynamics.keepsSlopes
    else { return nil }
    return other
  }

  /// Whether it is nudged, on real or complex states.
  public var isNudged: Bool { beta != nil || dynamics.isComplex }

  /// Whether it shows how states settle: real ones, that are no responses.
  public var isShown: Bool {
    order == .sweeps && !dynamics.isComplex && dynamics.parts == .all && !dynamics.isStill
  }
}

extension Phase {
  /// Which of the orders' sets of layers it moves: those of all, without the output, without the input, without both.
  var heldEnds: Int { (held == nil ? 0 : 1) + (holdsInput ? 2 : 0) }

  /// The layers of a network that move in it, of some.
  func moving(_ layers: [Int], of network: Network) -> [Int] {
    layers.filter { (held == nil || $0 != network.output) && (!holdsInput || $0 > 0) }
  }
}

/// What a relaxation keeps besides its last state.
public enum Observation: Equatable, Sendable {
  /// Nothing.
  case end
  /// The states after each of the last iterations of a shard, so many.
  case iterations(last: Int)
  /// The means of ρ(s) and of ρ(s_j) ρ(s_k)ᵀ over the last iterations of a shard, so many, and how these go with the cost
  /// of each.
  case averages(last: Int, withCosts: Bool = false)
  /// The same of every iteration, so many, each by the weight that the dynamics finds for each row.
  case weighed(count: Int)

  /// Whether averages are taken.
  var averages: Bool { if case .averages = self { true } else { false } }

  /// Whether the cost of each iteration that is kept is asked for, wherever the output is.
  var costs: Bool { self == .averages(last: last, withCosts: true) }

  private var last: Int {
    switch self {
    case .end: 0
    case .iterations(let last), .averages(let last, _), .weighed(let last): last
    }
  }

  /// Iterations that are kept, of so many.
  public func count(of iterations: Int) -> Int {
    min(last, iterations)
  }
}

extension Phase {
  /// s⁰: relaxes with β = 0.
  public static func free(_ scheme: Scheme) -> Phase {
    Phase(
      "free phase", from: .batch, sweep: scheme.relaxation.order.free, scheme.freeDynamics,
      for: scheme.relaxation.free,
      keeps: scheme.relaxation.keeps)
  }

  /// The forward start of a free phase: s_k = ρ(W_kᵀ ρ(s_{k−1}) + b_k), layer by layer.
  static var guess: Phase {
    Phase(
      "forward start", from: .end(of: 0), order: .upwards, ForwardPass(showsStates: false),
      for: Duration(atMost: 1))
  }

  /// s^β: relaxes from s⁰ with the output pulled towards the targets (β > 0) or pushed away (β < 0).
  public static func nudged(_ scheme: Scheme, beta: Double) -> Phase {
    Phase(
      "nudged phase, β\u{A0}=\u{A0}\(number(beta))", from: .end(of: 0), sweep: scheme.relaxation.order.nudged,
      scheme.nudgedDynamics(beta: beta), for: scheme.relaxation.nudged, beta: beta,
      keeps: scheme.relaxation.keeps)
  }

  /// Relaxes from s⁰ with the output held at y⁰ + share · (d − y⁰), within its range.
  public static func held(_ scheme: Scheme, at share: Double) -> Phase {
    Phase(
      share == 1
        ? "output held at the target" : "output held \(number(share)) of the way to the target",
      from: .end(of: 0), sweep: scheme.relaxation.order.nudged, scheme.freeDynamics,
      for: scheme.relaxation.nudged, held: share,
      keeps: scheme.relaxation.keeps)
  }

  private static func number(_ value: Double) -> String { value < 0 ? "−\(-value)" : "\(value)" }
}
