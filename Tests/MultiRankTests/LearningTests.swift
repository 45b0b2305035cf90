import Foundation
import Testing

extension RealRanks {
  /// Whole runs on real digits that end worse than they must where anything of what they use is broken.
  @Suite struct LearningTests {
    @Test("What was learnt reaches its floor", arguments: Lesson.groups.keys.sorted())
    func learns(group: String) throws {
      let lessons = try #require(Lesson.groups[group])
      try Learnt.each(lessons.map { ($0, $0.settings) }) { lesson, learnt in
        #expect(
          learnt.error <= lesson.error && lesson.cost.contains(learnt.cost) && learnt.change <= lesson.change,
          "\(lesson.name): \(learnt); it guards: \(lesson.guards)")
      }
    }

    /// Floors are worth something only where a layer left as it began misses them.
    @Test("A frozen layer misses the floor")
    func frozen() throws {
      let layers = [
        "equilibrium propagation": [0, 1], "backpropagation": [0, 1], "cross-entropy": [0, 1],
        "a middle layer": [0, 1, 2], "convolution": [0, 1], "a convolution in the middle": [0, 1, 2],
        "a skip over a layer": [0, 2], "up, then down": [1, 2],
      ]
      let lessons = Lesson.all.flatMap { lesson in (layers[lesson.name] ?? []).map { (lesson, layer: $0) } }
      #expect(lessons.count == layers.values.reduce(0) { $0 + $1.count })
      let frozen = lessons.map { ($0, $0.0.settings + ["network.layers.\($0.layer).rate=0"]) }
      try Learnt.each(frozen) { frozen, learnt in
        let (lesson, layer) = frozen
        #expect(
          learnt.error > lesson.error || learnt.cost > lesson.cost.upperBound,
          "\(lesson.name) without layer \(layer + 1): \(learnt)")
      }
    }
  }
}

/// How a run ended.
private struct Learnt: CustomStringConvertible {
  /// Of the 797 rows held back, in percent.
  let error: Double
  /// The mean over the last epoch's examples.
  let cost: Double
  /// The largest share of its weights that a layer changed by in a step of the last epoch.
  let change: Double

  private let story: String

  var description: String { story }

  /// Trains the base with some keys set, for each subject.
  static func each<Subject>(
    _ subjects: [(Subject, settings: [String])], _ ended: (Subject, Learnt) throws -> Void
  ) throws {
    let trainings = subjects.map { subject, settings in
      Training(of: subject, Lesson.base, settings.flatMap { ["--set", $0] })
    }
    try trainTwoAtATime(trainings) { subject, folder, outcome in
      try ended(subject, Learnt(folder, outcome))
    }
  }

  /// Reads the last epoch's line; a run that came to no end, as one that diverged, has learnt nothing.
  private init(_ folder: TrainingFolder, _ outcome: Outcome) throws {
    guard outcome.status == 0 else {
      story = outcome.story
      (error, cost, change) = (.infinity, .infinity, .infinity)
      return
    }
    let told = try #require(try folder.lines().last)
    error = try #require(told["validation_error"] as? Double)
    cost = try #require(told["cost"] as? Double)
    change = try #require((told["weight_change"] as? [Double])?.max())
    story = "validation error \(error) %, cost \(cost), change \(change)"
  }
}

/// A run that must learn so much.
private struct Lesson {
  let name: String
  /// What would go wrong unseen without it.
  let guards: String
  /// The most validation error, in percent: that of the worst of the seeds 1, 2 and 3, a fifth more and 1 %.
  let error: Double
  /// The last epoch's cost: at most that of the worst seed and a fifth more.
  let cost: ClosedRange<Double>
  /// The most that a step of the last epoch may change of a layer's weights.
  let change: Double
  let settings: [String]

  init(
    _ name: String, _ guards: String, error: Double, cost: ClosedRange<Double>, change: Double = .infinity,
    _ settings: String...
  ) {
    (self.name, self.guards, self.error, self.cost, self.change) = (name, guards, error, cost, change)
    self.settings = settings
  }
}

extension Lesson {
  /// Weights so small that a layer left as it is lets nothing through, up or down: an error of 57 to 90 %.
  static let base = """
    name: learning
    data: {format: digits, training: 600, validation: 797}
    network:
      layers:
        - {units: 32, rate: 0.1}
        - {units: 10, activation: linear, rate: 0.1}
      initialization: {uniform: 0.05}
    relaxation: {updates: even-odd, start: zero, free: 8, nudged: 5}
    nudging: {kind: centered, beta: 0.2}
    training: {epochs: 10, batch: 10, momentum: 0.5, schedule: constant}

    """

