import EnergyModels
import Tensors

/// How the output is nudged, and so how the contrast estimates the gradient.
public enum NudgingKind: String, CaseIterable, Sendable {
  /// One nudged phase at +β; error O(β).
  case oneSided = "one-sided"
  /// One nudged phase at +β or −β, drawn once a step; error O(β) that cancels in the mean.
  case randomSign = "random-sign"
  /// Two nudged phases from s⁰, at +β and −β; error O(β²).
  case centered
  /// N nudged phases from s⁰ on complex states, at β e^{2πin/N}; error O(β^N). Needs holomorphic activations.
  case points = "n-point"
}

/// The nudging of a run: its kind and its strength, the β of F = E + βC.
public struct Nudging: Equatable, Sendable {
  public var kind: NudgingKind
  /// Not 0; below 0 a one-sided phase pushes the output away from the targets.
  /// In coupled learning the share of the way to them at which the output is held.
  public var beta: Double
  /// N of n-point nudging; nil for the other kinds.
  public var points: Int?
  /// Whether examples that violate the proposition, C(s^{+β}) ≤ C(s⁰) ≤ C(s^{−β}), are left out of the mean; where the
  /// output is held, those with E(s) < E(s⁰).
  public var reject: Bool

  /// How the cost enters the total energy.
  public var form: NudgeForm
  /// Which random numbers the phases draw, where states are drawn.
  public var noise: NudgingNoise
  /// How the gradient is estimated, where states are drawn.
  public var estimator: Estimator

  public init(
    kind: NudgingKind, beta: Double, points: Int? = nil, reject: Bool = false, form: NudgeForm = .full,
    noise: NudgingNoise = .common, estimator: Estimator = .contrast
  ) {
    self.kind = kind
    self.beta = beta
    self.points = points
    self.reject = reject
    self.form = form
    self.noise = noise
    self.estimator = estimator
  }
}

/// Which random numbers the phases of a step draw.
public enum NudgingNoise: String, CaseIterable, Sendable {
  /// The same: what they have in common leaves the contrast, whose deviation does not depend on β.
  case common
  /// Each its own, as a physical device does: the deviation of the contrast grows as 1/β.
  case independent
}

/// How the gradient of ⟨C⟩ is estimated from states that are drawn.
public enum Estimator: String, CaseIterable, Sendable {
  /// (⟨∂E/∂θ⟩ of one phase − that of another) / β.
  case contrast
  /// −Cov(∂E/∂θ, C) / T of the free phase alone.
  case covariance
}

/// How the cost enters the total energy of a nudged phase.
public struct NudgeForm: Equatable, Sendable {
  /// As a run file calls it.
  public let name: String
  /// Whether F has a minimum for every β, below −1 too.
  public let isBounded: Bool
  /// How states descend a total energy nudged with this β.
  let descent: @Sendable (Relaxation, _ beta: Double) -> any Dynamics
  /// What is added to E of one row, over β.
  public let value: @Sendable (WeighedCost, OutputRow) -> Double

  /// The outputs of an example.
  public struct OutputRow {
    /// y and y⁰.
    public let outputs: Matrix
    public let atRest: Matrix
    public let targets: Matrix
    public let row: Int

    public init(_ outputs: Matrix, atRest: Matrix, targets: Matrix, row: Int) {
      (self.outputs, self.atRest, self.targets, self.row) = (outputs, atRest, targets, row)
    }
  }

  public init(
    _ name: String, isBounded: Bool, descent: @escaping @Sendable (Relaxation, Double) -> any Dynamics,
    value: @escaping @Sendable (WeighedCost, OutputRow) -> Double
  ) {
    self.name = name
    self.isBounded = isBounded
    self.descent = descent
    self.value = value
  }

  public static func == (a: Self, b: Self) -> Bool { a.name == b.name }

  /// F = E + β C(y).
  public static let full = NudgeForm("full", isBounded: false) {
    EnergyDescent($0, beta: $1)
  } value: { cost, example in
    cost.value(
      outputs: example.outputs, targets: example.targets, rows: example.row..<example.row + 1)
  }
}
