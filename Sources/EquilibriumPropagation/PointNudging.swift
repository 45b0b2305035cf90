import EnergyModels
import Foundation
import Tensors

extension EquilibriumPropagation {
  /// N-point nudging: the mean over n of ∂F/∂θ at β_n = β e^{2πin/N}, each divided by β_n.
  ///
  /// Phases n and N − n are each other's conjugates, and those at ±β stay real: only the others relax on complex states,
  /// and their β, which no proposition speaks of, is told as 0.
  ///
  /// Source: Laborieux & Zenke 2022, arXiv:2209.00530.
  func pointContrast(
    free: State, clamped: Clamped, parameters: Parameters
  ) throws -> (contrast: Contrast, phases: [(beta: Double, settled: Settled)]) {
    let (count, beta) = (nudging.points ?? 2, nudging.beta)
    var points = try realPoints(free: free, clamped: clamped, parameters: parameters)
    for n in 1..<(count + 1) / 2 {
      guard let relaxer = complexRelaxer else { break }
      let angle = 2 * Double.pi * Double(n) / Double(count)
      let dynamics = ComplexDescent(
        network: phases.network, relaxation: relaxer.relaxation,
        beta: (re: beta * cos(angle), im: beta * sin(angle)), targets: clamped.targets)
      let settled = try relaxer.relax(
        free.complex, dynamics, for: relaxer.relaxation.nudged, clamped: clamped, parameters: parameters)
      points.phases.append((0, settled))
      // β / β_n, twice: for n and its conjugate.
      points.add(
        settled.state, weight: (re: 2 * cos(angle), im: -2 * sin(angle)), half: relaxer.capacity / 2,
        rows: clamped.rows)
    }
    let contrast = Contrast(
      strength: Double(count) * beta, changes: points.changes, terms: points.terms, clamped: clamped)
    return (contrast, points.phases)
  }

  /// The phases at +β and, where N is even, −β.
  private func realPoints(free: State, clamped: Clamped, parameters: Parameters) throws -> Points {
    let beta = nudging.beta
    let plus = try nudgedPhase(from: free, beta: beta, clamped: clamped, parameters: parameters)
    guard (nudging.points ?? 2).isMultiple(of: 2) else {
      let activity = Contrast.Levels(activityOf: plus.state)
      return Points(
        phases: [(beta, plus)], changes: activity, terms: [.upward(activity: activity, change: activity)])
    }
    let minus = try nudgedPhase(from: free, beta: -beta, clamped: clamped, parameters: parameters)
    let levels = Contrast.Levels.between(plus.state, minus.state, rows: clamped.rows)
    return Points(
      phases: [(beta, plus), (-beta, minus)], changes: levels.change,
      terms: [.symmetric(mean: levels.mean, change: levels.change)])
  }
}

/// What has come together of an N-point contrast.
private struct Points {
  var phases: [(beta: Double, settled: Settled)]
  var changes: Contrast.Levels
  var terms: [Contrast.Term]

  /// Adds Re(weight · z zᵀ) of complex states.
  mutating func add(_ state: State, weight: (re: Double, im: Double), half: Int, rows: Range<Int>) {
    let states = Contrast.Levels(activityOf: state)
    func turned(_ z: Matrix, positions: Int) -> Matrix {
      var turned = Matrix(rows: z.rows, columns: z.columns, precision: z.precision)
      turned.setConjugate(of: z, times: weight, rows: rows.times(positions))
      return turned
    }
    let network = state.network
    let weighted = Contrast.Levels(state) {
      turned(states[$0], positions: network.positions($0))
    } spread: {
      turned(states.seen(by: $0, of: 0), positions: network.wirings[$0].before.positions)
    }
    terms.append(.complex(states: states, weighted: weighted, half: half))
    for (index, k) in changes.known.enumerated() {
      changes.matrices[index].add(rows: rows.times(network.positions(k)), weighted.matrices[index])
    }
  }
}
