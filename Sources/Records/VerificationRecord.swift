/// How near the gradient that a run's rule computes is to the exact one, as it was measured.
public struct VerificationRecord: Codable, Equatable, Sendable {
  /// What was verified, as the first line tells it.
  public struct Facts: Codable, Equatable, Sendable {
    /// The run's name.
    public var run: String
    /// The learning rule, as the run file names it.
    public var rule: String
    /// Units from input to output: `64-100-10`.
    public var network: String
    /// Examples that the gradients are means over.
    public var examples: Int
    /// The process grid: `2x1x1`.
    public var grid: String
    /// How states are updated: `even-odd`, `euler 0.5`; `none` of the rule `backpropagation`.
    public var updates: String
    /// The run's own nudging: `centered nudging at β 0.2`.
    public var nudging: String
    /// Where the exact gradient comes from: `recurrent backpropagation at rest`, `finite differences`.
    public var exact: String

    public init(
      run: String, rule: String, network: String, examples: Int, grid: String, updates: String,
      nudging: String, exact: String
    ) {
      (self.run, self.rule, self.network, self.examples) = (run, rule, network, examples)
      (self.grid, self.updates, self.nudging, self.exact) = (grid, updates, nudging, exact)
    }
  }

  public var facts: Facts
  /// The gradient by the run's own nudging and β, against the exact one: a match for each layer, the first one's first.
  public var gradient: [GradientMatch]
  /// The error over β, a sweep for each nudging.
  public var sweeps: [GradientSweep]
  /// By rising t; empty where it was not measured.
  public var matches: [StepMatch]
  /// Of a run whose states are drawn.
  public var drawn: DrawnGradient?
  public var checks: [Check]

  public init(
    facts: Facts, gradient: [GradientMatch], sweeps: [GradientSweep], matches: [StepMatch] = [],
    drawn: DrawnGradient? = nil, checks: [Check]
  ) {
    (self.facts, self.gradient, self.sweeps) = (facts, gradient, sweeps)
    (self.matches, self.drawn, self.checks) = (matches, drawn, checks)
  }

  /// Whether every check passed; false without checks, which prove nothing.
  public var isPassed: Bool { !checks.isEmpty && checks.allSatisfy(\.isPassed) }

  /// One measured value and the limit that it must keep.
  public struct Check: Codable, Equatable, Sendable {
    /// What a value must keep.
    public enum Limit: Codable, Equatable, Sendable {
      case atMost(Double)
      case atLeast(Double)
      /// |value − expected| ≤ share · |expected|.
      case within(Double, share: Double)

      /// Whether a value keeps it; one that is not finite never does.
      public func isKept(by value: Double) -> Bool {
        guard value.isFinite else { return false }
        switch self {
        case .atMost(let most): return value <= most
        case .atLeast(let least): return value >= least
        case .within(let expected, let share): return abs(value - expected) <= share * abs(expected)
        }
      }
    }

    /// What was measured: `cosine of layer 1`.
    public var name: String
    /// Not finite where there was no figure to be had: then the check fails.
    public var value: Double
    public var limit: Limit
    /// A sentence on what to do where the check failed; shown only then.
    public var advice: String?

    public init(name: String, value: Double, limit: Limit, advice: String? = nil) {
      (self.name, self.value, self.limit, self.advice) = (name, value, limit, advice)
    }

    /// Whether the value keeps its limit.
    public var isPassed: Bool { limit.isKept(by: value) }
  }
}