  static let groups = [
    "rules": rules, "nudging": nudgings, "optimizers and schedules": optimizers, "relaxation": relaxations,
    "data and starts": starts, "activations": activations, "networks": networks,
  ]
  static let all = groups.values.flatMap(\.self)

  /// The setting of these layers, each as in a run file.
  private static func layers(_ layers: String...) -> String {
    "network.layers=[\(layers.map { "{\($0)}" }.joined(separator: ", "))]"
  }

  /// The base's two layers with another rate, or an own one each.
  private static func rates(_ hidden: String, _ output: String? = nil) -> String {
    layers("units: 32, rate: \(hidden)", "units: 10, activation: linear, rate: \(output ?? hidden)")
  }

  private static let output = "units: 10, activation: linear, rate: 0.1"
  private static let single = "relaxation={updates: euler, free: 12, nudged: 8}"

  private static let rules = [
    Lesson(
      "equilibrium propagation", "the whole of it: signs, both layers, both phases", error: 12, cost: 0...0.06
    ),
    Lesson(
      "contrastive Hebbian", "a phase with the output held", error: 16, cost: 0...0.09,
      "rule=contrastive-hebbian", rates("0.05")),
    Lesson(
      "coupled, one-sided", "the output held nearer to the targets", error: 13, cost: 0...0.058,
      "rule=coupled", "nudging.kind=one-sided"),
    Lesson(
      "coupled, random sign", "nearer or farther, divided by that sign", error: 13, cost: 0...0.05,
      "rule=coupled", "nudging.kind=random-sign"),
    Lesson(
      "coupled, centered", "both, over twice the share", error: 13, cost: 0...0.051, "rule=coupled"),
    Lesson(
      "continual, one-sided", "the contrast of each iteration alone", error: 26, cost: 0...0.21,
      "rule=continual", "nudging={kind: one-sided, beta: 0.5}", single, "training.momentum=0",
      "training.epochs=15", "network.initialization={uniform: 0.3}", rates("0.04")),
    Lesson(
      "continual, random sign", "the same, divided by the sign's β", error: 16, cost: 0...0.15,
      "rule=continual", "nudging={kind: random-sign, beta: 0.5}", single, "training.momentum=0",
      "training.epochs=15", "network.initialization={uniform: 0.3}", rates("0.06")),
    Lesson(
      "backpropagation", "errors that come down", error: 11, cost: 0...0.056, "rule=backpropagation",
      rates("0.3", "0.1")),
    Lesson(
      "backpropagation through two layers", "errors that come down twice", error: 11, cost: 0...0.065,
      "rule=backpropagation",
      layers(
        "units: 32, rate: 0.2, gain: 0.7", "units: 32, rate: 0.2, gain: 0.1", output + ", gain: 0.7")),
    Lesson(
      "dual propagation through two layers", "both states of a unit", error: 10, cost: 0...0.054,
      "rule=dual-propagation",
      layers(
        "units: 32, rate: 0.2, gain: 0.7", "units: 32, rate: 0.2, gain: 0.1", output + ", gain: 0.7")),
    Lesson(
      "recurrent backpropagation", "the response to the output's force", error: 12, cost: 0...0.061,
      "rule=recurrent-backpropagation"),
    Lesson(
      "recurrent backpropagation through two layers", "a response that takes iterations", error: 18,
      cost: 0...0.092, "rule=recurrent-backpropagation", "network.initialization={uniform: 0.7}",
      layers("units: 32, rate: 0.1", "units: 32, rate: 0.1", "units: 10, activation: linear, rate: 0.05")),
  ]

  private static let nudgings =
    [
      Lesson(
        "one-sided", "one phase against the free one", error: 13, cost: 0...0.071, "nudging.kind=one-sided"),
      Lesson(
        "away from the targets", "a β below 0, in the phase and in the quotient", error: 12,
        cost: 0...0.055, "nudging={kind: one-sided, beta: -0.2}"),
      Lesson(
        "random sign", "division by the sign's β", error: 15, cost: 0...0.073, "nudging.kind=random-sign"),
      Lesson(
        "violations left out", "examples that keep the promise stay", error: 12, cost: 0...0.06,
        "nudging.reject=true"),
    ]
    + [
      ("2 points", "the real points ±β", 0.2, 0.15),
      ("3 points", "complex states, their weights' signs", 0.2, 0.15),
      ("4 points", "real and complex ones together", 0.5, 0.16),
    ].map {
      Lesson(
        $0, $1, error: 15, cost: 0...$3, "nudging={kind: n-point, points: \($0.prefix(1)), beta: \($2)}",
        layers("units: 32, activation: tanh, rate: 0.1", output))
    }

