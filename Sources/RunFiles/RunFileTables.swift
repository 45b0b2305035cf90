import DataSets
import EnergyModels
import EquilibriumPropagation
import Schema
import Tasks

// One row a key. To add one: a property, its default in `RunFile.blank`, a row here, which also says what it means.

extension Codec where Value == RunFile {
  static let runFile = section(
    .blank,
    [
      .init(
        "name", \.name, .text(RunFileRange.name, example: "mnist-1h", where: RunFile.isName), .follows,
        meaning: "What the run is called, and its directory below `runs/`; the run file's own name without."),
      .init(
        "seed", \.seed, .whole(0...UInt64.max, example: 1),
        meaning: "The key of every random number of the run."),
      .init("data", \.data, .data, required: "{format: digits}"),
      .init("task", \.task, .task, meaning: LearningTask.meaning(adding: TaskRegistry.added)),
      .init("network", \.network, .network),
      .init("rule", \.rule, .rule, meaning: LearningRule.meaning(adding: Registry.added)),
      .init("relaxation", \.relaxation, .relaxation),
      .init("nudging", \.nudging, .nudging),
      .init("training", \.training, .training),
      .init("tiling", \.tiling, .tiling),
      .init("checkpoint", \.checkpoint, .checkpoint),
      .init("report", \.report, .report),
    ])
}

/// The values several keys share.
enum RunFileRange {
  /// Large enough for any run, small enough that products of two of them do not overflow.
  static let count = 1...1_000_000
  static let name = "a text of at most 100 bytes without '/' that starts with no dot"
}

extension Codec where Value == DataSource {
  static let data = section(
    RunFile.blank.data,
    [
      .init(
        "format", \.format, .word, required: "digits",
        meaning: "The form of the data; `digits` and `friedman` are part of the program and need no path."),
      .init(
        "path", \.path,
        .optional(
          .text("a path", example: "data/mnist") { !$0.isEmpty && !$0.unicodeScalars.contains("\0") }),
        meaning: "The folder of the data's files; of `csv` the table, or a folder of two."),
      .init(
        "training", \.training, .optional(.whole(1...1_000_000_000, example: 50_000)),
        meaning: "How many of the training examples train; all that are not held back without."),
      .init(
        "validation", \.validation, .whole(0...1_000_000_000, example: 10_000),
        meaning: "How many training examples are held back to choose the best epoch by."),
      .init(
        "divisor", \.divisor, .optional(.number("a number above 0", example: "255") { $0 > 0 }),
        meaning: "What a pixel's byte is divided by; its largest value without: 255, of `digits` 16."),
      .init(
        "normalize", \.normalize, .optional(.normalize),
        meaning: "What is taken from each channel, and what the rest is divided by; nothing without."),
      .init(
        "target", \.target, .optional(.text("a column's name", example: "quality") { !$0.isEmpty }),
        meaning: "Of `csv` the column that answers; the last without."),
      .init(
        "standardize", \.standardize, .optional(.flag),
        meaning:
          "Whether each number of an input is brought to a mean of 0 and a deviation of 1 over the training rows; of `csv` it is, without."
      ),
      .init(
        "augment", \.augment, .optional(.augment),
        meaning: "How training pictures are changed, anew in each epoch; not at all without."),
    ])
}

extension Codec where Value == Normalization {
  static let normalize = section(
    Normalization(mean: [], deviation: []),
    [
      .init(
        "mean", \.mean,
        .list(
          of: .number("a number", example: "0.5") { _ in true }, atMost: 1000, example: "[0.5, 0.5, 0.5]"),
        required: "[0.5]", meaning: "What is taken from each channel, after the divisor."),
      .init(
        "deviation", \.deviation,
        .list(
          of: .number("a number above 0", example: "0.25") { $0 > 0 }, atMost: 1000,
          example: "[0.25, 0.25, 0.25]"), required: "[0.25]", meaning: "What each channel is then divided by."
      ),
    ])
}

extension Codec where Value == Augmentation {
  static let augment = section(
    Augmentation(flip: false, crop: 0),
    [
      .init("flip", \.flip, .flag, meaning: "Whether half of them are mirrored, left for right."),
      .init(
        "crop", \.crop, .whole(0...1000, example: 4), meaning: "How many pixels at most they are moved by."),
    ])
}

