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

/// ρ and its derivatives in Float64, by other formulas than the kernels': all from the hyperbolic tangent.
extension Curve {
  /// ρ(z) = z, tanh z, or ½ (1 + tanh(2z − 1)) = 1 / (1 + e^{−(4z − 2)}).
  func value(_ z: Complex) -> Complex {
    switch self {
    case .hardSigmoid: return Complex(re: min(max(z.re, 0), 1))
    case .linear: return z
    case .tanh:
      let norm = cosh(2 * z.re) + cos(2 * z.im)
      return Complex(re: sinh(2 * z.re) / norm, im: sin(2 * z.im) / norm)
    case .sigmoid:
      let bent = Curve.tanh.value(Complex(re: 2 * z.re - 1, im: 2 * z.im))
      return Complex(re: (1 + bent.re) / 2, im: bent.im / 2)
    }
  }

  /// ρ′(z), of the hard sigmoid on the open interval.
  func slope(_ z: Complex) -> Complex {
    switch self {
    case .hardSigmoid: return Complex(re: z.re > 0 && z.re < 1 ? 1 : 0)
    case .linear: return Complex(re: 1)
    case .tanh:
      let rho = value(z)
      return Complex(re: 1) - rho * rho
    case .sigmoid: return Curve.tanh.slope(Complex(re: 2 * z.re - 1, im: 2 * z.im))
    }
  }

  /// ρ″(s) of a real state.
  func bend(_ s: Double) -> Double {
    switch self {
    case .hardSigmoid, .linear: 0
    case .tanh: -2 * sinh(s) / pow(cosh(s), 3)
    case .sigmoid: 2 * Curve.tanh.bend(2 * s - 1)
    }
  }

  var isStraight: Bool { self == .hardSigmoid || self == .linear }
}
