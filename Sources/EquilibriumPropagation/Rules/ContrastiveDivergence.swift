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
/// With a categorical output over the hidden units the machine is p(x, y): `labels` says whether it learns that
/// (generative), p(y | x) by its exact gradient (discriminative), or both, the first by its `weight` (hybrid):
///
///     ΔW ∝ ⟨·⟩ given (x, y) − Σ_c p(c | x) ⟨·⟩ given (x, c)
///
/// The chain begins at the data, or, where it is persistent, where the step before has left it.
///
/// Source: Hinton 2002, doi:10.1162/089976602760128018; persistent: Tieleman 2008, doi:10.1145/1390156.1390290; labels:
/// Larochelle & Bengio 2008, doi:10.1145/1390156.1390224.
public struct ContrastiveDivergence: Rule {
  public static let name = "contrastive-divergence"
  public static let summary =
    "The contrast of states that hold the data and of a short chain that has left them."
  /// k.
  public var steps = 1
  public var persistent = false
  /// The rate at which offsets slide to the means of activities; nil for a contrast that is not centred.
  public var offsets: Double?
  /// What is learnt of a machine that has classes; nil of one that has none.
  public var labels: Labels?
  /// Of `hybrid`, how much p(x, y) counts beside p(y | x).
  public var weight = 0.01
  /// Whether the input is of states: the model is p(x), and a restricted Boltzmann machine.
  public private(set) var isRestricted = false
  /// Classes that its output has units for; 0 of other outputs.
  private var classes = 0
  public init() {}

  /// What a machine with classes learns.
  public enum Labels: String, CaseIterable, Sendable {
    /// p(x, y).
    case generative
    /// p(y | x).
    case discriminative
    /// p(y | x), and p(x, y) by its weight.
    case hybrid
  }

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
    .init(
      "labels", \.labels, .optional(.word),
      meaning:
        "Of `contrastive-divergence` with a categorical output: whether p(x, y) is learnt, p(y | x) by its exact gradient, or both."
    ),
    .init(
      "weight", \.weight, .number("a number above 0", example: "0.01") { $0 > 0 },
      meaning: "Of `hybrid` labels: how much p(x, y) counts beside p(y | x)."),
  ]

  public var needsNoise: Bool { true }

  public func fitted(to form: NetworkForm) -> Self {
    var fitted = self
    (fitted.isRestricted, fitted.classes) = (form.hasFreeInput, form.classes)
    return fitted
  }

  public func inference(_ scheme: Scheme) -> [Phase]? {
    guard isRestricted else { return [.free(scheme)] }
    if classes > 0 { return [enumeration(scheme, from: .batch)] }
    return [
      data(scheme), Phase("reconstruction", from: .end(of: 0), means(scheme), for: Duration(atMost: 1)),
    ]
  }

  public func phases(_ scheme: Scheme, sign: Double) -> [Phase] {
    guard isRestricted else {
      var data = Phase.held(scheme, at: 1)
      (data.origin, data.name) = (.batch, "data")
      data.dynamics = Sampler(scheme.relaxation, isCommon: false)
      data.keeps = .averages(last: scheme.relaxation.sampling.average)
      return [data, chain(scheme, keeps: .averages(last: 1))]
    }
    let enumeration = isDiscriminative ? [enumeration(scheme, from: .end(of: 0))] : []
    guard isGenerative else { return [data(scheme)] + enumeration }
    var last = data(scheme)
    (last.name, last.origin) = ("means of the model", .end(of: 1 + enumeration.count))
    last.held = last.held.map { _ in 0 }
    return [data(scheme)] + enumeration + [chain(scheme, keeps: .end), last]
  }

  public func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
    guard isRestricted else { return ContrastForm([.averages(0, minus: 1)], over: 1) }
    guard isDiscriminative else {
      return ContrastForm([.difference(0, minus: 2)], over: 1, offsets: offsets)
    }
    return ContrastForm(
      [.product(0, 0), .expectation(-1, 1)] + (isGenerative ? [.difference(0, minus: 3, times: weight)] : []),
      over: 1)
  }

  private var isDiscriminative: Bool { classes > 0 && (labels ?? .generative) != .generative }
  private var isGenerative: Bool { classes == 0 || labels != .discriminative }

  /// Hidden units at their means, the input held at the example and a class at the target.
  private func data(_ scheme: Scheme) -> Phase {
    Phase(
      "data", from: .batch, means(scheme), for: Duration(atMost: 1), held: classes > 0 ? 1 : nil,
      holdsInput: true)
  }

  private func chain(_ scheme: Scheme, keeps: Observation) -> Phase {
    Phase(
      "model", from: persistent ? .chains : .end(of: 0), sweep: scheme.relaxation.order.nudged,
      Sampler(scheme.relaxation, isCommon: false),
      for: Duration(atMost: steps), keeps: keeps)
  }

  private func enumeration(_ scheme: Scheme, from origin: Phase.Origin) -> Phase {
    Phase(
      "classes", from: origin, order: .downwards,
      ClassEnumeration(temperature: scheme.relaxation.sampling.temperature), for: Duration(atMost: classes),
      holdsInput: true, keeps: .weighed(count: classes))
  }

  private func means(_ scheme: Scheme) -> ConditionalMeans {
    ConditionalMeans(temperature: scheme.relaxation.sampling.temperature)
  }
}

extension LearningRule {
  public static let contrastiveDivergence = LearningRule(ContrastiveDivergence())
}
