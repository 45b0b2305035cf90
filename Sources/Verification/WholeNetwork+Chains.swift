import EnergyModels
import EquilibriumPropagation
import Tensors

extension WholeNetwork {
  /// E along a free phase from zero, or along the model's chain from the data, ten times as long as the run's.
  func chainEnergies() throws -> ChainEnergies {
    var relaxation = run.relaxation
    relaxation.start = .zero
    relaxation.free = Duration(atMost: max(400, 10 * relaxation.sampling.sweeps))
    let method = method(run.procedure.relaxing(as: relaxation))
    let isOfModel = run.procedure.objective == .likelihood
    var phase = method.procedure.phases[isOfModel ? 1 : 0]
    phase.keeps = .end
    if isOfModel { phase.duration = Duration(atMost: max(400, 10 * (run.chainSteps ?? 1))) }
    let data =
      isOfModel
      ? [try method.begin(from: batch.start, clamped: batch.clamped, parameters: parameters)] : []
    var path = try method.begin(
      phase, number: data.count, from: isOfModel ? nil : batch.start, ends: data, clamped: batch.clamped,
      parameters: parameters)
    var traces = batch.clamped.rows.map { _ in [Double]() }
    while !path.isOver {
      try method.iterate(&path, parameters)
      let energies = parameters.energies(state: path.state, clamped: batch.clamped, rows: batch.clamped.rows)
      for (row, energy) in energies.enumerated() { traces[row].append(energy) }
    }
    let accepted = try method.end(&path, parameters).acceptance?.share
    return ChainEnergies(traces, acceptance: accepted.map { 100 * $0 })
  }
}
