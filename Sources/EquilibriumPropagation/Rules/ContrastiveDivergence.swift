import EnergyModels
import Schema

/// Contrastive divergence: the contrast of states where the data are held and of a chain of few sweeps where they are not,
/// which descends −ln p of the data where the chain is long.
///
///     ΔW_{jk} ∝ ⟨ρ_j ρ_kᵀ⟩_data − ⟨ρ_j ρ_kᵀ⟩_model
///
/// Of an input of states and one layer of hidden units, a restricted Boltzmann machine, the data hold the input: hidden
/// units count by their means given it, and given the input where the chain has gone. Of a clamped input the data hold the
/// output at the targets while hidden units are drawn, then the output is let go: p(y | x) learns.
///
/// The chain begins at the data, or, where it is persistent, where the step before has left it.
///
/// Source: Hinton 2002, doi:10.1162/089976602760128018; persistent: Tieleman 2008, doi:10.1145/1390156.1390290.
public struct ContrastiveDivergence: Rule {
  public static let name = "contrastive-divergence"
  public static let summary =
    "The contrast of states that hold the data and of a short chain that has left them."
  /// k.
  public var steps = 1
  public var persistent = false
  /// The rate at which offsets slide to the means of activities; nil for a contrast that is not centred.
  public var offsets: Double?
  /// Whether the input is of states: the model is p(x), and a restricted Boltzmann machine.
  public private(set) var isRestricted = false
  public init() {}

  public static let keys: [Key<ContrastiveDivergence>] = [
    .init(
      "steps", \.steps, .whole(1...1_000_000, example: 1),
      meaning: "Of `contrastive-divergence`: the sweeps of a chain in each step."),
    .init(
      "persistent", \.persistent, .flag,
      meaning:
        "Of `contrastive-divergence`: whether chains go on where the step before has left them; they begin at the data without."
    ),
    .init(
      "offsets", \.offsets,
      .optional(.number("a number above 0 and at most 1", example: "0.01") { $0 > 0 && $0 <= 1 }),
      meaning:
        "Of `contrastive-divergence`: the rate at which the offsets that activities are counted from slide to their means; none without."
    ),
  ]

  public var needsNoise: Bool { true }

  public func fitted(toFreeInput isFree: Bool) -> Self {
    var fitted = self
    fitted.isRestricted = isFree
    return fitted
  }

  public func inference(_ scheme: Scheme) -> [Phase]? {
    guard isRestricted else { return [.free(scheme)] }
    return [
      data(scheme), Phase("reconstruction", from: .end(of: 0), means(scheme), for: Duration(atMost: 1)),
    ]
  }

  public func phases(_ scheme: Scheme, sign: Double) -> [Phase] {
    let chain = Phase(
      "model", from: persistent ? .chains : .end(of: 0), Sampler(scheme.relaxation, isCommon: false),
      for: Duration(atMost: steps), keeps: isRestricted ? .end : .averages(last: 1))
    guard isRestricted else {
      var data = Phase.held(scheme, at: 1)
      (data.origin, data.name) = (.batch, "data")
      data.dynamics = Sampler(scheme.relaxation, isCommon: false)
      return [data, chain]
    }
    return [
      data(scheme), chain,
      Phase(
        "means of the model", from: .end(of: 1), means(scheme), for: Duration(atMost: 1), holdsInput: true),
    ]
  }

  public func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
    isRestricted
      ? ContrastForm([.difference(0, minus: 2)], over: 1, centers: offsets != nil)
      : ContrastForm([.averages(0, minus: 1)], over: 1)
  }

  /// Hidden units at their means, the input held at the example.
  private func data(_ scheme: Scheme) -> Phase {
    Phase("data", from: .batch, means(scheme), for: Duration(atMost: 1), holdsInput: true)
  }

  private func means(_ scheme: Scheme) -> ConditionalMeans {
    ConditionalMeans(temperature: scheme.relaxation.sampling.temperature)
  }
}

extension LearningRule {
  public static let contrastiveDivergence = LearningRule(ContrastiveDivergence())
}
