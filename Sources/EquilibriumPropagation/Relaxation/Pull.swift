import EnergyModels
import Tensors

/// What draws a layer's states towards a matrix: −∂F/∂s = … + k (c − s).
public struct Pull: Sendable {
  /// k: β κ of a nudge with the cost κ C, λ of a spring; 0 for none.
  public let stiffness: Double
  /// c, rows × units; nil where it is not known here.
  public let centre: Matrix?

  static let none = Pull(stiffness: 0, centre: nil)
}

/// The pulls on the layers of a network in one phase: of the nudge on the output, and of the spring on the input.
public struct Pulls: Sendable {
  private let network: Network
  private let input: Pull
  private let output: Pull

  /// Where both are on one layer they are one pull:
  ///
  ///     λ (x − s) + b (d − s) = (λ + b) (c − s),   c = (λ x + b d) / (λ + b),   b = β κ
  init(_ scene: Scene, beta: Double) {
    network = scene.network
    let (spring, clamped) = (network.input.stiffness, scene.clamped)
    let beta = beta * scene.network.cost.weight
    let isTied = spring > 0 && scene.portion.holds(0)
    let nudge = beta == 0 ? .none : Pull(stiffness: beta, centre: clamped.targets)
    guard isTied, let x = clamped.input else {
      (input, output) = (.none, nudge)
      return
    }
    guard network.output == 0, beta != 0, let targets = clamped.targets else {
      let tie = Pull(stiffness: spring, centre: x)
      (input, output) = (tie, network.output == 0 ? tie : nudge)
      return
    }
    precondition(spring + beta != 0, "a nudge that undoes the spring exactly")
    let joint = spring + beta
    var centre = Matrix(rows: targets.rows, columns: targets.columns, precision: scene.precision)
    for row in clamped.rows {
      for unit in 0..<centre.columns {
        centre[row, unit] = (spring * x[row, unit] + beta * targets[row, unit]) / joint
      }
    }
    (input, output) = (.none, Pull(stiffness: joint, centre: centre))
  }

  /// What draws layer k.
  public subscript(k: Int) -> Pull { k == network.output ? output : k == 0 ? input : .none }
}
