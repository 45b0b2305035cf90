import EnergyModels
import EquilibriumPropagation
import Tensors

extension Method {
  private var scheme: Scheme { procedure.scheme }

  /// s⁰.
  func freePhase(from start: State, clamped: Clamped, parameters: Parameters) throws -> Settled {
    try infer(from: start, clamped: clamped, parameters: parameters)
  }

  /// s^β, from any state.
  func nudgedPhase(
    from free: State, beta: Double, clamped: Clamped, parameters: Parameters
  ) throws -> Settled {
    try second(.nudged(scheme, beta: beta), from: free, clamped: clamped, parameters: parameters)
  }

  /// From any state, with the output held at a share of its way to the targets.
  func heldPhase(
    from free: State, share: Double, clamped: Clamped, parameters: Parameters
  ) throws -> Settled {
    try second(.held(scheme, at: share), from: free, clamped: clamped, parameters: parameters)
  }

  /// The contrast of a rule that learns once, and its phases with their real β; that of complex ones is told as 0.
  func contrast(
    free: State, sign: Double, clamped: Clamped, parameters: Parameters
  ) throws -> (contrast: Contrast, phases: [(beta: Double, settled: Settled)]) {
    var lesson = lesson(from: free, sign: sign, clamped: clamped)
    guard let contrast = try lesson.next(parameters) else { preconditionFailure("a rule that learns") }
    let betas = procedure.rule.phases(scheme, sign: sign).dropFirst().map { $0.beta ?? 0 }
    return (contrast, Array(zip(betas, lesson.phases)))
  }

  private func second(
    _ phase: Phase, from free: State, clamped: Clamped, parameters: Parameters
  ) throws -> Settled {
    try run(
      phase, number: 1, ends: [Settled(given: free, shards: clamped.shards.count - 1)], clamped: clamped,
      parameters: parameters)
  }
}
