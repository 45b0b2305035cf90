import EnergyModels
import Foundation
import Tensors

/// Every class of a categorical output in turn, hidden units of the layer below at their means given it and the input:
/// what p(y | x) of a restricted Boltzmann machine with classes is made of, exactly.
///
///     p(y = c | x) ∝ e^{d_c/T} Π_j (1 + e^{x_jc/T}),   x_jc = c_j + Σ_i x_i W_ij + U_jc
///
/// Source: Larochelle & Bengio 2008, doi:10.1145/1390156.1390224.
public struct ClassEnumeration: Dynamics {
  public let temperature: Double

  public init(temperature: Double) { self.temperature = temperature }

  public func motion(in scene: Scene) -> any Motion { Enumeration(scene, temperature) }

  private final class Enumeration: Motion {
    private let portion: Portion
    private let temperature: Double
    private let bias: Panels?
    private let rows: Int
    private(set) var logWeights: [Int: [[Double]]] = [:]

    init(_ scene: Scene, _ temperature: Double) {
      (portion, self.temperature, bias) = (scene.portion, temperature, scene.classBias)
      rows = scene.clamped.rows.count
    }

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      let network = portion.network
      guard k != network.output else {
        next.setClass(instant.iteration, rows: rows)
        if let bias, portion.slices.contains(0) {
          let share = (bias[0, instant.iteration] - 0.5) / temperature
          logWeights[portion.slicing.slices, default: []].append(
            Array(repeating: drive.precision.isHollow ? 0 : share, count: self.rows))
        }
        return 0
      }
      for slice in portion.countedSlices(of: k) {
        let some = portion.slicing.units(k, slice: slice)
        logWeights[slice, default: []].append(
          drive.softplusSums(
            scale: 1 / temperature, rows: rows, from: some.lowerBound - units.lowerBound, columns: some.count)
        )
      }
      let update = LayerUpdate(
        move: .mean(temperature: temperature), curve: network.activation(k).curve, step: 1)
      return next.apply(update, to: state, drive: drive, rows: rows, columns: units)
    }
  }
}

extension LayerState {
  /// One unit of each row is 1.
  fileprivate mutating func setClass(_ index: Int, rows: Range<Int>) {
    states.set(rows: rows, .zero)
    guard !states.precision.isHollow else { return }
    for row in rows { states[row, index] = 1 }
  }

  /// The unit of each row that is 1 is drawn: P(c) = e^{D_c/T} / Σ e^{D/T}; returns the largest change.
  mutating func drawClass(drive: Matrix, at temperature: Double, rows: Range<Int>, by noise: Noise) -> Double
  {
    states.set(rows: rows, .zero)
    guard !states.precision.isHollow else { return 0 }
    for row in rows {
      let drives = drive.row(row).map { $0 / temperature }
      let most = drives.max() ?? 0
      let sizes = drives.map { exp($0 - most) }
      var left = noise.numbers(row: row, units: 0..<1)[0] * sizes.reduce(0, +)
      var drawn = sizes.count - 1
      for (index, size) in sizes.enumerated() {
        left -= size
        if left < 0 {
          drawn = index
          break
        }
      }
      states[row, drawn] = 1
    }
    return 1
  }
}
