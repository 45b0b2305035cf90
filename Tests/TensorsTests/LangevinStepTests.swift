import Tensors
import Testing

/// The densities of a Langevin step there and back.
@Suite struct LangevinStepTests {
  /// ( ‖s − x′ + ε∇F(x′)‖² − ‖x′ − s + ε∇F(s)‖² ) / 4ε, unit by unit, x′ being what s′ is an image of.
  @Test(
    "the correction is that of the two densities, mirrors and targets among them",
    arguments: [Curve.hardSigmoid, .halfHardSigmoid, .relu6, .sigmoid, .tanh, .linear, .silu, .cappedSilu],
    [Precision.float64, .float32])
  func correction(curve: Curve, precision: Precision) throws {
    let (rows, columns, step, beta) = (3, 37, 0.3, 0.4)
    let unit = ScalarUnit(precision: .float64, curve: curve)
    let top = curve.top
    func matrix(_ element: (Int, Int) -> Double) -> Matrix {
      Matrix(rows: rows, columns: columns, precision: precision) { element($0, $1) }
    }
    let states = matrix { Double(($0 * 7 + $1) % 11) / 11 * (top ?? 1.5) }
    let drives = (0..<2).map { end in matrix { Double(($0 * 5 + $1 * 3 + end * 4) % 13) / 5 - 1.2 } }
    let targets = matrix { Double(($0 + $1) % 2) }
    let bends = unit.rho(0.25) != 0.25
    func activity(_ states: Matrix) -> Matrix? {
      guard bends else { return nil }
      var activity = states
      activity.activate(states, curve: curve, rows: 0..<rows, columns: 0..<columns)
      return activity
    }
    for isNudged in [false, true] {
      var update = LayerUpdate(
        move: .langevin, curve: curve, step: step, beta: beta, targets: isNudged ? targets : nil)
      // Hot enough to cross both bounds.
      update.noise = Noise(
        CounterRandom(seed: 3, purpose: .noise), layer: 1, stream: 0, step: 0, chains: [4, 5, 6],
        temperature: 5, positions: 1, units: columns)
      var (next, after) = (states, activity(states))
      var unfolded: Matrix? = top == nil ? nil : states
      _ = update.apply(
        to: states, activity: activity(states), drive: drives[0], rows: 0..<rows, columns: 0..<columns,
        next: &next, nextActivity: &after, unfolded: &unfolded)
      var turned = 0
      for (row, range) in [0..<columns, 16..<columns, 0..<16].enumerated() {
        var expected = 0.0
        for j in range {
          func force(_ s: Double, _ drive: Double) -> Double {
            unit.slope(s) * drive - s + (isNudged ? beta * (targets[row, j] - s) : 0)
          }
          let (s, reached) = (states[row, j], (unfolded ?? next)[row, j])
          let turns = top.map { (reached / $0).rounded(.down) } ?? 0
          let isMirrored = !turns.truncatingRemainder(dividingBy: 2).isZero
          if let top {
            let image = isMirrored ? (turns + 1) * top - reached : reached - turns * top
            #expect(abs(image - next[row, j]) < 1e-5)
          }
          turned += isMirrored ? 1 : 0
          let forth = force(s, drives[0][row, j])
          let back = force(next[row, j], drives[1][row, j]) * (isMirrored ? -1 : 1)
          func square(_ x: Double) -> Double { x * x }
          expected += (square(s - reached - step * back) - square(reached - s - step * forth)) / (4 * step)
        }
        let found = LangevinStep(
          from: .init(states: states, activity: activity(states), drive: drives[0]),
          to: .init(states: next, activity: after, drive: drives[1]), unfolded: unfolded
        ).hastings(update, driveFrom: range.lowerBound, rows: row..<row + 1, columns: range)
        let tolerance = precision == .float64 ? 1e-12 : 1e-4
        #expect(
          abs(found - expected) < tolerance * (1 + abs(expected)) * 10, "\(row): \(found), not \(expected)")
      }
      #expect((turned > 10) == (top != nil))
    }
  }
}
