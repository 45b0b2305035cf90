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
public struct RecurrentBackpropagation: LearningRule {
  let phases: Phases

  init(phases: Phases) { self.phases = phases }

  /// For batches of at most `rows` rows; the responses settle as nudged phases do.
  public init(
    portion: Portion, relaxation: Relaxation, rows: Int, precision: Precision, neighbours: any Neighbours
  ) {
    phases = Phases(
      portion: portion, relaxation: relaxation, rows: rows, precision: precision, neighbours: neighbours)
  }

  public func infer(from start: State, clamped: Clamped, parameters: Parameters) throws -> Settled {
    try phases.free(from: start, clamped: clamped, parameters: parameters)
  }

  /// One update by the exact gradient, of strength 1, once λ has settled or its iterations are used up. The lesson's
  /// one phase is that of λ, its states λ and its activities g; nothing is violated, and `sign` is not looked at.
  public func learn(
    from free: State, sign: Double, clamped: Clamped, parameters: inout Parameters,
    update: (inout Parameters, Contrast) throws -> Void
  ) throws -> Lesson {
    let relaxer = phases.relaxer
    let linearized = Linearization(
      portion: relaxer.portion, rows: relaxer.capacity, precision: relaxer.precision)
    let once = Duration(atMost: 1)
    _ = try relaxer.relax(free, linearized, for: once, clamped: clamped, parameters: parameters)
    let response = LinearResponse(
      at: linearized, relaxation: relaxer.relaxation,
      force: relaxer.outputForce(free, clamped: clamped))
    var rest = State(rows: relaxer.capacity, portion: relaxer.portion, precision: relaxer.precision).silent
    rest.takeSlopes(of: free)
    let settled = try relaxer.relax(
      rest, response, for: relaxer.relaxation.nudged, clamped: clamped, parameters: parameters)
    let change = Contrast.Levels(activityOf: settled.state)
    let term = Contrast.Term.symmetric(mean: .init(activityOf: free), change: change)
    try update(&parameters, Contrast(strength: 1, changes: change, terms: [term], clamped: clamped))
    return Lesson(phases: [settled])
  }
}

/// ρ′(s) and ρ″(s) D of every layer at given states, which it leaves as they are.
final class Linearization: Dynamics {
  private let portion: Portion
  private var slopes: [Matrix]
  private var bends: [Matrix?]

  init(portion: Portion, rows: Int, precision: Precision) {
    self.portion = portion
    slopes = portion.layers.map {
      Matrix(
        rows: rows * portion.network.positions($0), columns: portion.units($0).count, precision: precision)
    }
    bends = zip(portion.layers, slopes).map { k, slope in
      portion.network.activation(k).isStraight || portion.network.activation(k).isReadOut ? nil : slope
    }
  }

  func isReadOut(_ k: Int) -> Bool { portion.network.activation(k).isReadOut }
  func slope(_ k: Int) -> Matrix { slopes[k - portion.layers.lowerBound] }
  func bend(_ k: Int) -> Matrix? { bends[k - portion.layers.lowerBound] }

  func move(
    _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
    to next: inout LayerState
  ) -> Double {
    let place = k - portion.layers.lowerBound
    slopes[place].setSlopes(
      of: portion.network.activation(k).curve, states: state.states, activity: state.activity, drive: drive,
      rows: rows, columns: units, bend: &bends[place])
    next.copy(rows: rows, from: state)
    return 0
  }
}

/// The iteration that solves (∂²E/∂s²) λ = force: states are λ, activities g = ρ′ ⊙ λ.
struct LinearResponse: Dynamics {
  let linearized: Linearization
  let relaxation: Relaxation
  /// −∂C/∂s at the output.
  let force: (layer: Int, Matrix)?
  var parts: DriveParts { [.below, .above] }
  var keepsSlopes: Bool { true }
  var readsOut: Bool { true }

  init(at linearized: Linearization, relaxation: Relaxation, force: (layer: Int, Matrix)?) {
    self.linearized = linearized
    self.relaxation = relaxation
    self.force = force
  }

  func move(
    _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
    to next: inout LayerState
  ) -> Double {
    if force?.layer == k, linearized.isReadOut(k) {
      // Not a state: its force is what the states respond to.
      let none = Matrix(rows: drive.rows, columns: drive.columns, precision: drive.precision)
      let update = LayerResponse(slope: linearized.slope(k), force: force?.1, step: nil)
      return next.apply(update, to: state, drive: none, rows: rows, columns: units)
    }
    let bend = linearized.bend(k)
    let goesToSolution = relaxation.updates.alternates && bend == nil
    let update = LayerResponse(
      slope: linearized.slope(k), bend: bend, force: force?.layer == k ? force?.1 : nil,
      step: goesToSolution ? nil : relaxation.step)
    return next.apply(update, to: state, drive: drive, rows: rows, columns: units)
  }
}
