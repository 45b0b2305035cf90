import EnergyModels
import EquilibriumPropagation
import Tensors
import Testing

// Where states are clipped ρ has kinks: finite differences of what they are part of are exact only where no drive is near
// one.
extension Activation {
  /// The drives at which states reach the ends of their range.
  var kinks: [Double] {
    guard let range else { return [] }
    return [range.lowerBound, self == .halfHardSigmoid ? 2 : range.upperBound]
  }

  /// A gain of initial weights at which free states stay within the range: a straight ρ that ends only at 6 lets larger
  /// ones drive each other there.
  func gain(_ usual: Double) -> Double { self == .relu6 ? usual / 2 : usual }

  /// Biases that hold one unit at the lower and one at the upper end.
  var holdingBiases: [Double] { range.map { [-3, 3 * $0.upperBound] } ?? [] }
}

extension Problem {
  /// Clipped units, of which in every hidden layer one is held at each end of the range, and examples for which no drive
  /// of a free phase, or of a phase with the output held at these shares of the way to the targets, is near a kink.
  init(
    awayFromKinks hidden: Int, _ activation: Activation = .hardSigmoid, output: Activation = .linear,
    shares: [Double] = []
  ) throws {
    self = try Problem.chosen {
      Problem(clipped: hidden, activation, output: output, examples: $0)
    } distance: { problem in
      let free = try problem.free().state
      let method = problem.method(Problem.toRest)
      let held = try shares.map {
        try method.heldPhase(
          from: free, share: $0, clamped: problem.clamped, parameters: problem.parameters
        ).state
      }
      return ([free] + held).map(problem.distanceFromKinks).min() ?? .infinity
    }
    let state = try free().state
    for k in 1...hidden {
      let values = (0..<rows).flatMap { state[k].states.row($0) }
      let top = try #require(activation.range?.upperBound)
      try #require(values.contains(0) && values.contains(top) && values.contains { $0 > 0 && $0 < top })
    }
  }

  private init(clipped hidden: Int, _ activation: Activation, output: Activation, examples: [[Int]]) {
    self.init(
      hidden: hidden, activation, output: output, gain: activation.gain(0.8),
      bias: activation == .hardSigmoid ? nil : 0.1...0.6, examples: examples)
    hold(hidden, activation)
  }

  /// Holds units of the hidden layers at the ends of their range.
  mutating func hold(_ hidden: Int, _ activation: Activation) {
    for k in 1...hidden {
      for (unit, bias) in activation.holdingBiases.enumerated() { parameters[bias: k][0, unit] = bias }
    }
  }

  /// The problem with the first five of forty examples for which, alone, the distance from kinks is at least .01.
  static func chosen(
    _ problem: ([[Int]]) -> Problem, distance: (Problem) throws -> Double
  ) throws -> Problem {
    let far = try (0..<40).filter { try distance(problem([[$0]])) >= 0.01 }
    try #require(far.count >= 5)
    return problem([Array(far[0..<2]), Array(far[2..<5])])
  }

  static func distance(_ drives: [Double], from kinks: [Double]) -> Double {
    drives.flatMap { drive in kinks.map { abs(drive - $0) } }.min() ?? .infinity
  }

  private func distanceFromKinks(_ state: State) -> Double {
    (1...network.depth).map { k in
      let drive = parameters.drive(of: k, state: state, clamped: clamped, rows: 0..<rows)
      return Problem.distance((0..<rows).flatMap(drive.row), from: network.activation(k).kinks)
    }.min() ?? .infinity
  }
}
