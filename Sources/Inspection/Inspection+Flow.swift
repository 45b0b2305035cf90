import EnergyModels
import EquilibriumPropagation
import Tasks
import Tensors

/// How the velocity at a point of a flow is found.
public enum FlowSampler: String, CaseIterable, Sendable {
  /// v = αλ (x* − x): the input settles too, tied to x by its spring, as in training.
  case spring
  /// v = −α ∂E/∂x: x is held, and the hidden layers settle.
  case gradient
}

/// How points of a flow are followed.
public struct FlowCourse: Equatable, Sendable {
  public var sampler = FlowSampler.spring
  /// Of t, from one velocity to the next.
  public var step = 0.01
  /// The last t at which a velocity is asked for.
  public var until = 1.0
  /// Of each point states that are kept on its way, the last one among them.
  public var frames = 1
  /// The key of the noise.
  public var seed: UInt64 = 1

  public init() {}

  /// Velocities that are asked for: at t = 0, step … until.
  public var velocities: Int { Int((until / step).rounded()) + 1 }
}

/// Points of a flow on their way from noise to data.
public struct FlowPaths: Equatable, Sendable {
  /// t after each frame's last step.
  public var times: [Double] = []
  /// Of each frame the points, in order.
  public var frames: [[[Double]]] = []

  public init() {}
}

extension Inspection {
  /// Points that settle and stop together, so that they have the same bits wherever and with whomever they are drawn.
  public static var flowBlock: Int { 32 }

  /// Follows the flow from noise by Euler steps, x ← x + Δt v(x), hidden layers at 0 before each; x is brought within the
  /// range of the data at the end.
  ///
  /// - Parameters:
  ///   - points: their numbers, a multiple of `flowBlock` from one range to the next; noise is a function of (seed, point,
  ///     unit).
  ///   - label: of each point, where labels clamp a layer.
  public func follow(
    points: Range<Int>, _ course: FlowCourse, label: (Int) -> Int = { _ in 0 }
  ) throws -> FlowPaths {
    let random = CounterRandom(seed: course.seed, purpose: .samples)
    var x = Matrix(rows: points.count, columns: network.inputs, precision: parameters.precision) {
      random.normal(points.lowerBound + $0, 0, $1)
    }
    let field = VelocityField(
      self, rows: points.count, sampler: course.sampler, labels: points.map(label))
    let ranges = (0..<data.extents[2]).map(data.values(parameters.precision).range)
    var paths = FlowPaths()
    for number in 0..<course.velocities {
      let velocity = try field.velocity(at: x)
      for row in 0..<x.rows { for j in 0..<x.columns { x[row, j] += course.step * velocity[row, j] } }
      guard paths.frames.count < (number + 1) * course.frames / course.velocities else { continue }
      paths.times.append(Double(number + 1) * course.step)
      let isLast = number == course.velocities - 1
      paths.frames.append(
        (0..<x.rows).map { row in
          isLast
            ? x.row(row).enumerated().map { j, value in
              let range = ranges[j % ranges.count]
              return min(max(value, range.lowerBound), range.upperBound)
            } : x.row(row)
        })
    }
    return paths
  }
}

/// The velocities of a trained flow at any points.
public struct VelocityField {
  private let inspection: Inspection
  private let method: Method
  private let phase: Phase
  private let labels: Matrix?
  private let shards: [Int]
  /// αλ of the spring's displacement, α of the gradient.
  private let factor: Double
  private let sampler: FlowSampler

  /// Of a run that learns a flow.
  ///
  /// - Parameter labels: of each point, read where labels clamp a layer.
  public init(_ inspection: Inspection, rows: Int, sampler: FlowSampler, labels: [Int]) {
    guard let flow = inspection.run.task.task as? Flow else { preconditionFailure("a run without a flow") }
    self.inspection = inspection
    self.sampler = sampler
    factor = flow.scale * (sampler == .spring ? inspection.network.input.stiffness : 1)
    var relaxation = inspection.relaxation
    relaxation.start = .zero
    method = Method(
      inspection.run.procedure.relaxing(as: relaxation), portion: inspection.parameters.portion, rows: rows,
      precision: inspection.parameters.precision, neighbours: Alone())
    var phase = Phase.free(method.procedure.scheme)
    phase.holdsInput = sampler == .gradient
    self.phase = phase
    shards = Array(stride(from: 0, to: rows, by: Inspection.flowBlock)) + [rows]
    let held = inspection.network.clampedLayers.first
    self.labels = held.map { k in
      Matrix(
        rows: rows, columns: inspection.network.units(k), precision: inspection.parameters.precision
      ) { $1 == labels[$0] ? 1 : 0 }
    }
  }

  /// v(x), a row a point.
  public func velocity(at x: Matrix) throws -> Matrix {
    let (parameters, network) = (inspection.parameters, inspection.network)
    var clamped = Clamped(shards: shards, input: x, targets: nil, parameters: parameters)
    clamped.labels = labels
    let start = State(rows: x.rows, portion: parameters.portion, precision: parameters.precision)
    let rest = try method.run(
      phase, number: 0, from: start, ends: [], clamped: clamped, parameters: parameters)
    let moved =
      sampler == .spring
      ? rest.state[0].states
      : parameters.drive(of: 0, state: rest.state, clamped: clamped, rows: 0..<x.rows)
    return Matrix(rows: x.rows, columns: network.inputs, precision: parameters.precision) {
      factor * (moved[$0, $1] - x[$0, $1])
    }
  }
}
