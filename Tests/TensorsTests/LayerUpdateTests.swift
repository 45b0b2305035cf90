import Tensors
import Testing

/// A layer about to be moved: some of its rows and columns, some units saturated.
private struct Moved {
  let curve: Curve
  let precision: Precision
  let states: Matrix
  let drive: Matrix
  let targets: Matrix
  let rows = 1..<6
  let columns: Range<Int>

  init(_ curve: Curve, _ precision: Precision, columns: Range<Int> = 0..<45) {
    (self.curve, self.precision, self.columns) = (curve, precision, columns)
    let (spread, reach) = (curve.top.map { 1.5 * $0 } ?? 2, 2 * (curve.top ?? 1))
    states = Matrix(rows: 7, columns: 45, precision: precision) {
      curve.clipped(spread * noise($0, $1, 71))
    }
    drive = Matrix(rows: 7, columns: columns.count, precision: precision) { reach * noise($0, $1, 72) }
    targets = Matrix(rows: 7, columns: 45, precision: precision) { noise($0, $1, 73) > 0 ? 1 : 0 }
  }

  var activity: Matrix? {
    guard !curve.isIdentity else { return nil }
    var activity = Matrix(rows: 7, columns: 45, precision: precision)
    activity.activate(states, curve: curve, rows: 0..<7, columns: 0..<45)
    return activity
  }

  /// The states, ρ of them and the residual after a move.
  func moved(_ move: Move, beta: Double, step: Double, newton: Int = 0, factor: Double = 1) -> (
    states: Matrix, activity: Matrix?, residual: Double
  ) {
    var (next, nextActivity) = (states, activity)
    var update = LayerUpdate(
      move: move, curve: curve, step: step, factor: factor, beta: beta, targets: targets)
    update.newton = newton
    let residual = update.apply(
      to: states, activity: activity, drive: drive, rows: rows, columns: columns, next: &next,
      nextActivity: &nextActivity)
    return (next, nextActivity, residual)
  }
}

@Suite("Updates of a layer") struct LayerUpdateTests {
  static let curves = Curve.all

