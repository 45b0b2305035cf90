import DataSets
import EnergyModels
import Records
import Schema

/// The velocities of a flow from noise to data, which a network has never been shown the time of (flow matching, Lipman et al.
/// 2022, arXiv:2210.02747; by equilibrium propagation: FlowEqProp, arXiv:2604.08150).
///
///     x_t = (1 − t) x₀ + t x₁,   u = x₁ − x₀,   x₀ ~ N(0, 1) a number, x₁ an example, t ~ U(0, 1)
///     v = αλ (x* − x_t),   x* the input at rest where a spring of stiffness λ ties it to x_t
///     κ C = ½ ‖v − u‖² = (κ/2) ‖x* − x̂‖²,   κ = (αλ)²,   x̂ = x_t + u / (αλ)
///
/// So the input is the output, and its target is x̂. Told are the mean of (v − u)² over examples and numbers, that loss in
/// five stretches of t, 1 − loss / mean of u², and the roots of the mean of ‖v‖² and ‖u‖².
public struct Flow: Task {
  public static let name = "flow"
  public static let summary =
    "The velocity of a flow from noise to data, by how far an input that a spring ties moves."
  /// α.
  public var scale = 2.0
  public var pairing = Pairing.optimal
  public init() {}

  /// Stretches of t whose losses are told apart.
  public static let stretches = 5

  public static let keys: [Key<Flow>] = [
    .init(
      "scale", \.scale, .number("a number above 0", example: "2") { $0 > 0 },
      meaning: "Of `flow`: α of the velocity αλ (x* − x), λ the stiffness of the input's spring."),
    .init(
      "pairing", \.pairing, .word,
      meaning:
        "Of `flow`: which noise goes to which example of a shard's rows of a batch, of one class where labels clamp a layer: the pairs with the least sum of squared distances, or any."
    ),
  ]

  public var supervision: Supervision { .inputs }
  public var answersExamples: Bool { false }
  public var remakes: Bool { true }
  public var figures: [Figure] {
    [.flowLoss, .r2, Figure("speed", name: "|v|", axis: "root of the mean of ‖v‖²", isDetail: true)]
      + [Figure("path_speed", name: "|u|", axis: "root of the mean of ‖u‖²", isDetail: true)]
      + (0..<Flow.stretches).map { stretch in
        let (from, to) = (stretch * 100 / Flow.stretches, (stretch + 1) * 100 / Flow.stretches)
        return Figure(
          "loss_t\(from)", name: "loss, t .\(from) to \(to == 100 ? "1" : ".\(to)")",
          axis: "mean of (v − u)²", isDetail: true)
      }
  }

  public var costs: (costs: [Cost], reason: String)? {
    ([.squaredError], "is for classes, and a flow has velocities for targets")
  }

  public func costWeight(_ input: InputLayer) -> Double {
    let factor = scale * input.stiffness
    return factor > 0 ? factor * factor : 1
  }

  public func mismatch(with input: InputLayer, output: Int) -> (what: String, hint: String)? {
    guard input.stiffness > 0, output == 0 else {
      return ("a flow is what a spring at the input shows", "write input: {anchor: {spring: 15}} in network")
    }
    guard input.activation == .linear else {
      return (
        "a flow's input has noise for states, but is \(input.activation.rawValue)", "write activation: linear"
      )
    }
    return nil
  }

  public func targetReach(_ data: DataSet, inputs extent: ClosedRange<Double>) -> Double {
    4 + max(abs(extent.lowerBound), abs(extent.upperBound))
  }

  public func sums(outputs: Int) -> [ScoreSum] {
    [
      ScoreSum("squared_errors"), ScoreSum("squared_velocities"), ScoreSum("squared_paths"),
      ScoreSum("numbers", isCount: true), ScoreSum("errors_by_time", columns: Flow.stretches),
      ScoreSum("numbers_by_time", columns: Flow.stretches, isCount: true),
    ]
  }

  public func values(of totals: [[Double]], examples: Int) -> [Double?] {
    let (errors, velocities, paths) = (totals[0][0], totals[1][0], totals[2][0])
    let speeds = [velocities, paths].map { Optional(($0 / Double(examples)).squareRoot()) }
    return [errors / totals[3][0], paths > 0 ? 1 - errors / paths : nil] + speeds
      + zip(totals[4], totals[5]).map { $1 > 0 ? $0 / $1 : nil }
  }

  public func outputs(for data: DataSet) -> (units: Int, reason: String) {
    (data.inputs, "an input \(data.inputs) numbers")
  }

  public func prepared(
    for data: DataSet, values: InputValues, input: InputLayer, seed: UInt64
  ) -> any PreparedTask {
    FlowPairs(factor: scale * input.stiffness, pairing: pairing, values: values, seed: seed)
  }
}

/// Which noise goes to which example.
public enum Pairing: String, CaseIterable, Sendable {
  /// The pairs of a shard's rows of a batch, of one class where labels clamp a layer, with the least Σ ‖x₀ − x₁‖²: paths
  /// that cross less.
  case optimal
  /// As they come.
  case independent
}
