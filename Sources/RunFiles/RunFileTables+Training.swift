import EnergyModels
import Schema

// The keys of `training`, a row each.

extension Codec where Value == TrainingSettings {
  static let training = section(
    RunFile.blank.training,
    [
      .init(
        "epochs", \.epochs, .whole(RunFileRange.count, example: 20),
        meaning: "Passes over the training examples."),
      .init("batch", \.batch, .whole(RunFileRange.count, example: 16), meaning: "Examples of a step."),
      .init("shuffle", \.shuffle, .flag, meaning: "Whether every epoch deals the examples in another order."),
      .init(
        "optimizer", \.optimizer, .optimizer,
        meaning: "How a step follows from the gradient; of `nesterov` momentum looks ahead."),
      .init(
        "momentum", \.momentum,
        .number("a number of at least 0 and below 1", example: "0.9") { $0 >= 0 && $0 < 1 }, .follows,
        meaning:
          "The share of the last change that is made again; 0.9 without, and 0 of `adam`, which has means of its own."
      ),
      .init(
        "decay", \.decay, .number("a number of at least 0", example: "2.5e-4") { $0 >= 0 },
        meaning: "λ: a step adds −α λ W."),
      .init("schedule", \.schedule, .schedule, meaning: "How the rates change from epoch to epoch."),
      .init(
        "warmup", \.warmup, .optional(.whole(1...1_000_000_000, example: 500)),
        meaning: "Steps over which the rates rise to what the schedule says; none without."),
      .init(
        "clip", \.clip, .optional(.number("a number above 0", example: "1") { $0 > 0 }),
        meaning:
          "The largest norm of a step's gradient, over all weights and biases: a longer one is shortened to it."
      ),
      .init(
        "average", \.average,
        .optional(.number("a number above 0 and below 1", example: "0.999") { $0 > 0 && $0 < 1 }),
        meaning:
          "a of the averages of weights and biases over steps, w̄ ← a w̄ + (1 − a) w, that `--weights average` uses; none without."
      ),
      .init(
        "dropout", \.dropout,
        .optional(.number("a number above 0 and below 1", example: "0.1") { $0 > 0 && $0 < 1 }),
        meaning:
          "The share of the units of dense hidden layers that each pass of a step leaves out, of `forward-forward` and `backpropagation`; none without."
      ),
      .init(
        "stop", \.stop, .optional(.stop),
        meaning: "What ends training before all epochs are done; nothing without."),
      .init(
        "reduction", \.reduction, .word,
        meaning:
          "Who sums over replicas: a tree of its own with the same bits on every grid, or `MPI_Allreduce`, whose bits belong to the grid."
      ),
      .init("precision", \.precision, .word, meaning: "The number type of states and weights."),
    ])
}

extension Codec where Value == EarlyStop {
  static let stop = section(
    EarlyStop(),
    [
      .init(
        "patience", \.patience, .whole(RunFileRange.count, example: 5), required: "5",
        meaning: "Epochs without a better figure after which training ends."),
      .init(
        "figure", \.figure,
        .optional(.text("the name of a figure", example: "validation_error") { !$0.isEmpty }),
        meaning: "The figure, as `metrics.jsonl` calls it; the one that picks the best epoch without."),
    ])
}
