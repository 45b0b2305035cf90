import EnergyModels
import Foundation
import Schema
import Tensors

/// Forward-Forward: every layer learns by itself to be strong on examples shown with their label and weak on those shown
/// with another one. There is no energy, no relaxation and no backward pass, and no gradient crosses a layer.
///
///     a_l = W_lᵀ ĥ_{l−1} + b_l + U_lᵀ y,   h_l = ρ(a_l),   ĥ_l = h_l / √(mean h_l² + 1e-8)
///     threshold:  C_l = softplus(θ − g(h_l⁺)) + softplus(g(h_l⁻) − θ)
///     pair:       C_l = softplus((g(h_l⁻) − g(h_l⁺)) / τ)
///
/// The label y enters in place of the first inputs (U_l = 0 above the first hidden layer), or at every layer. The answer is
/// the class c with the largest Σ_l g(h_l(x, c)) over the layers that count, or the largest output of a soft-max read-out of
/// these layers, on the neutral label, 0.1 in all places. Inputs, with their label of length 1 where that is overlaid, are
/// brought to a mean square of 1.
///
/// Peer normalisation adds λ (mean m̄ − m̄_j) to what a unit's bias and weights learn from in positive passes, m̄_j being its
/// running mean activity until the step before.
///
/// Source: Hinton 2022, arXiv:2212.13345; goodness functions, losses and labels: arXiv:2604.13081.
public struct ForwardForward: Rule {
  public static let name = "forward-forward"
  public static let summary = "Each layer by itself: strong with an example's label, weak with another."
  public var goodness = Goodness.Kind.sumOfSquares
  /// Of `top` the share of the units that counts.
  public var share = 0.02
  /// nil for `threshold` where θ is known, and `pair` elsewhere.
  public var loss: Loss?
  /// θ; nil for 1 a unit of `sum-of-squares`, and for 1.
  public var threshold: Double?
  /// τ of the pair loss.
  public var temperature = 1.0
  public var label = Labelling.overlay
  public var negatives = Negatives.random
  /// λ of peer normalisation.
  public var peers = 0.0
  public var readOut = ReadOut.goodness
  /// The first hidden layer that counts in answers.
  public var from = 2
  /// Of the network that it works on: the labels' layer is 1, hidden ones follow.
  private var form = NetworkForm(hasFreeInput: false)
  public init() {}

  /// What a layer makes small.
  public enum Loss: String, CaseIterable, Sendable {
    case threshold, pair
  }

  /// Where the wrong label of a negative example comes from.
  public enum Negatives: String, CaseIterable, Sendable {
    /// Any other one.
    case random
    /// One of the others, as likely as the read-out takes it to be.
    case hard
  }

  /// What answers.
  public enum ReadOut: String, CaseIterable, Sendable {
    case goodness
    case softMax = "soft-max"
  }

  public static let keys: [Key<ForwardForward>] = [
    .init(
      "goodness", \.goodness, .word,
      meaning: "Of `forward-forward`: what a layer's units are strong by; see the page Forward-Forward."),
    .init(
      "share", \.share,
      .number("a number above 0 and at most 1", example: "0.02") { $0 > 0 && $0 <= 1 },
      meaning: "Of `top` goodness: the share of a layer's units that counts, at least 5 of them."),
    .init(
      "loss", \.loss, .optional(.word),
      meaning:
        "Of `forward-forward`: whether a goodness is held against a threshold, or that of a positive example against that of a negative one; without, a threshold for sums of squares and pairs for the others."
    ),
    .init(
      "threshold", \.threshold, .optional(.number("a number", example: "1") { _ in true }),
      meaning: "Of the `threshold` loss: θ; without, the layer's units for `sum-of-squares` and 1 for others."
    ),
    .init(
      "temperature", \.temperature, .number("a number above 0", example: "1") { $0 > 0 },
      meaning: "Of the `pair` loss: what differences of goodness are divided by."),
    .init(
      "label", \.label, .word,
      meaning:
        "Of `forward-forward`: whether a label stands in place of the first inputs, or drives every hidden layer."
    ),
    .init(
      "negatives", \.negatives, .word,
      meaning:
        "Of `forward-forward`: whether wrong labels are any other ones, or those that the read-out takes to be likely."
    ),
    .init(
      "peers", \.peers, .number("a number of at least 0", example: "0.06") { $0 >= 0 },
      meaning:
        "Of `forward-forward`: how strongly units that are less active than their layer's mean are helped."),
    .init(
      "read-out", \.readOut, .word,
      meaning:
        "Of `forward-forward`: whether the class with the largest goodness answers, or a soft-max of the layers."
    ),
    .init(
      "from", \.from, .whole(1...1000, example: 2),
      meaning: "Of `forward-forward`: the first hidden layer that counts in answers."),
  ]

