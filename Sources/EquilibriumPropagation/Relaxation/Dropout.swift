import EnergyModels
import Tensors

/// Hidden units that a pass of training leaves out: functions of layer, unit, example and step, the same wherever a layer is
/// computed.
///
///     a_j ← 0 with probability p, a_j / (1 − p) otherwise
///
/// Source: Srivastava et al. 2014, Journal of Machine Learning Research 15, 1929–1958.
struct Dropout {
  private let clamped: Clamped
  private let network: Network

  /// nil where nothing is dropped.
  init?(_ scene: Scene) {
    guard scene.clamped.dropout > 0 else { return nil }
    (clamped, network) = (scene.clamped, scene.network)
  }

  /// - Parameters:
  ///   - pass: tells masks of a step apart.
  ///   - column: where the first of the units stands; at its own number without.
  func apply(
    to matrix: inout Matrix, layer k: Int, pass: Int, rows: Range<Int>, units: Range<Int>,
    at column: Int? = nil
  ) {
    guard network.isHidden(k), network.positions(k) == 1 else { return }
    let random = CounterRandom(seed: clamped.random.seed, purpose: .dropout)
    Noise(
      random, layer: k, stream: pass, step: clamped.step, chains: clamped.examples, temperature: 0,
      positions: 1, units: network.units(k)
    ).drop(clamped.dropout, of: &matrix, rows: rows, units: units, at: column)
  }
}
