import EnergyModels
import EquilibriumPropagation
import RunFiles
import Tensors

/// What the rules that hold the output descend, with the held values fixed and every phase at rest: the energies whose
/// difference their contrast is taken of, over its strength,
///
///     contrastive Hebbian: E(s^∞) − E(s⁰),   coupled: (E(s^β) − E(s⁰)) / β, or (E(s^β) − E(s^{−β})) / 2β if centered
struct HeldObjective {
  private let whole: WholeNetwork
  private let rest: State
  /// The run's rule, every phase at rest.
  private let method: Method
  /// The values that the output is held at, nil where it is free, and how much each energy counts.
  private let terms: [(outputs: Matrix?, weight: Double)]

  /// The second of the two signs, where one is drawn.
  private static let sign = -1.0

  init(of whole: WholeNetwork, rest: State) {
    (self.whole, self.rest) = (whole, rest)
    var nudging = whole.run.nudging
    nudging.reject = false
    let scheme = Scheme(whole.run.relaxation.toRest, nudging)
    let rule = whole.run.rule
    method = whole.method(Procedure(rule, scheme))
    let (output, clamped) = (whole.network.output, whole.batch.clamped)
    let phases = rule.rule.phases(scheme, sign: Self.sign)
    let contrast = rule.rule.contrast(scheme, sign: Self.sign)
    func outputs(_ phase: Int) -> Matrix? {
      guard let share = phases[phase].held, let targets = clamped.targets else { return nil }
      var moved = rest[output]
      moved.moveStates(
        by: share, towards: targets, activation: whole.network.activation(output), rows: clamped.rows)
      return moved.states
    }
    terms = contrast.terms.flatMap { term in
      guard case .difference(let plus, let minus, let factor) = term else {
        return [(outputs: Matrix?, weight: Double)]()
      }
      let weight = factor / contrast.strength
      return [(outputs(plus), weight), (outputs(minus), -weight)]
    }
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

  /// −d/dθ of it by the rule itself.
  func gradient() throws -> Gradient {
    var lesson = method.lesson(from: rest, sign: Self.sign, clamped: whole.batch.clamped)
    guard let contrast = try lesson.next(whole.parameters) else { return whole.zeros }
    return Gradient(contrast, portion: whole.parameters.portion)
  }

  /// The states at rest, free or with the output held.
  private func settled(_ outputs: Matrix?, _ parameters: Parameters) throws -> (State, Clamped) {
    var clamped = whole.batch.clamped
    clamped.setInputDrives(parameters)
    guard let outputs else {
      let free = try method.infer(from: rest, clamped: clamped, parameters: parameters)
      return (try free.stateAtRest(), clamped)
    }
    clamped.targets = outputs
    let held = try method.run(
      .held(method.procedure.scheme, at: 1), number: 1,
      ends: [Settled(given: rest, shards: clamped.shards.count - 1)], clamped: clamped,
      parameters: parameters)
    return (try held.stateAtRest(), clamped)
  }
}
