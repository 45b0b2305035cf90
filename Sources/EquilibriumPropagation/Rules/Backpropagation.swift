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
public struct Backpropagation: LearningRule {
  let relaxer: Relaxer

  init(relaxer: Relaxer) { self.relaxer = relaxer }

  /// For batches of at most `rows` rows.
  public init(portion: Portion, rows: Int, precision: Precision, neighbours: any Neighbours) {
    let pass = Relaxation(updates: .euler, free: Duration(atMost: 1), nudged: Duration(atMost: 1))
    relaxer = Relaxer(
      portion: portion, relaxation: pass, rows: rows, precision: precision, neighbours: neighbours)
  }

  /// The feed-forward pass; `start` is not looked at.
  public func infer(from start: State, clamped: Clamped, parameters: Parameters) throws -> Settled {
    try relaxer.pass(
      upwards: true, silence, ForwardPass(network: relaxer.portion.network, showsStates: true),
      clamped: clamped,
      parameters: parameters)
  }

  /// One update by the exact gradient, of strength 1. The lesson's one phase is the errors' pass down; nothing is
  /// violated, and `sign` is not looked at.
  public func learn(
    from free: State, sign: Double, clamped: Clamped, parameters: inout Parameters,
    update: (inout Parameters, Contrast) throws -> Void
  ) throws -> Lesson {
    let errors = ErrorPass(
      network: relaxer.portion.network, activities: free,
      outputError: relaxer.outputForce(free, clamped: clamped))
    let settled = try relaxer.pass(
      upwards: false, silence(slopesOf: free), errors, clamped: clamped, parameters: parameters)
    let change = Contrast.Levels(activityOf: settled.state)
    let term = Contrast.Term.upward(activity: .init(activityOf: free), change: change)
    try update(&parameters, Contrast(strength: 1, changes: change, terms: [term], clamped: clamped))
    return Lesson(phases: [settled])
  }

  private var silence: State {
    State(rows: relaxer.capacity, portion: relaxer.portion, precision: relaxer.precision).silent
  }

  private func silence(slopesOf free: State) -> State {
    var state = silence
    state.takeSlopes(of: free)
    return state
  }
}

/// δ_k = ρ′_k ⊙ (W_{k+1} δ_{k+1}), and ρ′_L ⊙ (d − y) at the output: activities are δ.
private struct ErrorPass: Dynamics {
  let network: Network
  /// h.
  let activities: State
  let outputError: (layer: Int, Matrix)?
  var parts: DriveParts { .above }
  var keepsSlopes: Bool { true }

  func move(
    _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
    to next: inout LayerState
  ) -> Double {
    let (h, none) = (
      activities[k], Matrix(rows: drive.rows, columns: drive.columns, precision: drive.precision)
    )
    var slope = none
    var bend: Matrix?
    slope.setSlopes(
      of: network.activation(k).curve, states: h.states, activity: h.activity, drive: drive, rows: rows,
      columns: units, bend: &bend)
    let error = outputError?.layer == k ? outputError?.1 : drive
    let update = LayerResponse(slope: slope, force: error, step: nil)
    return next.apply(update, to: state, drive: none, rows: rows, columns: units)
  }
}