  private static let optimizers = [
    Lesson(
      "no momentum", "plain descent", error: 20, cost: 0...0.086, "training.momentum=0", rates("0.2", "0.1")),
    Lesson(
      "momentum", "a rate too small without", error: 14, cost: 0...0.049, "training.momentum=0.9",
      rates("0.02")),
    Lesson(
      "Nesterov's momentum", "looking ahead: a momentum that swings without", error: 12, cost: 0...0.053,
      "training.momentum=0.97", "training.optimizer=nesterov", rates("0.02")),
    Lesson(
      "Adam", "means and squares, corrected from the first update on", error: 11, cost: 0...0.095,
      "training.momentum=0", "training.optimizer=adam", rates("0.004")),
    Lesson(
      "weight decay", "its sign and size: weights held so small keep the cost up", error: 26, cost: 0.1...0.2,
      "training.decay=0.05"),
    Lesson(
      "cosine", "small last steps", error: 12, cost: 0...0.084, change: 0.001, "training.schedule=cosine"),
    Lesson(
      "exponential", "rates that are gone before all is learnt", error: 46, cost: 0.2...0.39,
      "training.schedule={kind: exponential, factor: 0.5}"),
    Lesson(
      "cosine with restarts", "rates that come back after two epochs, then fall", error: 12, cost: 0...0.11,
      change: 0.003, "training.schedule={kind: cosine-restarts, period: 2, growth: 3}", "training.epochs=8"),
    Lesson(
      "balanced rates", "pictures so dark that their layer needs a larger rate", error: 28, cost: 0...0.2,
      "data.divisor=64", rates("balanced", "0.1")),
  ]

  private static let relaxations = [
    Lesson(
      "Euler", "steps of ε", error: 12, cost: 0...0.058, "relaxation={updates: euler, free: 15, nudged: 10}"),
    Lesson(
      "over-relaxed", "sweeps beyond the minimum: too few without", error: 22, cost: 0...0.14,
      "relaxation={updates: over-relaxed, factor: 1.3, free: 3, nudged: 3}",
      "network.initialization={uniform: 0.7}",
      layers("units: 32, rate: 0.05", "units: 32, rate: 0.05", "units: 10, activation: linear, rate: 0.05")),
    Lesson(
      "forward start", "one sweep, which is enough only near rest", error: 11, cost: 0...0.12,
      "relaxation={start: forward, free: 1, nudged: 2}"),
    Lesson(
      "persistent states", "two steps, enough only from where the last ones ended", error: 13,
      cost: 0...0.094,
      "relaxation={updates: euler, start: persistent, free: 2, nudged: 4}"),
    Lesson(
      "until a tolerance", "no phase is over before it rests", error: 11, cost: 0...0.062,
      "relaxation={free: {tolerance: 1e-2, at-most: 40}, nudged: {tolerance: 1e-2, at-most: 20}}"),
    Lesson("Float64", "its own kernels", error: 12, cost: 0...0.058, "training.precision=float64"),
  ]

  private static let starts = [
    Lesson(
      "Glorot's start", "weights as they usually begin", error: 23, cost: 0...0.14,
      "network.initialization=glorot-uniform", rates("0.05")),
    Lesson(
      "a spectral start", "the same", error: 11, cost: 0...0.051, "network.initialization={spectral: 0.3}"),
    Lesson(
      "moved pictures", "changed and normalised, they keep their labels", error: 15, cost: 0...0.2,
      "data.augment={crop: 1}", "data.normalize={mean: [0.3], deviation: [0.4]}", "training.epochs=20",
      layers("units: 64, rate: 0.05", "units: 10, activation: linear, rate: 0.05")),
    Lesson(
      "nothing but biases", "they learn: pictures are black, the cost falls to that of the mean", error: 100,
      cost: 0...0.47, "data.divisor=1e9"),
  ]