  public func fitted(to form: NetworkForm) -> Self {
    var fitted = self
    fitted.form = form
    return fitted
  }

  public var labelling: Labelling? { label }
  public var hasKinks: Bool { measure.hasKinks }
  public var means: RunningMeans? {
    RunningMeans(rate: 0.1, start: 0.5, phase: hasNeutralPass ? 1 : 0)
  }

  /// Whether examples are shown with the neutral label.
  fileprivate var hasNeutralPass: Bool { negatives == .hard || readOut == .softMax }

  public func phases(_ scheme: Scheme, sign: Double) -> [Phase] {
    let first = hasNeutralPass ? 1 : 0
    let judged = LayerErrors(self, positive: first, negative: first + 1)
    return (hasNeutralPass ? [neutral] : [])
      + [
        pass("positive pass", from: hasNeutralPass ? .silence() : .batch, showing: .given),
        pass(
          "negative pass", from: .silence(),
          showing: negatives == .hard ? .drawn : .other),
        errors("errors of positives", judged),
        errors("errors of negatives", judged.ofNegatives(after: first + 2)),
      ]
  }

  public func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
    let first = hasNeutralPass ? 1 : 0
    return ContrastForm(
      [.pair(first, first + 2, and: first + 1, first + 3)] + (hasNeutralPass ? [.readOut(0, first + 2)] : []),
      over: 1)
  }

  public func inference(_ scheme: Scheme) -> [Phase]? {
    guard readOut == .goodness else { return nil }
    var each = pass("goodness of each class", from: .batch, showing: .each)
    each.dynamics = GoodnessOfClasses(self)
    each.duration = Duration(atMost: max(form.classes, 1))
    return [each]
  }

  /// Its first states tell how the read-out answers.
  private var neutral: Phase {
    Phase(
      "neutral pass", from: .batch, order: .upwards, LayerwisePass(), for: Duration(atMost: 1),
      showing: .neutral(draws: negatives == .hard))
  }

  private func pass(_ name: String, from origin: Phase.Origin, showing labels: Phase.Labels) -> Phase {
    Phase(
      name, from: origin, order: .upwards, LayerwisePass(), for: Duration(atMost: 1), showing: labels,
      movesOutput: false)
  }

  private func errors(_ name: String, _ dynamics: LayerErrors) -> Phase {
    Phase(name, from: .silence(), order: .apart, dynamics, for: Duration(atMost: 1))
  }
}

extension ForwardForward {
  /// g.
  var measure: Goodness { Goodness(goodness, share: share) }

  /// What layers make small.
  public var chosenLoss: Loss {
    loss ?? (threshold != nil || [.sumOfSquares, .squares].contains(goodness) ? .threshold : .pair)
  }

  /// Whether a read-out learns.
  public var learnsReadOut: Bool { hasNeutralPass }

  /// θ of a layer of so many units.
  func threshold(units: Int) -> Double { threshold ?? (goodness == .sumOfSquares ? Double(units) : 1) }

  /// C_l of an example.
  func cost(positive: Double, negative: Double, units: Int) -> Double {
    switch chosenLoss {
    case .threshold:
      let threshold = threshold(units: units)
      return softplus(threshold - positive) + softplus(negative - threshold)
    case .pair: return softplus((negative - positive) / temperature)
    }
  }

  /// Whether hidden layer k, of a network whose layer 1 is the labels', counts in answers.
  func counts(_ k: Int) -> Bool { k - 1 >= min(from, max(form.depth - 2, 1)) }
}

private func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

extension LearningRule {
  public static let forwardForward = LearningRule(ForwardForward())
}