  private func check(
    _ layer: Moved, _ move: Move, beta: Double, step: Double, divisor: Double,
    _ unit: (ScalarUnit, Double, Double, Double?) -> Double
  ) {
    let (states, activity, residual) = layer.moved(move, beta: beta, step: step)
    let scalar = ScalarUnit(precision: layer.precision, curve: layer.curve)
    // All but the slopes of silu and its like are rounded as the kernels round.
    let tolerance = [.silu, .cappedSilu].contains(layer.curve) ? 8 * layer.precision.epsilon : 0
    var largest = 0.0
    for i in 0..<7 {
      for j in 0..<45 {
        let before = layer.states[i, j]
        var expected = before
        if layer.rows.contains(i), layer.columns.contains(j) {
          let drive = layer.drive[i, j - layer.columns.lowerBound]
          expected = unit(scalar, before, drive, beta == 0 ? nil : layer.targets[i, j])
          largest = max(largest, abs(layer.precision.sum(expected, -before)))
        }
        #expect(abs(states[i, j] - expected) <= tolerance, "\(layer.curve) \(move) at \(i), \(j)")
        if let activity { #expect(activity[i, j] == scalar.rho(states[i, j])) }
      }
    }
    #expect(states.hasZeroPadding && activity?.hasZeroPadding ?? true)
    if move == .forward {
      #expect(residual == 0)
    } else {
      let expected = layer.precision.quotient(largest, layer.precision.rounded(divisor))
      #expect(abs(residual - expected) <= tolerance / divisor)
    }
  }

  @Test("Euler: s − ε ∂F/∂s", arguments: Precision.allCases, curves)
  func euler(precision: Precision, curve: Curve) {
    for beta in [0, 0.4, -0.4] {
      for step in [0.1, 0.5, 1] {
        check(Moved(curve, precision), .euler, beta: beta, step: step, divisor: step) {
          $0.euler($1, drive: $2, target: $3, beta: beta, step: step)
        }
      }
    }
  }

  @Test("minimise: the minimiser given the neighbours", arguments: Precision.allCases, curves)
  func minimize(precision: Precision, curve: Curve) {
    for beta in [0, 0.2, -0.2] {
      let divisor = curve.isStraight ? 1 : 0.5
      check(Moved(curve, precision), .minimize, beta: beta, step: 0.5, divisor: divisor) {
        $0.minimize($1, drive: $2, target: $3, beta: beta, step: 0.5)
      }
    }
  }

  @Test(
    "Newton's steps come to the minimum of the branch that they are on, nudged too, and beyond it",
    arguments: Precision.allCases, curves.filter { !$0.isStraight })
  func newton(precision: Precision, curve: Curve) {
    let (layer, scalar) = (Moved(curve, precision), ScalarUnit(precision: precision, curve: curve))
    var damped = 0
    for (beta, factor) in [(0.0, 1.0), (0.3, 1), (-0.3, 1), (2, 1.2)] {
      for steps in [1, 2, 30] {
        let (states, activity, residual) = layer.moved(
          .minimize, beta: beta, step: 0.5, newton: steps, factor: factor)
        var largest = 0.0
        for i in layer.rows {
          for j in layer.columns {
            let (s, drive) = (layer.states[i, j], layer.drive[i, j])
            let target = beta == 0 ? nil : layer.targets[i, j]
            let expected = scalar.newton(
              s, drive: drive, target: target, beta: beta, steps: steps, factor: factor)
            if 1 + beta - curve.bend(s) * drive <= 0.25 { damped += 1 }
            largest = max(largest, abs(states[i, j] - s))
            // A step that is damped in one precision and not in the other leads elsewhere, until both rest.
            #expect(abs(states[i, j] - expected) <= (steps == 30 ? 60 : 400) * precision.epsilon, "\(steps)")
            #expect(activity?[i, j] == scalar.rho(states[i, j]))
            // Where F is hardly convex steps take long, or lead to and fro.
            let curvatures = [s, states[i, j]].map { 1 + beta - curve.bend($0) * drive }
            guard steps == 30, factor == 1, curvatures.allSatisfy({ $0 > 0.5 }) else { continue }
            let force =
              curve.slope(Complex(re: states[i, j])).re * drive - states[i, j]
              + (target.map { beta * ($0 - states[i, j]) } ?? 0)
            #expect(abs(force) <= 20 * precision.epsilon)
          }
        }
        #expect(abs(residual - largest) <= 8 * precision.epsilon && states.hasZeroPadding)
      }
    }
    #expect(damped > 0 || curve == .sigmoid || curve == .tanh, "no unit is where F is not convex")
  }

  @Test("forward: ρ of the drive", arguments: Precision.allCases, curves)
  func forward(precision: Precision, curve: Curve) {
    check(Moved(curve, precision), .forward, beta: 0, step: 0.5, divisor: 1) { scalar, _, drive, _ in
      scalar.rho(drive)
    }
  }

  @Test("a slice of the columns leaves the others as they are", arguments: Precision.allCases, curves)
  func slice(precision: Precision, curve: Curve) {
    for columns in [16..<32, 32..<45] {
      check(Moved(curve, precision, columns: columns), .euler, beta: 0.3, step: 0.5, divisor: 0.5) {
        $0.euler($1, drive: $2, target: $3, beta: 0.3, step: 0.5)
      }
    }
  }

  /// ρ′ is not 0 at the ends of the closed interval: such a unit would never move again.
  @Test(
    "a saturated unit moves when its drive turns", arguments: [Curve.hardSigmoid, .relu6, .halfHardSigmoid],
    [Move.euler, .minimize])
  func saturated(curve: Curve, move: Move) throws {
    let top = try #require(curve.top)
    for precision in Precision.allCases {
      let states = Matrix(rows: 1, columns: 2, precision: precision) { $1 == 0 ? 0 : top }
      // At rest in the middle of the range.
      let half = curve == .halfHardSigmoid ? 1 : top / 2
      let drive = Matrix(rows: 1, columns: 2, precision: precision) { _, _ in half }
      var (next, activity): (Matrix, Matrix?) = (states, curve.isIdentity ? nil : states)
      let update = LayerUpdate(move: move, curve: curve, step: 0.5)
      let residual = update.apply(
        to: states, activity: activity, drive: drive, rows: 0..<1, columns: 0..<2, next: &next,
        nextActivity: &activity)
      let expected = move == .euler ? [0.25 * top, 0.75 * top] : [0.5 * top, 0.5 * top]
      let tolerance = 4 * precision.epsilon * top
      for j in 0...1 { #expect(abs(next[0, j] - expected[j]) <= tolerance) }
      #expect(abs(residual - 0.5 * top) <= 2 * tolerance)
    }
  }

  @Test("the half hard sigmoid shows half its drive at rest, from 0 to 1", arguments: Precision.allCases)
  func half(precision: Precision) throws {
    let states = Matrix(rows: 1, columns: 41, precision: precision)
    let drive = Matrix(rows: 1, columns: 41, precision: precision) { Double($1) / 8 - 2 }
    var (next, activity): (Matrix, Matrix?) = (states, states)
    _ = LayerUpdate(move: .minimize, curve: .halfHardSigmoid, step: 0.5).apply(
      to: states, activity: states, drive: drive, rows: 0..<1, columns: 0..<41, next: &next,
      nextActivity: &activity)
    let shown = try #require(activity).row(0)
    for (j, rho) in shown.enumerated() {
      #expect(abs(rho - min(max(drive[0, j] / 2, 0), 1)) <= precision.epsilon)
    }
    // At the upper bound it is 1, not nearly 1.
    #expect(shown.last == 1 && shown.first == 0)
  }

  /// A clip that swallowed a NaN would hide a diverged state for ever.
  @Test("a NaN passes the clip and is seen", arguments: Precision.allCases, curves)
  func notANumber(precision: Precision, curve: Curve) {
    for move in [Move.euler, .minimize, .forward] {
      for bad in [Double.nan, .signalingNaN] {
        let layer = Moved(curve, precision)
        var drive = layer.drive
        drive[3, 20] = bad
        var (next, activity) = (layer.states, layer.activity)
        let update = LayerUpdate(move: move, curve: curve, step: 0.5, beta: 0.2, targets: layer.targets)
        _ = update.apply(
          to: layer.states, activity: layer.activity, drive: drive, rows: 1..<6, columns: 0..<45, next: &next,
          nextActivity: &activity)
        #expect(next[3, 20].isNaN)
        #expect(!next.isFinite(rows: 0..<7, columns: 0..<45) && !next.isFinite(rows: 3..<4, columns: 16..<32))
        #expect(next.isFinite(rows: 0..<3, columns: 0..<45) && next.isFinite(rows: 4..<7, columns: 0..<45))
      }
    }
  }
}
