import EnergyModels
import EquilibriumPropagation
import Inspection
import Tensors
import TestSupport
import Testing

/// Velocities of a flow, whatever its weights, and points that follow them.
@Suite struct FlowSampleTests {
  static func inspected(_ settings: [String] = []) throws -> Inspection {
    try InspectedRun(
      layers: "[{units: 40}, {units: 24}, {units: 10, anchor: clamped}]",
      [
        "task=flow", "network.input={anchor: {spring: 15}, bias: false}", "training.precision=float64",
        "data.normalize={mean: [0.5], deviation: [0.5]}", "tiling.slices=1",
        "relaxation.free={tolerance: 1e-13, at-most: 2000, rows: 4}",
      ] + settings
    ).inspection()
  }

  @Test("What the spring shows at x is what the gradient shows where the spring comes to rest")
  func identity() throws {
    let inspection = try Self.inspected()
    let labels = [3, 7, 0, 9, 4]
    let random = CounterRandom(seed: 5, purpose: .samples)
    let x = Matrix(rows: 5, columns: 64, precision: .float64) { random.normal($0, 0, $1) }
    func field(_ sampler: FlowSampler) -> VelocityField {
      VelocityField(inspection, rows: 5, sampler: sampler, labels: labels)
    }
    let shown = try field(.spring).velocity(at: x)
    // v = αλ (x* − x).
    let rest = Matrix(rows: 5, columns: 64, precision: .float64) { x[$0, $1] + shown[$0, $1] / 30 }
    let slope = try field(.gradient).velocity(at: rest)
    for row in 0..<5 {
      for j in 0..<64 { #expect(abs(shown[row, j] - slope[row, j]) <= 1e-6 * max(1, abs(slope[row, j]))) }
    }
    #expect(shown.row(0).contains { abs($0) > 0.1 })
    let other = try VelocityField(inspection, rows: 5, sampler: .spring, labels: [1, 7, 0, 9, 4])
      .velocity(at: x)
    #expect(other.row(0) != shown.row(0) && other.row(1) == shown.row(1))
  }

  @Test("Points follow their velocities from noise, and end within the range of the data")
  func follows() throws {
    let inspection = try Self.inspected()
    var course = FlowCourse()
    (course.step, course.until, course.frames, course.seed) = (0.25, 1, 5, 9)
    #expect(course.velocities == 5)
    let paths = try inspection.follow(points: 32..<35, course) { $0 % 10 }
    #expect(paths.times == [0.25, 0.5, 0.75, 1, 1.25])
    let random = CounterRandom(seed: 9, purpose: .samples)
    var x = Matrix(rows: 3, columns: 64, precision: .float64) { random.normal(32 + $0, 0, $1) }
    let field = VelocityField(inspection, rows: 3, sampler: .spring, labels: [2, 3, 4])
    for frame in paths.frames {
      let velocity = try field.velocity(at: x)
      for row in 0..<3 { for j in 0..<64 { x[row, j] += 0.25 * velocity[row, j] } }
      let isLast = frame == paths.frames.last
      for row in 0..<3 {
        #expect(frame[row] == x.row(row).map { isLast ? min(max($0, -1), 1) : $0 })
      }
    }
    let more = try inspection.follow(points: 32..<70, course) { $0 % 10 }
    #expect(more.frames.map { Array($0[..<3]) } == paths.frames)
  }
}
