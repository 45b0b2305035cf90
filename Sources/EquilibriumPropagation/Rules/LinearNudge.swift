import EnergyModels
import Tensors

extension NudgeForm {
  /// The cost linearised where the free phase ended: a constant force at the output, whatever it does.
  ///
  ///     F = E + β ⟨∂C/∂y(s⁰), y⟩,   −∂F/∂y = … + β (d − y⁰)
  ///
  /// so that no β leaves F without a minimum, and a nudge that is not small is still along the gradient. Of a read-out the
  /// force on the drive is the same, β (d − p⁰).
  ///
  /// Source: Laborieux & Zenke 2022, arXiv:2209.00530 (linear in the cost); published for β up to 1,000 times as large.
  public static let linear = NudgeForm("linear", isBounded: true) {
    LinearDescent(relaxation: $0, beta: $1)
  } value: { cost, example in
    cost.weight
      * (0..<example.targets.columns).reduce(0) { sum, j in
        let slope = example.atRest[example.row, j] - example.targets[example.row, j]
        return sum + slope * example.outputs[example.row, j]
      }
  }
}

/// Downhill on E with a constant force at the output.
struct LinearDescent: Dynamics {
  let relaxation: Relaxation
  let beta: Double
  var readsOut: Bool { true }

  func motion(in scene: Scene) -> any Motion {
    let activation = scene.network.activation(scene.network.output)
    // Where ρ is straight the force counts as a drive of its own: ρ′ passes it on as it is.
    let slope = activation.isStraight ? activation.derivatives(0, activity: 0).first : 1
    let force = scene.force(of: 0).map { force in
      Matrix(rows: force.rows, columns: force.columns, precision: force.precision) {
        beta * force[$0, $1] / slope
      }
    }
    return Pulled(
      descent: EnergyDescent(relaxation), network: scene.network, springs: Pulls(scene, beta: 0), force: force
    )
  }

  private struct Pulled: Motion {
    let descent: EnergyDescent
    let network: Network
    let springs: Pulls
    let force: Matrix?

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      var update = descent.update(k, of: network, springs)
      let activation = network.activation(k)
      guard k == network.output, let force else {
        return next.apply(update, to: state, drive: drive, rows: rows, columns: units)
      }
      if activation.isStraight {
        var pulled = drive
        pulled.add(rows: rows, force)
        return next.apply(update, to: state, drive: pulled, rows: rows, columns: units)
      }
      // The force counts in an Euler step.
      update.newton = 0
      let residual = next.apply(update, to: state, drive: drive, rows: rows, columns: units)
      if activation.isReadOut {
        next.withActivity {
          $0.copy(rows: rows, columns: units, from: force, rows: rows.lowerBound, columns: 0)
        }
        return residual
      }
      // Where ρ bends states have no bounds.
      let step = descent.relaxation.step
      var farthest = 0.0
      for row in rows {
        for (column, unit) in units.enumerated() {
          next.states[row, unit] += step * force[row, column]
          farthest = max(farthest, abs(next.states[row, unit] - state.states[row, unit]) / step)
        }
      }
      next.refreshActivity(activation, rows: rows, columns: units)
      return farthest
    }
  }
}
