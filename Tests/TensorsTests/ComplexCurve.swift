import Foundation
import Tensors

/// A complex number, for the formulas that the kernels are held against.
struct Complex {
  var re: Double
  var im: Double = 0

  static func + (a: Complex, b: Complex) -> Complex { Complex(re: a.re + b.re, im: a.im + b.im) }
  static func - (a: Complex, b: Complex) -> Complex { Complex(re: a.re - b.re, im: a.im - b.im) }
  static func * (a: Complex, b: Complex) -> Complex {
    Complex(re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re)
  }
  static func / (a: Complex, b: Complex) -> Complex {
    let norm = b.re * b.re + b.im * b.im
    return Complex(re: (a.re * b.re + a.im * b.im) / norm, im: (a.im * b.re - a.re * b.im) / norm)
  }
}

/// ρ and its derivatives in Float64, by other formulas than the kernels': all bent ones from the hyperbolic tangent.
extension Curve {
  /// ρ(z) = z, tanh z, ½ (1 + tanh(2z − 1)) = 1 / (1 + e^{−(4z − 2)}), or ½ z (1 + tanh(z/2)) = z / (1 + e^{−z}).
  func value(_ z: Complex) -> Complex {
    switch self {
    case .own: preconditionFailure("no complex curve of one's own")
    case .hardSigmoid, .relu6: return Complex(re: clipped(z.re))
    case .halfHardSigmoid: return Complex(re: clipped(z.re) / 2.0.squareRoot())
    case .linear, .binary: return z
    case .tanh:
      let norm = cosh(2 * z.re) + cos(2 * z.im)
      return Complex(re: sinh(2 * z.re) / norm, im: sin(2 * z.im) / norm)
    case .sigmoid:
      let bent = Curve.tanh.value(Complex(re: 2 * z.re - 1, im: 2 * z.im))
      return Complex(re: (1 + bent.re) / 2, im: bent.im / 2)
    case .silu: return z * Curve.logistic(z)
    case .relu: return Complex(re: max(z.re, 0))
    case .gelu: return z * Curve.gate(z)
    case .cappedSilu: return Complex(re: 10) * Curve.tanh.value(Complex(re: 0.1) * Curve.silu.value(z))
    }
  }

  /// ½ (1 + tanh(z/2)).
  private static func logistic(_ z: Complex) -> Complex {
    let bent = Curve.tanh.value(Complex(re: z.re / 2, im: z.im / 2))
    return Complex(re: (1 + bent.re) / 2, im: bent.im / 2)
  }

  /// ½ (1 + tanh(√(2/π) (z + 0.044715 z³))), real.
  private static func gate(_ z: Complex) -> Complex {
    let inner = (2 / Double.pi).squareRoot() * (z.re + 0.044715 * z.re * z.re * z.re)
    return Complex(re: (1 + Curve.tanh.value(Complex(re: inner)).re) / 2)
  }

  /// ρ′(z), where states are clipped on the open interval.
  func slope(_ z: Complex) -> Complex {
    switch self {
    case .own: preconditionFailure("no complex curve of one's own")
    case .hardSigmoid, .relu6, .halfHardSigmoid:
      let isOpen = z.re > 0 && z.re < (top ?? .infinity)
      return Complex(re: !isOpen ? 0 : self == .halfHardSigmoid ? 0.5.squareRoot() : 1)
    case .linear, .binary: return Complex(re: 1)
    case .tanh:
      let rho = value(z)
      return Complex(re: 1) - rho * rho
    case .sigmoid: return Curve.tanh.slope(Complex(re: 2 * z.re - 1, im: 2 * z.im))
    case .silu:
      let sigma = Curve.logistic(z)
      return sigma + z * sigma * (Complex(re: 1) - sigma)
    case .relu: return Complex(re: z.re > 0 ? 1 : 0)
    case .gelu:
      let gate = Curve.gate(z).re
      let inner = (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * z.re * z.re)
      return Complex(re: gate + 2 * z.re * gate * (1 - gate) * inner)
    case .cappedSilu:
      return Curve.tanh.slope(Complex(re: 0.1) * Curve.silu.value(z)) * Curve.silu.slope(z)
    }
  }

  /// ρ″(s) of a real state.
  func bend(_ s: Double) -> Double {
    switch self {
    case .own(let own): own.bend(s)
    case .hardSigmoid, .linear, .relu6, .halfHardSigmoid, .binary, .relu: 0
    // By differences: no kernel bends it.
    case .gelu: (slope(Complex(re: s + 1e-5)).re - slope(Complex(re: s - 1e-5)).re) / 2e-5
    case .tanh: -2 * sinh(s) / pow(cosh(s), 3)
    case .sigmoid: 2 * Curve.tanh.bend(2 * s - 1)
    // σ = ½ (1 + tanh(s/2)): σ′ = ¼ tanh′(s/2), σ″ = ⅛ tanh″(s/2).
    case .silu: 0.5 * Curve.tanh.slope(Complex(re: s / 2)).re + s * Curve.tanh.bend(s / 2) / 8
    case .cappedSilu:
      // (10 tanh(x/10))″ = tanh″(x/10) x′²/10 + tanh′(x/10) x″.
      capped(
        Curve.silu.value(Complex(re: s)).re / 10, Curve.silu.slope(Complex(re: s)).re, Curve.silu.bend(s))
    }
  }

  private func capped(_ inner: Double, _ slope: Double, _ bend: Double) -> Double {
    Curve.tanh.bend(inner) * slope * slope / 10 + Curve.tanh.slope(Complex(re: inner)).re * bend
  }

  static let all: [Curve] = [
    .hardSigmoid, .sigmoid, .tanh, .linear, .relu6, .halfHardSigmoid, .silu, .cappedSilu,
  ]

  /// The upper bound of the states, whose lower one is 0; nil where they are not clipped.
  var top: Double? {
    switch self {
    case .own: nil
    case .hardSigmoid: 1
    case .relu6: 6
    case .halfHardSigmoid: 2.0.squareRoot()
    case .sigmoid, .tanh, .linear, .silu, .cappedSilu, .binary, .relu, .gelu: nil
    }
  }

  func clipped(_ s: Double) -> Double { top.map { min(max(s, 0), $0) } ?? s }

  /// Whether ρ is linear on the states' range.
  var isStraight: Bool { top != nil || self == .linear }

  /// Whether ρ(s) = s there.
  var isIdentity: Bool { isStraight && self != .halfHardSigmoid }
}
