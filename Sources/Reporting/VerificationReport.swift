/// What `eqprop verify` measured: how near the gradient that a rule computes is to the exact one.
public struct VerificationReport: Equatable, Sendable {
  /// What was verified, as the first line tells it.
  public struct Facts: Equatable, Sendable {
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
      self.run = run
      self.rule = rule
      self.network = network
      self.examples = examples
      self.grid = grid
      self.updates = updates
      self.nudging = nudging
      self.exact = exact
    }
  }

  /// A layer's gradient by the run's own nudging and β, against the exact one; weights and biases together.
  public struct GradientRow: Equatable, Sendable {
    /// Counted from 1.
    public var layer: Int
    /// The cosine of the angle between the two; 0 where one of them is zero, 1 where both are.
    public var cosine: Double
    /// ‖computed − exact‖ / ‖exact‖.
    public var relativeError: Double
    /// The share of parameters whose two derivatives have one sign, 0…1; nil where it was not counted.
    public var equalSigns: Double?

    public init(layer: Int, cosine: Double, relativeError: Double, equalSigns: Double? = nil) {
      self.layer = layer
      self.cosine = cosine
      self.relativeError = relativeError
      self.equalSigns = equalSigns
    }
  }

  /// The contrast after so many nudged steps, against backpropagation through the last so many free steps
  /// (Ernoult et al. 2019, arXiv:1905.13633).
  public struct StepMatch: Equatable, Sendable {
    /// Nudged steps t, from 1.
    public var step: Int
    /// A cosine for each layer, the first one's first; nil while the exact gradient is zero there.
    public var cosines: [Double?]

    public init(step: Int, cosines: [Double?]) {
      self.step = step
      self.cosines = cosines
    }
  }

  public var facts: Facts
  /// A row for each layer, the first one's first.
  public var gradient: [GradientRow]
  /// The error over β, a sweep for each nudging.
  public var sweeps: [Sweep]
  /// By rising t; empty where it was not measured.
  public var matches: [StepMatch]
  public var checks: [Check]

  public init(
    facts: Facts, gradient: [GradientRow], sweeps: [Sweep], matches: [StepMatch] = [], checks: [Check]
  ) {
    self.facts = facts
    self.gradient = gradient
    self.sweeps = sweeps
    self.matches = matches
    self.checks = checks
  }

  /// Whether every check passed; false without checks, which prove nothing.
  public var isPassed: Bool { !checks.isEmpty && checks.allSatisfy(\.isPassed) }
}