  private static let activations =
    [
      ("sigmoid", 15, 0...0.16, 0.1), ("linear", 21, 0...0.22, 0.05),
      // Steeper than it is, it would learn faster.
      ("tanh", 15, 0.09...0.15, 0.05), ("relu6", 11, 0...0.078, 0.05),
      ("half-hard-sigmoid", 16, 0...0.15, 0.05), ("silu", 13, 0...0.15, 0.1),
    ].map { name, error, cost, gain in
      Lesson(
        "hidden \(name)", "the states' move and what they show", error: error, cost: cost,
        "network.initialization={uniform: \(gain)}",
        layers("units: 32, activation: \(name), rate: 0.1", output))
    }
    + [
      ("hard-sigmoid", 14, 0.037), ("sigmoid", 13, 0.073), ("tanh", 16, 0.13), ("relu6", 11, 0.039),
      ("half-hard-sigmoid", 13, 0.046), ("silu", 13, 0.085),
    ].map { name, error, cost in
      Lesson(
        "\(name) output", "the move of nudged states", error: error, cost: 0...cost,
        layers("units: 32, rate: 0.1", "units: 10, activation: \(name), rate: 0.1"))
    }
    + [
      Lesson(
        "cross-entropy", "the read-out's force d − p", error: 12, cost: 0...0.16,
        "network.cost=cross-entropy",
        layers("units: 32, rate: 0.1", "units: 10, activation: softmax, rate: 0.1"))
    ]

  /// Two layers of kernels, the upper one pooled.
  private static func pooled(_ kind: String, _ lower: Double, _ upper: Double) -> String {
    layers(
      "units: 8, kernel: 3, padding: 1, rate: 0.1, gain: \(lower)",
      "units: 32, kernel: 3, padding: 1, pool: \(kind), rate: 0.1, gain: \(upper)",
      "units: 10, activation: linear, rate: 0.05, gain: 0.5")
  }

  private static func connections(_ pairs: (Int, Int)...) -> String {
    "network.connections=[\(pairs.map { "{from: \($0), to: \($1)}" }.joined(separator: ", "))]"
  }

  private static let networks =
    [
      Lesson(
        "a middle layer", "weights between free layers, next to nothing at first", error: 17, cost: 0...0.081,
        "training.epochs=15",
        layers(
          "units: 32, rate: 0.1, gain: 0.7", "units: 32, rate: 0.1, gain: 0.1",
          "units: 10, activation: linear, rate: 0.05, gain: 0.7")),
      Lesson(
        "convolution", "what a kernel sees, and its contrast", error: 9, cost: 0...0.074,
        layers("units: 12, kernel: 4, rate: 0.1", output)),
      Lesson(
        "stride", "taps two places apart", error: 12, cost: 0...0.12,
        layers("units: 16, kernel: 3, stride: 2, padding: 1, rate: 0.1", output)),
      Lesson(
        "a convolution in the middle", "kernels between free layers, next to nothing at first", error: 8,
        cost: 0...0.077, pooled("max", 1, 0.1)),
      Lesson(
        "a skip over a layer", "a skip's contrast: between is one unit", error: 11, cost: 0...0.047,
        connections((0, 1), (1, 2), (2, 3), (1, 3)),
        layers("units: 32, rate: 0.1", "units: 1, rate: 0.1", output)),
      Lesson(
        "a skip from the input", "a skip's contrast, from clamped units", error: 16, cost: 0...0.22,
        connections((0, 1), (1, 2), (0, 2)), layers("units: 1, rate: 0.1", output)),
      Lesson(
        "up, then down", "Δ_j ρ̄_k of the contrast: here the way to the output leads down", error: 17,
        cost: 0...0.094, connections((0, 1), (0, 2), (1, 2), (1, 3)), "relaxation={free: 12, nudged: 8}",
        "network.initialization={uniform: 0.3}", "training.epochs=16",
        layers("units: 32, rate: 0, gain: 1e-6", "units: 32, rate: 0.1", output)),
    ]
    + [("max", 9, 0.11), ("average", 15, 0.16), ("soft", 12, 0.15)].map { kind, error, cost in
      Lesson(
        "\(kind) pooling", "what goes up", error: error, cost: 0...cost,
        layers("units: 16, kernel: 3, padding: 1, pool: \(kind), rate: 0.1", output))
    }
    + [("max", 8, 0.06, 1.0), ("average", 11, 0.056, 2), ("soft", 10, 0.057, 1)].map {
      kind, error, cost, gain in
      Lesson(
        "\(kind) pooling of free units", "what comes down, and whereto", error: error, cost: 0...cost,
        pooled(kind, gain, gain))
    }
}
