import EnergyModels
import Tensors
import TestBasis
import Testing

/// A network of so many hidden layers, every activation in turn from the one given.
private func network(hidden: Int, _ activation: Activation) -> Network {
  let units = [11, 7, 9].prefix(hidden).map { Layer(units: $0, activation: activation) }
  return Network(inputs: 6, layers: units + [Layer(units: 4, activation: activation)])
}

@Suite("Energy") struct EnergyTests {
  /// E(s) = ½ Σ ‖s_k‖² − Σ ρ(s_{k−1})ᵀ W_k ρ(s_k) − Σ b_kᵀ ρ(s_k), term by term.
  @Test("is the formula's", arguments: Activation.ofStates, 0...3)
  func formula(activation: Activation, hidden: Int) throws {
    let example = Example(network(hidden: hidden, activation))
    let (network, parameters) = (example.network, example.parameters)
    let input = try #require(example.clamped.input)
    var expected = 0.0
    for row in 1..<4 {
      for k in 1...network.depth {
        let forward = parameters[connection: k - 1].forward
        for j in 0..<network.units(k) {
          let s = example.state[k].states[row, j]
          expected += s * s / 2 - parameters[bias: k][0, j] * activation.value(s)
          for i in 0..<network.units(k - 1) {
            let below = k == 1 ? input[row, i] : activation.value(example.state[k - 1].states[row, i])
            expected -= below * forward[i, j] * activation.value(s)
          }
        }
      }
    }
    let energy = parameters.energy(state: example.state, clamped: example.clamped, rows: 1..<4)
    #expect(abs(energy - expected) <= 1e-12 * abs(expected))
  }

  /// ρ′(s) ⊙ drive − s = −∂E/∂s: what the states are moved by is the slope of what is said to fall.
  @Test("falls along ρ′ · drive − s, by finite differences", arguments: Activation.ofStates, 1...3)
  func slope(activation: Activation, hidden: Int) {
    let example = Example(network(hidden: hidden, activation))
    let h = 1e-5
    var worst = 0.0
    for k in 1...example.network.depth {
      let drive = example.drive(k)
      for row in 0..<Example.rows {
        for unit in 0..<example.network.units(k) {
          func energy(_ change: Double) -> Double {
            var state = example.state
            state[k].states[row, unit] += change
            state[k].refreshActivity(
              activation, rows: row..<row + 1, columns: 0..<example.network.units(k))
            return example.parameters.energy(state: state, clamped: example.clamped, rows: row..<row + 1)
          }
          let s = example.state[k].states[row, unit]
          let slope = (activation.value(s + h) - activation.value(s - h)) / (2 * h)
          let force = slope * drive[row, unit] - s
          worst = max(worst, abs(force + (energy(h) - energy(-h)) / (2 * h)))
        }
      }
    }
    measured("drive against −∂E/∂s, \(activation.rawValue), \(hidden) hidden", worst)
    #expect(worst <= 1e-8)
  }

  @Test("of some rows, the sums of each row", arguments: Activation.ofStates)
  func rows(activation: Activation) {
    let example = Example(network(hidden: 2, activation))
    func energy(_ rows: Range<Int>) -> Double {
      example.parameters.energy(state: example.state, clamped: example.clamped, rows: rows)
    }
    let sum = (0..<Example.rows).reduce(0) { $0 + energy($1..<$1 + 1) }
    #expect(abs(energy(0..<Example.rows) - sum) <= 1e-12 * abs(sum))
    #expect(energy(2..<2) == 0)
  }

  @Test("cost is half the squared distance, times its weight")
  func cost() {
    let outputs = Matrix(rows: 2, columns: 2, precision: .float64) { Double($0 + 2 * $1) }
    let targets = Matrix(rows: 2, columns: 2, precision: .float64) { row, _ in Double(row) }
    #expect(
      WeighedCost(.squaredError).value(outputs: outputs, targets: targets, rows: 0..<2) == 0.5 * (4 + 4))
    #expect(
      WeighedCost(.squaredError, weight: 3).value(outputs: outputs, targets: targets, rows: 1..<2) == 1.5 * 4)
  }
}
