import EnergyModels
import EquilibriumPropagation
import Tensors

/// What the rules that clamp the output descend, with the clamped values held fixed and every phase at rest:
///
///     contrastive Hebbian: E(s^∞) − E(s⁰),   coupled: (E(s^β) − E(s⁰)) / β, or (E(s^β) − E(s^{−β})) / 2β if centered
struct ClampedObjective {
  private let whole: WholeNetwork
  private let rest: State
  /// The values that the output is held at, and how much each energy counts.
  private let terms: [(outputs: Matrix?, weight: Double)]

  init(of whole: WholeNetwork, rest: State) {
    (self.whole, self.rest) = (whole, rest)
    let (run, targets) = (whole.run, whole.batch.clamped.targets)
    guard run.rule == .coupled, let targets else {
      terms = [(targets, 1), (nil, -1)]
      return
    }
    let outputs = rest[whole.network.depth]
    func held(_ share: Double) -> Matrix {
      var moved = outputs
      moved.moveStates(
        by: share, towards: targets, activation: whole.network.activation(whole.network.depth),
        rows: whole.batch.clamped.rows)
      return moved.states
    }
    let beta = run.nudging.kind == .randomSign ? -run.nudging.beta : run.nudging.beta
    terms =
      run.nudging.kind == .centered
      ? [(held(beta), 0.5 / beta), (held(-beta), -0.5 / beta)] : [(held(beta), 1 / beta), (nil, -1 / beta)]
  }

  /// The mean over the batch with some parameters.
  func value(_ parameters: Parameters) throws -> Double {
    try terms.reduce(0) { sum, term in
      let (state, clamped) = try settled(term.outputs, parameters)
      return sum
        + term.weight * parameters.energy(state: state, clamped: clamped, rows: clamped.rows)
        / Double(clamped.rows.count)
    }
  }

  /// −d/dθ of it by the rule itself, phases at rest.
  func gradient() throws -> Gradient {
    var gradient = whole.zeros
    var nudging = whole.run.nudging
    nudging.reject = false
    let rule = whole.run.rule.make(
      portion: whole.parameters.portion, relaxation: whole.run.relaxation.toRest, nudging: nudging,
      rows: whole.batch.rows, precision: .float64, neighbours: Alone())
    var parameters = whole.parameters
    _ = try rule.learn(from: rest, sign: -1, clamped: whole.batch.clamped, parameters: &parameters) {
      gradient = Gradient($1, portion: $0.portion)
    }
    return gradient
  }

  /// The states at rest, free or with the output held.
  private func settled(_ outputs: Matrix?, _ parameters: Parameters) throws -> (State, Clamped) {
    var clamped = whole.batch.clamped
    clamped.setInputDrives(parameters)
    let phases = Phases(
      portion: parameters.portion, relaxation: whole.run.relaxation.toRest, rows: whole.batch.rows,
      precision: .float64, neighbours: Alone())
    guard let outputs else {
      let free = try phases.free(from: rest, clamped: clamped, parameters: parameters)
      return (try free.stateAtRest(), clamped)
    }
    clamped.targets = outputs
    let held = try phases.clampedOutput(from: rest, share: 1, clamped: clamped, parameters: parameters)
    return (try held.stateAtRest(), clamped)
  }
}
