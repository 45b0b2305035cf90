import EnergyModels
import EquilibriumPropagation
import Tensors
import Testing

// The hard sigmoid has kinks: finite differences of what they are part of are exact only where no drive is near one.
extension Problem {
  /// Hard sigmoids, of which in every hidden layer one is held at 0 and one at 1, and examples for which no drive of a
  /// free phase, or of a phase with the output held at these shares of the way to the targets, is near 0 or 1.
  init(awayFromKinks hidden: Int, output: Activation = .linear, shares: [Double] = []) throws {
    self = try Problem.chosen {
      Problem(clipped: hidden, output: output, examples: $0)
    } distance: { problem in
      let free = try problem.free().state
      let phases = Phases(
        portion: problem.portion, relaxation: Problem.toRest, rows: problem.rows, precision: .float64,
        neighbours: Alone())
      let held = try shares.map {
        try phases.clampedOutput(
          from: free, share: $0, clamped: problem.clamped, parameters: problem.parameters
        ).state
      }
      return ([free] + held).map(problem.distanceFromKinks).min() ?? .infinity
    }
    let state = try free().state
    for k in 1...hidden {
      let values = (0..<rows).flatMap { state[k].states.row($0) }
      try #require(values.contains(0) && values.contains(1) && values.contains { $0 > 0 && $0 < 1 })
    }
  }

  private init(clipped hidden: Int, output: Activation, examples: [[Int]]) {
    self.init(hidden: hidden, .hardSigmoid, output: output, gain: 0.8, examples: examples)
    for k in 1...hidden {
      for (unit, bias) in [-3.0, 3].enumerated() { parameters[bias: k][0, unit] = bias }
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

  static func distanceFromKinks(_ drive: Double) -> Double { min(abs(drive), abs(drive - 1)) }

  private func distanceFromKinks(_ state: State) -> Double {
    (1...network.depth).filter { network.activation($0) == .hardSigmoid }
      .flatMap { k in
        var drive = Matrix(rows: rows, columns: network.units(k), precision: .float64)
        parameters.setDrive(
          &drive, of: k, state: state, clamped: clamped, partials: { _, _ in }, rows: 0..<rows)
        return (0..<rows).flatMap(drive.row)
      }.map(Problem.distanceFromKinks).min() ?? .infinity
  }
}
