/// A short run whose instructions are counted.
enum CountedRun: String, CaseIterable {
  /// launch/recipes/digits.yaml as it is.
  case digits
  case twoHiddenLayers = "two hidden layers"
}

/// Instructions of one training step, by the instruction set of the kernels that ran: what a step may cost.
///
/// Taken with Swift 6.3.1 and Valgrind 3.19 on x86-64. Valgrind imitates a processor with AVX2 and without AVX-512
/// wherever the real one has AVX2, so most machines run "avx2"; the others do not count. Another
/// compiler moves the figures slightly, a change of the kernels as much as it is worth: the test that fails names the
/// figures to write here.
let instructionFigures: [String: [CountedRun: Int]] = [
  "avx2": [.digits: 6_276_000, .twoHiddenLayers: 10_423_000]
]

/// How a step's count stands to its figure.
enum InstructionVerdict: Equatable {
  case kept
  case slower
  case faster

  /// The share of the figure that a count may lie off it.
  static let slack = 0.05

  init(count: Int, figure: Int) {
    let change = Double(count) / Double(figure) - 1
    self = change > Self.slack ? .slower : change < -Self.slack ? .faster : .kept
  }
}