extension Codec where Value == NetworkSettings {
  static let network = section(
    RunFile.blank.network,
    [
      .init(
        "layers", \.layers, .list(of: .layer, atMost: 1000, example: "[{units: 500}, {units: 10}]"),
        required: "[{units: 500}, {units: 10}]",
        meaning:
          "The layers above the input, from the input's side; the last one is the output but for `network.output`."
      ),
      .init(
        "input", \.input, .input,
        meaning: "Whether the input is held, or a layer of states itself; held without."),
      .init(
        "connections", \.connections,
        .optional(.list(of: .connection, atMost: 10_000, example: "[{from: 0, to: 1}, {from: 1, to: 2}]")),
        meaning: "Which layers are joined, the input being layer 0; each with the next one without."),
      .init(
        "initialization", \.initialization, .initialization,
        meaning: "How weights are drawn before the first step; biases begin at 0."),
      .init(
        "cost", \.cost, .word,
        meaning:
          "C(y), which training makes small: half the squared distance to the target, or −log p of a soft-max."
      ),
      .init(
        "output", \.outputLayer, .optional(.whole(0...1000, example: 1)),
        meaning: "The layer whose states are the outputs y; the last one without."),
    ])
}

extension Codec where Value == ConnectionSettings {
  private static var asOfALayer: String { "As of a layer, for this connection." }

  static let connection = section(
    ConnectionSettings(from: 0, to: 0),
    [
      .init(
        "from", \.source, .whole(0...1000, example: 0), required: "0",
        meaning: "The lower layer of a connection."),
      .init("to", \.target, .whole(1...1000, example: 1), required: "1", meaning: "Its upper layer."),
      .init(
        "kernel", \.coupling.kernel, .optional(.whole(Convolution.sizes, example: 3)), meaning: asOfALayer),
      .init(
        "stride", \.coupling.stride, .optional(.whole(Convolution.sizes, example: 2)), meaning: asOfALayer),
      .init(
        "padding", \.coupling.padding, .optional(.whole(0...Convolution.sizes.upperBound, example: 1)),
        meaning: asOfALayer),
      .init(
        "pool", \.coupling.pool, .optional(.pooling(kind: asOfALayer, size: asOfALayer)), meaning: asOfALayer),
      .init("coupling", \.coupling.named, .optional(.coupling), meaning: asOfALayer),
    ])
}

extension Codec where Value == LayerSettings {
  static let layer = section(
    .blank,
    [
      .init(
        "units", \.units, .whole(RunFileRange.count, example: 500), required: "500",
        meaning: "How many units the layer has; of a convolution at every place."),
      .init(
        "activation", \.activation, .word, .follows,
        meaning:
          "ρ of the layer's units; hard-sigmoid without, of the output linear, or softmax where the cost is cross-entropy."
      ),
      .init(
        "rate", \.rate, .rate,
        meaning:
          "α of the weights and biases into this layer; `balanced` finds the one that changes weights by the output's share."
      ),
      .init(
        "gain", \.gain, .optional(.number("a number above 0", example: "0.4") { $0 > 0 }),
        meaning: "Of the weights into this layer, in place of the initialization's."),
      .init(
        "anchor", \.anchor, .layerAnchor,
        meaning:
          "Whether the layer's states are free, or clamped to an example's label: 1 at its unit, 0 elsewhere; free without."
      ),
      .init(
        "kernel", \.coupling.kernel, .optional(.whole(Convolution.sizes, example: 3)),
        meaning:
          "Height and width of a convolution's kernel, with the units at every place; all are joined to all without."
      ),
      .init(
        "stride", \.coupling.stride, .optional(.whole(Convolution.sizes, example: 2)),
        meaning: "From one place of the kernel to the next; 1 without."),
      .init(
        "padding", \.coupling.padding, .optional(.whole(0...Convolution.sizes.upperBound, example: 1)),
        meaning: "Rows and columns of zeros around the layer below; none without."),
      .init(
        "pool", \.coupling.pool,
        .optional(
          .pooling(
            kind: "What a square becomes.",
            size: "Height and width of a square; 2 without.")),
        meaning: "How squares of places become one; none without."),
      .init(
        "coupling", \.coupling.named, .optional(.coupling),
        meaning: ChosenCoupling.meaning(adding: CouplingRegistry.added)),
    ])
}

