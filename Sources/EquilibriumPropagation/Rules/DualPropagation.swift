import EnergyModels
import Tensors

/// Dual propagation: a feed-forward network with two states a unit, z⁺ and z⁻, whose mean infers and whose difference learns.
///
///     up:    a_k = W_kᵀ z̄_{k−1} + b_k,   z̄_k = ρ(a_k)
///     down:  z_k^± = ρ(a_k ± ½ W_{k+1} Δ_{k+1}),   Δ_k = z_k⁺ − z_k⁻;   at the output ρ(a_L ± ½ β (d − y))
///     ΔW_k ∝ z̄_{k−1} Δ_kᵀ / β,   Δb_k ∝ Δ_k / β
///
/// One sweep up and one down. As β → 0 it is the gradient of backpropagation, with an error of O(β²), since Δ is a centered
/// difference of ρ; a read-out's Δ is β (d − p), exact for every β.
///
/// Source: Høier, Staudt & Zach 2023, arXiv:2302.01228.
public struct DualPropagation: Rule {
  public static let name = "dual-propagation"
  public static let summary = "Two states a unit: their mean infers, their difference learns."
  public init() {}

  public func phases(_ scheme: Scheme, sign: Double) -> [Phase] {
    let once = Duration(atMost: 1)
    return [
      Phase("sweep up", from: .silence(), order: .upwards, Ascent(), for: once),
      Phase(
        "sweep down", from: .silence(slopesOf: 0), order: .downwards, Descent(beta: scheme.nudging.beta),
        for: once),
    ]
  }

  public func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
    ContrastForm([.product(0, 1)], over: scheme.nudging.beta)
  }

  /// a_k of every layer of a portion.
  private struct Drives: Sendable {
    let portion: Portion
    var drives: [Matrix]
    subscript(k: Int) -> Matrix { drives[k - portion.layers.lowerBound] }
  }

  /// The feed-forward pass, which remembers what drove each layer.
  private struct Ascent: Dynamics {
    var parts: DriveParts { [.constant, .below] }

    func motion(in scene: Scene) -> any Motion { Remembering(scene) }

    private final class Remembering: Motion {
      private let portion: Portion
      private let pass: any Motion
      private var drives: [Matrix?]
      var findings: (any Sendable)? { Drives(portion: portion, drives: drives.compactMap(\.self)) }

      init(_ scene: Scene) {
        portion = scene.portion
        pass = ForwardPass(showsStates: true).motion(in: scene)
        drives = portion.layers.map { _ in nil }
      }

      func move(
        _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
        to next: inout LayerState, at instant: Instant
      ) -> Double {
        drives[k - portion.layers.lowerBound] = drive
        return pass.move(k, from: state, drive: drive, rows: rows, units: units, to: &next, at: instant)
      }
    }
  }

  /// Activities are Δ.
  private struct Descent: Dynamics {
    let beta: Double
    var parts: DriveParts { .above }
    var keepsSlopes: Bool { true }

    func motion(in scene: Scene) -> any Motion {
      guard let drives = scene.ends[0].findings as? Drives else {
        preconditionFailure("a sweep down without the one up")
      }
      // β (d − y) in place of what comes from above.
      let pull = scene.force(of: 0).map { force in
        Matrix(rows: force.rows, columns: force.columns, precision: force.precision) { beta * force[$0, $1] }
      }
      return Differing(network: scene.network, drives: drives, pull: pull)
    }

    private struct Differing: Motion {
      let network: Network
      let drives: Drives
      let pull: Matrix?

      func move(
        _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
        to next: inout LayerState, at instant: Instant
      ) -> Double {
        let (activation, own) = (network.activation(k), 0..<units.count)
        let nudge = k == network.output ? pull ?? drive : drive
        var change = Matrix(rows: drive.rows, columns: drive.columns, precision: drive.precision)
        if activation.isReadOut {
          change.copy(rows: rows, columns: own, from: nudge, rows: rows.lowerBound, columns: 0)
        } else {
          // ρ at a and a ± w, halfway each.
          let a = drives[k]
          var (plus, minus) = (a, change)
          plus.add(rows: rows, nudge)
          minus.setDifference(of: a, nudge, rows: rows, columns: own)
          var (upper, lower) = (change, change)
          upper.setMean(of: a, plus, rows: rows, columns: own)
          lower.setMean(of: a, minus, rows: rows, columns: own)
          plus.activate(upper, curve: activation.curve, rows: rows, columns: own)
          minus.activate(lower, curve: activation.curve, rows: rows, columns: own)
          change.setDifference(of: plus, minus, rows: rows, columns: own)
        }
        next.withActivity {
          $0.copy(
            rows: rows, columns: units, from: change, rows: rows.lowerBound, columns: 0)
        }
        return 0
      }
    }
  }
}

extension LearningRule {
  public static let dualPropagation = LearningRule(DualPropagation())
}
