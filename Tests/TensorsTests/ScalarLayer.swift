import Foundation
import Tensors

/// One unit's update, written as the method states it and rounded where the kernels round: their oracle.
struct ScalarUnit {
  let precision: Precision
  let curve: Curve

  /// ρ(s), as the kernels have it: how true that is, `ActivationTests` tell.
  func rho(_ s: Double) -> Double {
    let state = Matrix(rows: 1, columns: 1, precision: precision) { _, _ in s }
    var activity = state
    activity.activate(state, curve: curve, rows: 0..<1, columns: 0..<1)
    return activity[0, 0]
  }

  /// ρ′(s), where states are clipped on the closed interval; of silu to a few units of the last place.
  func slope(_ s: Double) -> Double {
    let rho = rho(s)
    switch curve {
    case .own(let own): return own.slope(s)
    case .hardSigmoid, .linear, .relu6, .binary: return 1
    case .halfHardSigmoid: return precision.quotient(1, precision.rounded(2.0.squareRoot()))
    case .sigmoid: return precision.product(precision.product(4, rho), precision.sum(1, -rho))
    case .tanh: return precision.sum(1, -precision.product(rho, rho))
    case .silu:
      let sigma = 1 / (1 + exp(-s))
      return precision.rounded(sigma + s * sigma * (1 - sigma))
    case .relu: return rho > 0 ? 1 : 0
    case .gelu, .cappedSilu: return precision.rounded(curve.slope(Complex(re: s)).re)
    }
  }

  /// So many Newton steps on s − ρ′(s) D − β (d − s) = 0, damped where that does not rise by more than ¼: in Float64.
  func newton(_ s: Double, drive: Double, target: Double?, beta: Double, steps: Int, factor: Double) -> Double
  {
    let beta = target == nil ? 0 : beta
    var moved = s
    for _ in 0..<steps {
      let force = curve.slope(Complex(re: moved)).re * drive - moved + beta * ((target ?? 0) - moved)
      let curvature = 1 + beta - curve.bend(moved) * drive
      moved += curvature > 0.25 ? force / curvature : 0.7 * force / max(1, 1 + beta)
    }
    return s + factor * (moved - s)
  }

  private func clipped(_ s: Double) -> Double { precision.rounded(curve.clipped(s)) }

  /// s − ε ∂F/∂s, clipped where the states are.
  func euler(_ s: Double, drive: Double, target: Double?, beta: Double, step: Double) -> Double {
    var force = precision.sum(precision.product(slope(s), drive), -s)
    if let target { force = precision.fma(precision.rounded(beta), precision.sum(target, -s), force) }
    let moved = precision.fma(precision.rounded(step), force, s)
    return clipped(moved)
  }

  /// The minimiser of F in this unit, its neighbours held; an Euler step where it has no closed form.
  func minimize(_ s: Double, drive: Double, target: Double?, beta: Double, step: Double) -> Double {
    guard curve.isStraight else {
      return euler(s, drive: drive, target: target, beta: beta, step: step)
    }
    let (beta, pull) = (precision.rounded(beta), precision.product(slope(s), drive))
    let moved =
      target.map { precision.quotient(precision.fma(beta, $0, pull), precision.sum(1, beta)) } ?? pull
    return clipped(moved)
  }
}
