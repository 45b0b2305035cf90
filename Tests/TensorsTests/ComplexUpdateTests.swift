import Tensors
import Testing

@Suite("Updates of complex states") struct ComplexUpdateTests {
  static let (half, width, rows, columns) = (6, 45, 1..<5, 16..<45)
  static let curves: [Curve] = [.sigmoid, .tanh, .linear, .silu]

  private struct Layer {
    let curve: Curve
    let precision: Precision
    let states, drive, targets: Matrix
    let activity: Matrix?

    init(_ curve: Curve, _ precision: Precision, isReal: Bool = false) {
      (self.curve, self.precision) = (curve, precision)
      func parts(_ stream: Int, _ columns: Int) -> Matrix {
        Matrix(rows: 2 * half, columns: columns, precision: precision) {
          // Far from the poles: the sigmoid's nearest are at ½ ± iπ/4.
          $0 < half ? noise($0, $1, stream) : isReal ? 0 : 0.3 * noise($0, $1, stream)
        }
      }
      (states, drive) = (parts(51, width), parts(52, columns.count))
      targets = Matrix(rows: half, columns: width, precision: precision) { noise($0, $1, 53) > 0 ? 1 : 0 }
      let states = states
      func rho(_ i: Int, _ j: Int) -> Double {
        let rho = curve.value(Complex(re: states[i % half, j], im: states[half + i % half, j]))
        return i < half ? rho.re : rho.im
      }
      activity =
        curve.isStraight ? nil : Matrix(rows: 2 * half, columns: width, precision: precision, element: rho)
    }

    func moved(_ move: Move, _ beta: Complex, step: Double) -> (
      states: Matrix, activity: Matrix?, residual: Double
    ) {
      var (next, nextActivity) = (states, activity)
      let update = ComplexUpdate(
        move: move, curve: curve, step: step, beta: (beta.re, beta.im), targets: targets)
      let residual = update.apply(
        to: states, activity: activity, drive: drive, rows: rows, columns: columns, next: &next,
        nextActivity: &nextActivity)
      return (next, nextActivity, residual)
    }

    /// z − ε ∂F/∂z, or (D + β d) / (1 + β) where ρ is straight and F is minimised.
    func expected(_ i: Int, _ j: Int, _ move: Move, _ beta: Complex, step: Double) -> Complex {
      let place = j - columns.lowerBound
      let z = Complex(re: states[i, j], im: states[half + i, j])
      let drive = Complex(re: drive[i, place], im: drive[half + i, place])
      let target = Complex(re: targets[i, j])
      if move == .minimize, curve.isStraight { return (drive + beta * target) / (Complex(re: 1) + beta) }
      let force = curve.slope(z) * drive - z + beta * (target - z)
      return z + Complex(re: step) * force
    }
  }

  @Test(
    "z − ε ∂F/∂z and the minimiser where ρ is straight, under a complex β", arguments: Precision.allCases,
    curves)
  func moves(precision: Precision, curve: Curve) {
    let layer = Layer(curve, precision)
    for move in [Move.euler, .minimize] {
      for beta in [Complex(re: 0), Complex(re: 0.3), Complex(re: -0.1, im: 0.25), Complex(re: 0, im: -0.4)] {
        let (states, activity, residual) = layer.moved(move, beta, step: 0.4)
        let tolerance = 32 * precision.epsilon
        var largest = 0.0
        for i in 0..<Self.half {
          for j in 0..<Self.width {
            let before = Complex(re: layer.states[i, j], im: layer.states[Self.half + i, j])
            guard Self.rows.contains(i), Self.columns.contains(j) else {
              #expect(states[i, j] == before.re && states[Self.half + i, j] == before.im)
              continue
            }
            let z = layer.expected(i, j, move, beta, step: 0.4)
            #expect(
              abs(states[i, j] - z.re) <= tolerance && abs(states[Self.half + i, j] - z.im) <= tolerance)
            largest = max(largest, abs(z.re - before.re), abs(z.im - before.im))
            guard let activity else { continue }
            let rho = curve.value(z)
            #expect(
              abs(activity[i, j] - rho.re) <= tolerance
                && abs(activity[Self.half + i, j] - rho.im) <= tolerance)
          }
        }
        let divisor = move == .minimize && curve == .linear ? 1 : 0.4
        #expect(abs(residual - largest / divisor) <= tolerance / divisor)
        #expect(states.hasZeroPadding)
      }
    }
  }

  @Test(
    "real states under a real β stay real and move as real ones do", arguments: Precision.allCases, curves)
  func real(precision: Precision, curve: Curve) {
    let layer = Layer(curve, precision, isReal: true)
    for move in [Move.euler, .minimize] {
      let (states, activity, residual) = layer.moved(move, Complex(re: 0.3), step: 0.4)
      var (next, nextActivity) = (layer.states, layer.activity)
      let alone = LayerUpdate(move: move, curve: curve, step: 0.4, beta: 0.3, targets: layer.targets).apply(
        to: layer.states, activity: layer.activity, drive: layer.drive, rows: Self.rows,
        columns: Self.columns,
        next: &next, nextActivity: &nextActivity)
      for i in Self.rows {
        for j in Self.columns {
          #expect(abs(states[i, j] - next[i, j]) <= 8 * precision.epsilon && states[Self.half + i, j] == 0)
          if let activity, let nextActivity {
            #expect(abs(activity[i, j] - nextActivity[i, j]) <= 8 * precision.epsilon)
            #expect(activity[Self.half + i, j] == 0)
          }
        }
      }
      #expect(abs(residual - alone) <= 32 * precision.epsilon)
    }
  }

  @Test("the conjugate of a weight times z, imaginary parts in the lower rows", arguments: Precision.allCases)
  func conjugate(precision: Precision) {
    let z = Matrix(random: 54, rows: 10, columns: 21, precision: precision)
    let before = Matrix(random: 55, rows: 10, columns: 21, precision: precision)
    var out = before
    out.setConjugate(of: z, times: (re: -0.6, im: 0.8), rows: 1..<4)
    for i in 0..<5 {
      for j in 0..<21 {
        let expected = Complex(re: -0.6, im: 0.8) * Complex(re: z[i, j], im: z[5 + i, j])
        let isIn = (1..<4).contains(i)
        #expect(abs(out[i, j] - (isIn ? expected.re : before[i, j])) <= 4 * precision.epsilon)
        #expect(abs(out[5 + i, j] - (isIn ? -expected.im : before[5 + i, j])) <= 4 * precision.epsilon)
      }
    }
  }
}
