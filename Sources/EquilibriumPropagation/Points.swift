import Foundation

/// N-point nudging: the mean over n of ∂F/∂θ at β_n = β e^{2πin/N}, each divided by β_n.
///
/// Phases n and N − n are each other's conjugates, and those at ±β stay real: only the others relax on complex states,
/// and of their β no proposition speaks.
///
/// Source: Laborieux & Zenke 2022, arXiv:2209.00530.
struct Points {
  private let scheme: Scheme
  private let count: Int

  init(_ scheme: Scheme) { (self.scheme, count) = (scheme, scheme.nudging.points ?? 2) }

  private var beta: Double { scheme.nudging.beta }
  private var isEven: Bool { count.isMultiple(of: 2) }

  /// Angles of the points above the real axis.
  private var angles: [Double] {
    (1..<max(1, (count + 1) / 2)).map { 2 * Double.pi * Double($0) / Double(count) }
  }

  /// After the free phase: those at +β and, where N is even, −β, then the complex ones.
  var phases: [Phase] {
    (isEven ? [beta, -beta] : [beta]).map { .nudged(scheme, beta: $0) }
      + angles.map {
        Phase(
          "nudged phase, complex β", from: .end(of: 0), sweep: scheme.relaxation.order.nudged,
          ComplexDescent(relaxation: scheme.relaxation, beta: (re: beta * cos($0), im: beta * sin($0))),
          for: scheme.relaxation.nudged)
      }
  }

  var contrast: ContrastForm {
    let real: ContrastForm.Term = isEven ? .difference(1, minus: 2) : .product(1, 1)
    // β / β_n, twice: for n and its conjugate.
    let complex = angles.enumerated().map { index, angle in
      ContrastForm.Term.complex((isEven ? 3 : 2) + index, re: 2 * cos(angle), im: -2 * sin(angle))
    }
    return ContrastForm([real] + complex, over: Double(count) * beta, promise: .cost)
  }
}
