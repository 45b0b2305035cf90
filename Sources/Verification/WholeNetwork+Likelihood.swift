import EnergyModels
import EquilibriumPropagation
import Tensors
import Training

extension WholeNetwork {
  /// d ln p / dθ of the batch under a restricted Boltzmann machine, by counting all states of its hidden units; nil where
  /// that is too much to count, or another model.
  ///
  ///     d ln p(v) / dW = (⟨v hᵀ⟩ given v − ⟨v hᵀ⟩ of the model) / T
  ///
  /// Without the 1/T, as the rule has it.
  func likelihoodGradient() throws -> Gradient? {
    guard RestrictedMachine.describes(run), network.units(1) <= RestrictedMachine.mostEnumeratedOften,
      let model = RestrictedMachine(
        whole: parameters, temperature: run.relaxation.sampling.temperature
      ).modelMeans()
    else { return nil }
    let data = try method(run.procedure).begin(
      from: batch.start, clamped: batch.clamped, parameters: parameters)
    let (v, h, rows) = (data.state.activity(0), data.state.activity(1), batch.clamped.rows)
    let (visible, hidden, count) = (network.units(0), network.units(1), Double(rows.count))
    var gradient = zeros
    for row in rows {
      for i in 0..<visible {
        gradient[bias: 0][i] += v[row, i] / count
        for j in 0..<hidden { gradient.weights[0][i * hidden + j] += v[row, i] * h[row, j] / count }
      }
      for j in 0..<hidden { gradient[bias: 1][j] += h[row, j] / count }
    }
    gradient.weights[0] = zip(gradient.weights[0], model.pairs).map { $0 - $1 }
    gradient[bias: 0] = zip(gradient[bias: 0], model.visible).map { $0 - $1 }
    gradient[bias: 1] = zip(gradient[bias: 1], model.hidden).map { $0 - $1 }
    return gradient
  }
}
