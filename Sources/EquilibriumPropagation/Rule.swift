import EnergyModels
import Schema

/// A rule by which a network learns: its own keys, the phases of a step, and the contrast that follows from what they left.
///
/// Nothing else is told of a rule: running it on any grid, what its ranks exchange, the work, traffic and memory that are
/// counted, the planner, traces, `verify` and the reference of keys are folds over this statement.
public protocol Rule: Equatable, Sendable {
  /// As a run file calls it.
  static var name: String { get }
  /// One sentence for the reference of keys.
  static var summary: String { get }
  /// The rule's own keys, beside those of `relaxation` and `nudging`; none unless it states them.
  static var keys: [Key<Self>] { get }
  /// With every key at its default.
  init()

  /// The phases of a step, in order; the first infers: its end is what predicts.
  ///
  /// - Parameter sign: +1 or −1, drawn once a step, for phases whose nudge has a random sign.
  func phases(_ scheme: Scheme, sign: Double) -> [Phase]

  /// How the network answers an example: phases of which the last one's outputs are the answer, and the first one's states
  /// have the energy that is told; nil where the first phase of a step is all of it.
  func inference(_ scheme: Scheme) -> [Phase]?

  /// Whether it learns from states that are drawn alone.
  var needsNoise: Bool { get }

  /// Whether what it descends has kinks of its own, beside those of the network.
  var hasKinks: Bool { get }

  /// How labels enter a network whose layers learn by themselves; nil of every other.
  var labelling: Labelling? { get }

  /// The running means of activities that it goes by; nil where it goes by none.
  var means: RunningMeans? { get }

  /// The same rule on a network of this form, where it has one for each.
  func fitted(to form: NetworkForm) -> Self

  /// What the parameters learn from, told by the numbers of the phases.
  func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm

  /// The kinds of nudging that the rule can use and why it can use no other; nil where any kind loads.
  var kinds: (kinds: [NudgingKind], reason: String)? { get }
}

extension Rule {
  public static var keys: [Key<Self>] { [] }
  public var kinds: (kinds: [NudgingKind], reason: String)? { nil }
  public func inference(_ scheme: Scheme) -> [Phase]? { nil }
  public var needsNoise: Bool { false }
  public var hasKinks: Bool { false }
  public var labelling: Labelling? { nil }
  public var means: RunningMeans? { nil }
  public func fitted(to form: NetworkForm) -> Self { self }
}

/// Means of activities that slide from step to step: m̄ ← (1 − r) m̄ + r · the mean over a batch.
public struct RunningMeans: Equatable, Sendable {
  /// r.
  public var rate: Double
  /// Where they begin; nil for the means of the first batch.
  public var start: Double?
  /// The phase whose end is taken, by its number: before what learns where it is the first one, else for the next step.
  public var phase: Int

  public init(rate: Double, start: Double? = nil, phase: Int = 0) {
    (self.rate, self.start, self.phase) = (rate, start, phase)
  }
}

/// What a rule may have several forms for.
public struct NetworkForm: Equatable, Sendable {
  /// Whether the input is of states.
  public var hasFreeInput: Bool
  /// Units of a categorical output, or of a read-out; 0 of others.
  public var classes: Int
  /// L.
  public var depth: Int

  public init(hasFreeInput: Bool, classes: Int = 0, depth: Int = 0) {
    (self.hasFreeInput, self.classes, self.depth) = (hasFreeInput, classes, depth)
  }
}

/// A rule as a run holds it, whichever it is.
public struct LearningRule: Hashable, Sendable, CustomStringConvertible {
  public let rule: any Rule

  public init(_ rule: any Rule) { self.rule = rule }

  /// The same rule on a network of this form.
  public func fitted(to form: NetworkForm) -> LearningRule { LearningRule(rule.fitted(to: form)) }

  /// As a run file calls it.
  public var name: String { type(of: rule).name }
  public var description: String { name }

  public static func == (a: Self, b: Self) -> Bool { a.rule.equals(b.rule) }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Rule {
  fileprivate func equals(_ other: any Rule) -> Bool { other as? Self == self }
}

/// How a run settles and nudges, whatever it learns by.
public struct Scheme: Equatable, Sendable {
  public var relaxation: Relaxation
  public var nudging: Nudging

