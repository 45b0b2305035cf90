/// A curve ρ that no kernel knows: smooth, without bounds, in plain Swift.
public struct OwnCurve: Equatable, Sendable {
  public let name: String
  public let value: @Sendable (Double) -> Double
  /// ρ′ and ρ″.
  public let slope: @Sendable (Double) -> Double
  public let bend: @Sendable (Double) -> Double

  public init(
    name: String, value: @escaping @Sendable (Double) -> Double,
    slope: @escaping @Sendable (Double) -> Double,
    bend: @escaping @Sendable (Double) -> Double
  ) {
    (self.name, self.value, self.slope, self.bend) = (name, value, slope, bend)
  }

  public static func == (a: Self, b: Self) -> Bool { a.name == b.name }
}

extension LayerUpdate {
  /// `apply` for a curve of one's own: Euler steps, or Newton steps towards a minimiser, which has no closed form.
  func apply(
    _ own: OwnCurve, to states: Matrix, drive: Matrix, rows: Range<Int>, columns: Range<Int>,
    next: inout Matrix, nextActivity: inout Matrix?
  ) -> Double {
    guard !states.precision.isHollow else {
      next.makeUnique()
      nextActivity?.makeUnique()
      return 0
    }
    var residual = 0.0
    for row in rows {
      for (index, column) in columns.enumerated() {
        let (s, felt) = (states[row, column], drive[row, index])
        if move == .forward {
          next[row, column] = own.value(felt)
        } else if move == .minimize, newton > 0 {
          next[row, column] = minimum(of: own, from: s, drive: felt, target: targets?[row, column])
          residual = max(residual, abs(next[row, column] - s))
        } else {
          let pull = beta == 0 ? 0 : beta * ((targets?[row, column] ?? s) - s)
          next[row, column] = s + step * (own.slope(s) * felt - s + pull)
          residual = max(residual, abs(next[row, column] - s) / step)
        }
        nextActivity?[row, column] = own.value(next[row, column])
      }
    }
    return residual
  }

  /// Newton steps on s − ρ′(s) D − β (d − s) = 0, each damped where F is not clearly convex.
  private func minimum(of own: OwnCurve, from s: Double, drive: Double, target: Double?) -> Double {
    var moved = s
    let beta = target == nil ? 0 : beta
    for _ in 0..<newton {
      let force = own.slope(moved) * drive - moved + beta * ((target ?? 0) - moved)
      let curvature = 1 + beta - own.bend(moved) * drive
      moved += curvature > 0.25 ? force / curvature : 0.7 / max(1, 1 + beta) * force
    }
    return s + factor * (moved - s)
  }
}

extension Matrix {
  /// self[rows, columns] = ρ(states[rows, columns]).
  mutating func activate(_ own: OwnCurve, _ states: Matrix, rows: Range<Int>, columns: Range<Int>) {
    guard !precision.isHollow else { return makeUnique() }
    for row in rows { for column in columns { self[row, column] = own.value(states[row, column]) } }
  }

  /// self[rows, 0 …] = ρ′(states[rows, columns]), and in `bend` ρ″(states) drive.
  mutating func setSlopes(
    _ own: OwnCurve, _ states: Matrix, drive: Matrix, rows: Range<Int>, columns: Range<Int>,
    bend: inout Matrix?
  ) {
    guard !precision.isHollow else {
      makeUnique()
      bend?.makeUnique()
      return
    }
    for row in rows {
      for (index, column) in columns.enumerated() {
        self[row, index] = own.slope(states[row, column])
        bend?[row, index] = own.bend(states[row, column]) * drive[row, index]
      }
    }
  }
}
