import EnergyModels
import EquilibriumPropagation
import Tensors

extension Problem {
  /// −d/dθ, by finite differences, of the mean over the batch of Σ weight · E at rest with the output held at given
  /// values (nil: free), which do not change with θ.
  func energyGradient(_ terms: [(outputs: Matrix?, weight: Double)], from rest: State) throws -> Gradient {
    let method = method(Problem.toRest)
    return try FiniteDifferences().gradient(
      of: { parameters in
        try terms.reduce(0) { sum, term in
          var clamped = clamped
          clamped.setInputDrives(parameters)
          let settled: Settled
          if let outputs = term.outputs {
            clamped.targets = outputs
            settled = try method.heldPhase(from: rest, share: 1, clamped: clamped, parameters: parameters)
          } else {
            settled = try method.infer(from: rest, clamped: clamped, parameters: parameters)
          }
          let energy = parameters.energy(state: settled.state, clamped: clamped, rows: clamped.rows)
          return sum + term.weight * energy / Double(rows)
        }
      }, at: parameters)
  }

  /// y⁰ + share · (d − y⁰).
  func outputs(_ free: State, share: Double) -> Matrix {
    let y = free[network.depth].states
    return Matrix(rows: rows, columns: y.columns, precision: .float64) {
      y[$0, $1] + share * (targets[$0, $1] - y[$0, $1])
    }
  }

  /// E(s) of each row.
  func energies(_ state: State) -> [Double] {
    (0..<rows).map { parameters.energy(state: state, clamped: clamped, rows: $0..<$0 + 1) }
  }
}