  public init(_ relaxation: Relaxation, _ nudging: Nudging) {
    (self.relaxation, self.nudging) = (relaxation, nudging)
  }
}

/// A rule together with how it settles and nudges: everything that decides what a step does.
public struct Procedure: Sendable {
  public let rule: any Rule
  public let scheme: Scheme

  public init(_ rule: LearningRule, _ scheme: Scheme) { (self.rule, self.scheme) = (rule.rule, scheme) }

  /// The phases of a step, a sign of +1 where it is drawn.
  public var phases: [Phase] { rule.phases(scheme, sign: 1) }

  /// How the network answers.
  public var inference: [Phase] {
    if let phases = rule.inference(scheme) { return phases }
    var first = phases[0]
    // Nobody learns from what would be drawn.
    if first.labels == .neutral(draws: true) { first.labels = .neutral(draws: false) }
    return [first]
  }

  /// Whether a step shows how its examples are answered.
  public var answersInSteps: Bool { rule.inference(scheme) == nil }

  /// The phase that begins where the chains of the run were left.
  public var chains: Int? { phases.firstIndex { $0.origin == .chains } }

  /// The contrast of a step, a sign of +1 where it is drawn.
  public var contrast: ContrastForm { rule.contrast(scheme, sign: 1) }

  /// The running means of activities that a step goes by.
  public var means: RunningMeans? { rule.means ?? contrast.offsets.map { RunningMeans(rate: $0) } }

  /// Whether states relax at all; a feed-forward rule makes passes alone.
  public var relaxes: Bool { phases[0].order == .sweeps }

  /// Whether any phase needs complex states.
  public var isComplex: Bool { phases.contains { $0.dynamics.isComplex } }

  /// Whether any phase holds the output.
  public var holdsOutput: Bool { phases.contains { $0.held != nil } }

  /// Whether any phase on real or complex states is nudged.
  public var nudges: Bool { phases.contains { $0.isNudged } }

  /// Whether β decides anything.
  public var usesBeta: Bool {
    var other = scheme
    other.nudging.beta *= 2
    return rule.contrast(other, sign: 1).strength != contrast.strength
  }

  /// Whether states respond to small changes, as they do only where these are linear.
  public var responds: Bool { phases.contains { $0.dynamics.keepsSlopes && $0.order == .sweeps } }

  /// Whether the rule knows which examples break its promise before it learns from them.
  public var canReject: Bool { contrast.promise != nil && contrast.learns == .once }

  /// Iterations of all phases, at most; complex states take two products.
  public var iterations: Int {
    phases.reduce(0) { $0 + $1.duration.atMost * ($1.dynamics.isComplex ? 2 : 1) }
  }

  /// β of every nudged phase on real states, whatever sign is drawn.
  public var strengths: [Double] {
    [1.0, -1].flatMap { rule.phases(scheme, sign: $0) }.compactMap(\.beta).reduce(into: []) {
      if !$0.contains($1) { $0.append($1) }
    }
  }

  /// What the rule descends, as β → 0.
  public var objective: Objective {
    if rule.needsNoise { return .likelihood }
    if rule.labelling != nil { return .costOfLayers }
    if !relaxes { return .costOfPass }
    return holdsOutput ? .heldEnergies : .costAtRest
  }

  /// What a rule descends.
  public enum Objective: Sendable {
    /// C(s⁰) of the network at rest.
    case costAtRest
    /// C(y) of a feed-forward pass.
    case costOfPass
    /// The cost of each layer by itself, what it sees of the one below being given.
    case costOfLayers
    /// −ln p of what the first phase holds, under e^{−E/T}.
    case likelihood
    /// The energies of phases that hold the output, as their contrast weighs them, with the values held fixed.
    case heldEnergies
  }

  /// The rows that messages between portions may hold for batches of so many examples.
  public func messageRows(_ examples: Int) -> Int { isComplex ? 2 * examples : examples }

  /// The same rule on another relaxation.
  public func relaxing(as relaxation: Relaxation) -> Procedure {
    Procedure(LearningRule(rule), Scheme(relaxation, scheme.nudging))
  }
}
