import EnergyModels
import Tensors

/// The feed-forward twin of a network, learning by backpropagation: same sizes, activations, initialisation and cost.
///
///     h_k = ρ(W_kᵀ h_{k−1} + b_k),   y = h_L,   δ_L = ρ′_L ⊙ (d − y),   δ_k = ρ′_k ⊙ (W_{k+1} δ_{k+1})
///     −dC/dW_k = h_{k−1} δ_kᵀ,   −dC/db_k = δ_k
///
/// On a grid the layers' activities travel up, their errors down; there is no relaxation. Where ρ is clipped ρ′ = 0 at
/// its bounds here, as the exact gradient has. Slopes are taken from h, so that ρ′ must follow from ρ.
///
/// Source: Rumelhart, Hinton & Williams 1986, doi:10.1038/323533a0.
public struct Backpropagation: Rule {
  public static let name = "backpropagation"
  public static let summary = "The feed-forward twin, by backpropagation."
  public init() {}

  public func phases(_ scheme: Scheme, sign: Double) -> [Phase] {
    [
      .forward,
      Phase(
        "errors", from: .silence(slopesOf: 0), order: .downwards, ErrorPass(), for: Duration(atMost: 1)),
    ]
  }

  public func contrast(_ scheme: Scheme, sign: Double) -> ContrastForm {
    ContrastForm([.product(0, 1)], over: 1)
  }
}

extension Phase {
  /// The feed-forward pass: layers show their states themselves.
  public static var forward: Phase {
    Phase(
      "forward pass", from: .silence(), order: .upwards, ForwardPass(showsStates: true),
      for: Duration(atMost: 1))
  }
}

/// δ_k = ρ′_k ⊙ (W_{k+1} δ_{k+1}), and ρ′_L ⊙ (d − y) at the output: activities are δ.
struct ErrorPass: Dynamics {
  var parts: DriveParts { .above }
  var keepsSlopes: Bool { true }
  var takesSlopesFromActivity: Bool { true }

  func motion(in scene: Scene) -> any Motion {
    Errors(
      network: scene.network, activities: scene.ends[0].state, outputError: scene.force(of: 0),
      dropout: Dropout(scene))
  }

  private struct Errors: Motion {
    let network: Network
    /// h.
    let activities: State
    let outputError: Matrix?
    let dropout: Dropout?

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      let (h, none) = (
        activities[k], Matrix(rows: drive.rows, columns: drive.columns, precision: drive.precision)
      )
      var slope = none
      var bend: Matrix?
      slope.setSlopes(
        of: network.activation(k).curve, states: h.states, activity: h.activity, drive: drive, rows: rows,
        columns: units, bend: &bend)
      dropout?.apply(to: &slope, layer: k, pass: 0, rows: rows, units: units, at: 0)
      let error = k == network.output ? outputError : drive
      let update = LayerResponse(slope: slope, force: error, step: nil)
      return next.apply(update, to: state, drive: none, rows: rows, columns: units)
    }
  }
}

extension LearningRule {
  public static let backpropagation = LearningRule(Backpropagation())
}
