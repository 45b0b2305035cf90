import Foundation
import Tensors
import Testing

@Suite("Responses of a layer") struct LayerResponseTests {
  static let (height, width, rows, columns) = (7, 45, 1..<6, 16..<45)

  /// What holds of a layer: of the block alone, except for the responses.
  private struct Layer {
    let precision: Precision
    let response, drive, force, slope, curve: Matrix

    /// - Parameter straight: ρ′ of units that are not clipped, where ρ is straight.
    init(_ precision: Precision, straight: Double?) {
      self.precision = precision
      response = Matrix(random: 41, rows: height, columns: width, precision: precision)
      func block(_ stream: Int) -> Matrix {
        Matrix(random: stream, rows: height, columns: columns.count, precision: precision)
      }
      (drive, force, curve) = (block(42), block(43), block(44))
      slope = Matrix(rows: height, columns: columns.count, precision: precision) {
        let x = noise($0, $1, 45)
        return straight.map { x > 0 ? $0 : 0 } ?? x
      }
    }
  }

  /// λ + ε (force + curve λ + slope drive − λ); ε is 1 where a layer goes to its own solution.
  private func check(
    _ layer: Layer, isStraight: Bool, isIdentity: Bool, hasForce: Bool, hasCurve: Bool, step: Double?
  ) {
    let update = LayerResponse(
      slope: layer.slope, bend: hasCurve ? layer.curve : nil, force: hasForce ? layer.force : nil,
      step: step)
    var (next, seen) = (layer.response, isIdentity ? nil : layer.response)
    let residual = update.apply(
      to: layer.response, drive: layer.drive, rows: Self.rows, columns: Self.columns, next: &next,
      nextSeen: &seen)
    let (tolerance, epsilon) = (16 * layer.precision.epsilon, step ?? 1)
    var largest = 0.0
    for i in 0..<Self.height {
      for j in 0..<Self.width {
        let before = layer.response[i, j]
        guard Self.rows.contains(i), Self.columns.contains(j) else {
          #expect(next[i, j] == before && seen?[i, j] ?? before == before)
          continue
        }
        let place = j - Self.columns.lowerBound
        let slope = layer.slope[i, place]
        // A unit that is clipped feels no force.
        var pull = slope * layer.drive[i, place]
        if hasForce { pull += isStraight && slope == 0 ? 0 : layer.force[i, place] }
        if hasCurve { pull += layer.curve[i, place] * before }
        let expected = before + epsilon * (pull - before)
        largest = max(largest, abs(expected - before) / epsilon)
        #expect(abs(next[i, j] - expected) <= tolerance)
        if let seen { #expect(abs(seen[i, j] - slope * expected) <= tolerance) }
      }
    }
    #expect(abs(residual - largest) <= tolerance / epsilon)
    #expect(next.hasZeroPadding && seen?.hasZeroPadding ?? true)
  }

  @Test("where ρ bends: λ + ε (force + ρ″D λ + ρ′ drive − λ), and g = ρ′ λ", arguments: Precision.allCases)
  func smooth(precision: Precision) {
    for hasForce in [false, true] {
      for step in [0.1, 0.5, 1] {
        check(
          Layer(precision, straight: nil), isStraight: false, isIdentity: false, hasForce: hasForce,
          hasCurve: true, step: step)
      }
      // Errors that come down a feed-forward network: no past, no curvature.
      check(
        Layer(precision, straight: nil), isStraight: false, isIdentity: false, hasForce: hasForce,
        hasCurve: false, step: nil)
    }
  }

  @Test(
    "where ρ is straight: an Euler step or the solution at once; clipped units feel nothing",
    arguments: Precision.allCases)
  func straight(precision: Precision) {
    for hasForce in [false, true] {
      for step in [0.1, 0.5, 1, nil] {
        for slope in [1, 0.5.squareRoot()] {
          check(
            Layer(precision, straight: slope), isStraight: true, isIdentity: slope == 1, hasForce: hasForce,
            hasCurve: false, step: step)
        }
      }
    }
  }

  @Test(
    "ρ′(s), 0 where a state is clipped, and ρ″(s) times the drive", arguments: Precision.allCases,
    LayerUpdateTests.curves)
  func slopes(precision: Precision, curve: Curve) {
    let states = Matrix(rows: Self.height, columns: Self.width, precision: precision) {
      curve.clipped(1.5 * (curve.top ?? 1) * noise($0, $1, 46))
    }
    var activity = Matrix(rows: Self.height, columns: Self.width, precision: precision)
    activity.activate(states, curve: curve, rows: 0..<Self.height, columns: 0..<Self.width)
    let drive = Matrix(random: 47, rows: Self.height, columns: Self.columns.count, precision: precision)
    for hasCurve in [false, true] {
      var slope = Matrix(random: 48, rows: Self.height, columns: Self.columns.count, precision: precision)
      var bend: Matrix? = hasCurve ? slope : nil
      let before = slope
      slope.setSlopes(
        of: curve, states: states, activity: activity, drive: drive, rows: Self.rows, columns: Self.columns,
        bend: &bend)
      for i in 0..<Self.height {
        for (place, j) in Self.columns.enumerated() {
          guard Self.rows.contains(i) else {
            #expect(
              slope[i, place] == before[i, place] && bend?[i, place] ?? 0 == (hasCurve ? before[i, place] : 0)
            )
            continue
          }
          // A bound that is not a number of the precision is still the bound.
          let s = curve.top.flatMap { states[i, j] == precision.rounded($0) ? $0 : nil } ?? states[i, j]
          #expect(abs(slope[i, place] - curve.slope(Complex(re: s)).re) <= 8 * precision.epsilon)
          if let bend {
            #expect(abs(bend[i, place] - curve.bend(s) * drive[i, place]) <= 32 * precision.epsilon)
          }
        }
      }
    }
    if let top = curve.top.map(precision.rounded) {
      #expect((0..<45).contains { states[2, $0] == 0 } && (0..<45).contains { states[2, $0] == top })
    }
  }
}