extension Codec where Value == Relaxation {
  static let relaxation = section(
    RunFile.blank.relaxation,
    [
      .init(
        "updates", \.updates, .word,
        meaning:
          "Euler steps of all layers at once, sweeps of even and odd layers to their minimum, or beyond it; `gibbs`, `langevin` and `mala` draw states from e^{−F/T}."
      ),
      .init(
        "step", \.step, .number("a number above 0 and at most 1", example: "0.5") { $0 > 0 && $0 <= 1 },
        meaning: "ε of an Euler or a Langevin step."),
      .init(
        "factor", \.factor, .number("a number above 0 and below 2", example: "1.2") { $0 > 0 && $0 < 2 },
        meaning: "How far beyond the minimum an over-relaxed sweep goes: 1 is the minimum."),
      .init(
        "order", \.order, .sweepOrders,
        meaning:
          "In which order a sweep takes the layers: even ones at once, then odd ones, or one by one; of both phases, or of each. `even-odd` without."
      ),
      .init(
        "newton", \.newton, .whole(0...10, example: 3),
        meaning:
          "Newton steps by which a sweep takes a layer to its minimum where ρ bends, and no formula tells it; at 0 one Euler step."
      ),
      .init(
        "temperature", \.sampling.temperature, .number("a number of at least 0", example: "0.01") { $0 >= 0 },
        meaning: "T of e^{−F/T}, where states are drawn; at 0 they come to rest."),
      .init(
        "burn-in", \.sampling.burnIn, .whole(0...1_000_000, example: 10),
        meaning: "Sweeps of each phase before its states count, where they are drawn."),
      .init(
        "average", \.sampling.average, .whole(1...10_000, example: 20),
        meaning: "Sweeps of each phase that are then averaged."),
      .init(
        "chains", \.sampling.chains, .whole(1...1000, example: 4),
        meaning: "Chains of each example, independent of each other, that are averaged too."),
      .init(
        "inference", \.sampling.inference, .word,
        meaning:
          "How examples are judged and predicted where states are drawn: by averages, or without noise."),
      .init(
        "start", \.start, .word,
        meaning: "Where free states begin: at 0, where the example was left an epoch ago, or fed forward."),
      .init(
        "free", \.free,
        .duration(
          ends: "The free phase ends once no unit moves faster: the largest |Δs|/ε.",
          most: "The most iterations of a free phase with a tolerance.",
          together:
            "So many examples of a shard end together, each such group by itself; all of it without."),
        meaning:
          "How many iterations the free phase has, or a tolerance and the most it may take; burn-in + average where states are drawn."
      ),
      .init(
        "nudged", \.nudged,
        .duration(
          ends: "The nudged phase ends once no unit moves faster.",
          most: "The most iterations of a nudged phase with a tolerance.",
          together: "The same of the nudged phase."),
        meaning: "The same of the nudged phase, or of each of them."),
    ])
}

extension Codec where Value == Nudging {
  static let nudging = section(
    RunFile.blank.nudging,
    [
      .init(
        "kind", \.kind, .word,
        meaning:
          "One nudged phase, one of a random sign a batch, two of opposite signs, or complex points on a circle."
      ),
      .init(
        "beta", \.beta, .number("a number other than 0", example: "0.2") { $0 != 0 },
        meaning: "β, the strength of the pull towards the target; of `n-point` the circle's radius."),
      .init(
        "points", \.points, .optional(.whole(2...64, example: 4)), meaning: "How many points on the circle."),
      .init(
        "reject", \.reject, .flag,
        meaning: "Whether examples that break C(s^β) ≤ C(s⁰) ≤ C(s^−β) are left out of the step."),
      .init(
        "form", \.form, .nudgeForm,
        meaning: "How the cost enters the total energy: as it is, or linearised where the free phase ended."),
      .init(
        "noise", \.noise, .word,
        meaning:
          "Whether the phases of a step draw the same random numbers, where states are drawn, or each its own."
      ),
      .init(
        "estimator", \.estimator, .word,
        meaning:
          "How the gradient is estimated where states are drawn: by the contrast of phases, or by the covariance of pair products and cost in the free one."
      ),
    ])
}

extension Codec where Value == TilingSettings {
  static let tiling = section(
    RunFile.blank.tiling,
    [
      .init(
        "shards", \.shards, .whole(1...TilingSettings.mostShards, example: 4), .follows,
        meaning:
          "Into how many parts each batch is cut: the most replicas; the largest power of two up to 8 that divides the batch without."
      ),
      .init(
        "slices", \.slices, .whole(1...TilingSettings.mostSlices, example: 2), .follows,
        meaning:
          "Into how many parts each layer of 64 units or more is cut: the most slices; the largest power of two up to 8 that leaves a part 32 units without."
      ),
    ])
}

extension Codec where Value == CheckpointSettings {
  static let checkpoint = section(
    RunFile.blank.checkpoint,
    [
      .init(
        "every", \.every, .optional(.whole(1...1_000_000_000, example: 500)),
        meaning: "Steps between checkpoints; one at each epoch's end without."),
      .init(
        "keep", \.keep, .whole(RunFileRange.count, example: 3),
        meaning: "How many checkpoints stay, the best one besides."),
      .init("wait", \.wait, .flag, meaning: "Whether training waits until a checkpoint is on the disk."),
    ])
}

extension Codec where Value == ReportSettings {
  static let report = section(
    RunFile.blank.report,
    [
      .init("html", \.html, .flag, meaning: "Whether `report.html` is written as epochs end."),
      .init(
        "tensorboard", \.tensorboard, .flag,
        meaning: "Whether TensorBoard's events are written as epochs end."),
      .init(
        "every", \.every, .optional(.whole(1...1_000_000_000, example: 100)),
        meaning:
          "Steps between lines of `metrics.jsonl` within an epoch: figures since the last one, norms of weights and gradients; none without."
      ),
    ])
}
