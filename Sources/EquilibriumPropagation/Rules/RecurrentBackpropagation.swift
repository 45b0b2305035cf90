import EnergyModels
import Tensors

/// Recurrent backpropagation: the exact gradient at the fixed point, by implicit differentiation and without a matrix.
///
///     (∂²E/∂s²) λ = −∂C/∂s,   g_k = ρ′(s_k) ⊙ λ_k,   −dC/dW_k = ρ(s_{k−1}) g_kᵀ + g_{k−1} ρ(s_k)ᵀ,   −dC/db_k = g_k
///
/// λ is found by the relaxation's own iteration on the linearised forces, for as long as a nudged phase lasts; clipped
/// units respond to nothing.
///
/// Source: Almeida 1987; Pineda 1987, doi:10.1103/PhysRevLett.59.2229.
public struct RecurrentBackpropagation: Rule {
  public static let name = "recurrent-backpropagation"
  public static let summary = "Implicit differentiation at the fixed point: the exact gradient."
  public init() {}

  public func phases(_ scheme: Scheme, sign: Double) -> [Phase] {
    [
      .free(scheme),
      Phase("linearization", from: .end(of: 0), Linearize(), for: Duration(atMost: 1)),
      Phase(
        "response", from: .silence(slopesOf: 0), sweep: scheme.relaxation.order.nudged,
        LinearResponse(relaxation: scheme.relaxation),
        for: scheme.relaxation.nudged),
    ]
  }

  public func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
    ContrastForm([.symmetric(0, response: 2)], over: 1)
  }
}

/// ρ′(s) and ρ″(s) D, less the stiffness of a spring, of every layer of a portion at given states.
struct Linearization: Sendable {
  fileprivate let portion: Portion
  fileprivate let slopes: [Matrix]
  fileprivate let bends: [Matrix?]

  func slope(_ k: Int) -> Matrix { slopes[k - portion.layers.lowerBound] }
  func bend(_ k: Int) -> Matrix? { bends[k - portion.layers.lowerBound] }
}

/// Finds the linearization of the states, which it leaves as they are.
struct Linearize: Dynamics {
  var isStill: Bool { true }

  func motion(in scene: Scene) -> any Motion { Finding(scene) }

  private final class Finding: Motion {
    private let portion: Portion
    private var slopes: [Matrix]
    private var bends: [Matrix?]
    var findings: (any Sendable)? { Linearization(portion: portion, slopes: slopes, bends: bends) }

    init(_ scene: Scene) {
      portion = scene.portion
      let network = scene.network
      slopes = scene.portion.layers.map {
        Matrix(
          rows: scene.rows * network.positions($0), columns: scene.portion.units($0).count,
          precision: scene.precision)
      }
      bends = zip(scene.portion.layers, slopes).map { k, slope in
        let isBent = !network.activation(k).isStraight && !network.activation(k).isReadOut
        return isBent || network.input.stiffness > 0 && k == 0 ? slope : nil
      }
    }

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      let index = k - portion.layers.lowerBound
      slopes[index].setSlopes(
        of: portion.network.activation(k).curve, states: state.states, activity: state.activity,
        drive: drive, rows: rows, columns: units, bend: &bends[index])
      let stiffness = k == 0 ? portion.network.input.stiffness : 0
      if stiffness > 0 {
        for row in rows { for j in 0..<units.count { bends[index]?[row, j] -= stiffness } }
      }
      next.copy(rows: rows, from: state)
      return 0
    }
  }
}

/// The iteration that solves (∂²E/∂s²) λ = force: states are λ, activities g = ρ′ ⊙ λ.
struct LinearResponse: Dynamics {
  let relaxation: Relaxation
  var parts: DriveParts { [.below, .above] }
  var keepsSlopes: Bool { true }
  var readsOut: Bool { true }

  func motion(in scene: Scene) -> any Motion {
    guard let linearized = scene.ends.last?.findings as? Linearization else {
      preconditionFailure("a response to states that were not linearized")
    }
    return Response(
      network: scene.network, relaxation: relaxation, linearized: linearized, force: scene.force(of: 0))
  }

  private struct Response: Motion {
    let network: Network
    let relaxation: Relaxation
    let linearized: Linearization
    /// −∂C/∂s at the output, where that is computed.
    let force: Matrix?

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      let force = k == network.output ? force : nil
      if network.activation(k).isReadOut {
        // Not a state: its force is what the states respond to.
        let none = Matrix(rows: drive.rows, columns: drive.columns, precision: drive.precision)
        let update = LayerResponse(slope: linearized.slope(k), force: force, step: nil)
        return next.apply(update, to: state, drive: none, rows: rows, columns: units)
      }
      let bend = linearized.bend(k)
      guard relaxation.updates.alternates, network.activation(k).isStraight else {
        let update = LayerResponse(
          slope: linearized.slope(k), bend: bend, force: force, step: relaxation.step)
        return next.apply(update, to: state, drive: drive, rows: rows, columns: units)
      }
      // What a spring ties responds less, by 1 + λ, to its neighbours as to the force.
      let stiffness = k == 0 ? network.input.stiffness : 0
      func softened(_ pull: Matrix) -> Matrix {
        Matrix(rows: pull.rows, columns: pull.columns, precision: pull.precision) {
          pull[$0, $1] / (1 + stiffness)
        }
      }
      let isTied = stiffness > 0
      let update = LayerResponse(
        slope: linearized.slope(k), force: isTied ? force.map(softened) : force, step: nil)
      return next.apply(
        update, to: state, drive: isTied ? softened(drive) : drive, rows: rows, columns: units)
    }
  }
}

extension LearningRule {
  public static let recurrentBackpropagation = LearningRule(RecurrentBackpropagation())
}
