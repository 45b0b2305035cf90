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
    let spread = curve == .hardSigmoid ? 1.0 : 2
    states = Matrix(rows: 7, columns: 45, precision: precision) {
      let s = spread * noise($0, $1, 71)
      return curve == .hardSigmoid ? min(max(1.5 * s, 0), 1) : s
    }
    drive = Matrix(rows: 7, columns: columns.count, precision: precision) { 2 * noise($0, $1, 72) }
    targets = Matrix(rows: 7, columns: 45, precision: precision) { noise($0, $1, 73) > 0 ? 1 : 0 }
  }

  var isIdentity: Bool { curve == .hardSigmoid || curve == .linear }

  var activity: Matrix? {
    guard !isIdentity else { return nil }
    var activity = Matrix(rows: 7, columns: 45, precision: precision)
    activity.activate(states, curve: curve, rows: 0..<7, columns: 0..<45)
    return activity
  }

  /// The states, ρ of them and the residual after a move.
  func moved(_ move: Move, beta: Double, step: Double) -> (
    states: Matrix, activity: Matrix?, residual: Double
  ) {
    var (next, nextActivity) = (states, activity)
    let update = LayerUpdate(move: move, curve: curve, step: step, beta: beta, targets: targets)
    let residual = update.apply(
      to: states, activity: activity, drive: drive, rows: rows, columns: columns, next: &next,
      nextActivity: &nextActivity)
    return (next, nextActivity, residual)
  }
}

@Suite("Updates of a layer") struct LayerUpdateTests {
  static let curves: [Curve] = [.hardSigmoid, .sigmoid, .tanh, .linear]

  private func check(
    _ layer: Moved, _ move: Move, beta: Double, step: Double, divisor: Double,
    _ unit: (ScalarUnit, Double, Double, Double?) -> Double
  ) {
    let (states, activity, residual) = layer.moved(move, beta: beta, step: step)
    let scalar = ScalarUnit(precision: layer.precision, curve: layer.curve)
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
        #expect(states[i, j] == expected, "\(layer.curve) \(move) at \(i), \(j)")
        if let activity { #expect(activity[i, j] == scalar.rho(expected)) }
      }
    }
    #expect(states.hasZeroPadding && activity?.hasZeroPadding ?? true)
    if move == .forward {
      #expect(residual == 0)
    } else {
      #expect(residual == layer.precision.quotient(largest, layer.precision.rounded(divisor)))
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
      let divisor = curve == .hardSigmoid || curve == .linear ? 1 : 0.5
      check(Moved(curve, precision), .minimize, beta: beta, step: 0.5, divisor: divisor) {
        $0.minimize($1, drive: $2, target: $3, beta: beta, step: 0.5)
      }
    }
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

  /// ρ′ is 1 on the closed interval: with ρ′ = 0 at the ends such a unit would never move again.
  @Test(
    "a saturated unit moves when its drive turns", arguments: Precision.allCases, [Move.euler, .minimize])
  func saturated(precision: Precision, move: Move) {
    let states = Matrix(rows: 1, columns: 2, precision: precision) { $1 == 0 ? 0 : 1 }
    let drive = Matrix(rows: 1, columns: 2, precision: precision) { _, _ in 0.5 }
    var (next, none): (Matrix, Matrix?) = (states, nil)
    let update = LayerUpdate(move: move, curve: .hardSigmoid, step: 0.5)
    let residual = update.apply(
      to: states, activity: nil, drive: drive, rows: 0..<1, columns: 0..<2, next: &next, nextActivity: &none)
    #expect(next.row(0) == (move == .euler ? [0.25, 0.75] : [0.5, 0.5]))
    #expect(residual == 0.5)
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
