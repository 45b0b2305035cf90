import Foundation
import Tensors
import TestBasis
import Testing

/// ρ by an exponential of our own: as true as the C library's, and the same wherever a unit stands.
@Suite("Activations") struct ActivationTests {
  private func activity(_ states: [Double], _ curve: Curve, _ precision: Precision) -> [Double] {
    let matrix = Matrix(rows: 1, columns: states.count, precision: precision) { states[$1] }
    var out = matrix
    out.activate(matrix, curve: curve, rows: 0..<1, columns: 0..<states.count)
    return out.row(0)
  }

  /// Small, large, negative, next to nothing: 40 to a decade.
  private var states: [Double] {
    let sizes = (-600...110).map { pow(10, Double($0) / 40) }
    return sizes + sizes.map { -$0 } + [0, -0.0] + (0...4000).map { Double($0) / 500 - 4 }
  }

  /// ρ of a state that the precision holds; the sigmoid's argument 4s − 2 is rounded as the method has it.
  private func exact(_ s: Double, _ curve: Curve, _ precision: Precision) -> Double {
    switch curve {
    case .own(let own): own.value(s)
    case .sigmoid: 1 / (1 + exp(precision.sum(2, -4 * s)))
    case .tanh: tanh(s)
    case .hardSigmoid: min(max(s, 0), 1)
    case .linear, .binary: s
    case .relu6: min(max(s, 0), 6)
    case .halfHardSigmoid: min(max(s / 2.0.squareRoot(), 0), 1)
    case .silu: s / (1 + exp(-s))
    case .cappedSilu: 10 * tanh(s / (1 + exp(-s)) / 10)
    case .relu: max(s, 0)
    case .gelu: 0.5 * s * (1 + tanh((2 / Double.pi).squareRoot() * (s + 0.044715 * s * s * s)))
    }
  }

  /// |a − b| in units of b's last place.
  private func ulps(_ a: Double, _ b: Double, _ precision: Precision) -> Double {
    abs(a - b) / (precision == .float32 ? Double(Float(b).ulp) : b.ulp)
  }

  @Test(
    "within 4 units of the last place of the exact value, 6 where it is of two curves, near 0 and far out",
    arguments: Precision.allCases, LayerUpdateTests.curves)
  func accuracy(precision: Precision, curve: Curve) {
    let states = states.map(precision.rounded)
    var worst = 0.0
    for (s, rho) in zip(states, activity(states, curve, precision)) {
      let exact = exact(s, curve, precision)
      // Where an exponential would overflow sigmoid and silu stay at their smallest; so near 0 nothing is to be told
      // apart.
      guard abs(exact) > 1e-36 || s > -1 || ![.sigmoid, .silu, .cappedSilu].contains(curve) else {
        #expect(abs(rho) <= 1e-35 && (rho >= 0) == (curve == .sigmoid))
        continue
      }
      worst = max(worst, ulps(rho, exact, precision))
      if curve == .tanh { #expect(abs(rho) <= 1 && (rho < 0) == (s < 0)) }
    }
    measured("ρ \(curve) \(precision): largest error in ulp", worst)
    #expect(worst <= (curve == .cappedSilu ? 6 : 4))
  }

  @Test("rises with the state to its bounds", arguments: Precision.allCases, [Curve.sigmoid, .tanh])
  func bounds(precision: Precision, curve: Curve) {
    let low: Double = curve == .tanh ? -1 : 0
    for (s, expected) in [
      (1e30, 1.0), (100, 1), (-1e30, low), (-100, low), (.infinity, 1), (-.infinity, low),
    ] {
      #expect(abs(activity([s], curve, precision)[0] - expected) <= 1e-35)
    }
    let risen = activity((0...2000).map { Double($0) / 1000 - 1 }, curve, precision)
    #expect(zip(risen, risen.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(activity([.nan, 0.5, .signalingNaN], curve, precision).map(\.isNaN) == [true, false, true])
  }

  @Test("silu falls to its least value and rises without a bound", arguments: Precision.allCases)
  func silu(precision: Precision) {
    // ρ′ = 0 at s = −1.2784645…, and there ρ = s + 1.
    let least = activity([-1.278_464_542_761_073_8], .silu, precision)[0]
    #expect(abs(least + 0.278_464_542_761_073_8) <= 4 * precision.epsilon)
    let found = activity((0...2000).map { Double($0) / 100 - 10 }, .silu, precision)
    #expect(found.allSatisfy { $0 >= least - 4 * precision.epsilon })
    #expect(activity([1e30, .infinity, .nan], .silu, precision).map { $0 >= 9e29 } == [true, true, false])
  }

  @Test("capped silu rises to 10, and is silu near 0", arguments: Precision.allCases)
  func capped(precision: Precision) {
    let risen = activity((0...2000).map { Double($0) / 20 }, .cappedSilu, precision)
    #expect(zip(risen, risen.dropFirst()).allSatisfy { $0 <= $1 + 20 * precision.epsilon })
    #expect(activity([1e4, 1e30, .infinity], .cappedSilu, precision) == [10, 10, 10])
    #expect(activity([.nan, 0], .cappedSilu, precision).map(\.isNaN) == [true, false])
    for s in [-0.01, 0.02, 0.1] {
      let (bent, plain) = (activity([s], .cappedSilu, precision)[0], activity([s], .silu, precision)[0])
      #expect(abs(bent - plain) <= abs(plain) * (plain * plain / 290 + 4 * precision.epsilon))
    }
  }

  @Test(
    "the same bits in any column, the padding zero", arguments: Precision.allCases,
    [Curve.sigmoid, .tanh, .silu, .cappedSilu])
  func place(precision: Precision, curve: Curve) {
    for width in [1, 5, 15, 16, 17, 31, 40] {
      let states = (0..<width).map { precision.rounded(2 * noise($0, 0, 49)) }
      let matrix = Matrix(rows: 2, columns: width, precision: precision) {
        states[width - 1 - $1] + 0 * Double($0)
      }
      var out = matrix
      out.activate(matrix, curve: curve, rows: 0..<2, columns: 0..<width)
      for row in 0..<2 {
        #expect(out.row(row) == states.reversed().map { activity([$0], curve, precision)[0] })
      }
      #expect(out.hasZeroPadding)
    }
  }
}
