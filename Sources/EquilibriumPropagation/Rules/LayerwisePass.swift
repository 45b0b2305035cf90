import EnergyModels
import Foundation
import Tensors

/// A pass upwards in which every layer is seen at one length: states are the drives a_l, activities ĥ_l; a read-out is
/// moved with them.
struct LayerwisePass: Dynamics {
  var parts: DriveParts { [.constant, .below] }
  var takesWholeLayers: Bool { true }

  func motion(in scene: Scene) -> any Motion { Pass(network: scene.network, dropout: Dropout(scene)) }

  private struct Pass: Motion {
    let network: Network
    let dropout: Dropout?

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      next.passOn(drive, to: k, of: network, from: state, rows: rows, units: units)
    }

    func take(_ k: Int, _ layer: inout LayerState, rows: [Range<Int>], at instant: Instant) {
      guard network.isHidden(k) else { return }
      layer.normalize(network.activation(k), rows: rows)
      guard let dropout else { return }
      for rows in rows {
        layer.withActivity {
          dropout.apply(to: &$0, layer: k, pass: instant.phase, rows: rows, units: 0..<network.units(k))
        }
      }
    }
  }
}

extension LayerState {
  /// What drives some units, to be normalised once all of the layer is known; of a read-out its answer.
  fileprivate mutating func passOn(
    _ drive: Matrix, to k: Int, of network: Network, from state: LayerState, rows: Range<Int>,
    units: Range<Int>
  ) -> Double {
    guard network.activation(k).isReadOut else {
      withActivity {
        $0.copy(rows: rows, columns: units, from: drive, rows: rows.lowerBound, columns: 0)
      }
      return 0
    }
    return apply(
      LayerUpdate(move: .readOut, curve: network.activation(k).curve, step: 1), to: state, drive: drive,
      rows: rows, columns: units)
  }
}

/// Each class in turn as the hypothesis: the outputs are soft-max probabilities of Σ_l g(h_l(x, c)) over the layers that count.
struct GoodnessOfClasses: Dynamics {
  private let rule: ForwardForward
  var parts: DriveParts { [.constant, .below] }
  var takesWholeLayers: Bool { true }

  init(_ rule: ForwardForward) { self.rule = rule }

  func motion(in scene: Scene) -> any Motion { Passes(scene, rule) }

  private final class Passes: Motion {
    private let portion: Portion
    private let rule: ForwardForward
    private(set) var classScores: ClassScores?

    init(_ scene: Scene, _ rule: ForwardForward) {
      (portion, self.rule) = (scene.portion, rule)
      let network = scene.network
      let hidden = (1...network.depth).filter(network.isHidden)
      let units = hidden.map { Double(network.units($0)) }.reduce(0, +) / Double(max(hidden.count, 1))
      classScores = ClassScores(
        layers: hidden, counts: hidden.map(rule.counts), classes: network.units(network.output),
        rows: scene.clamped.rows.count, scale: rule.goodness == .sumOfSquares ? units : 1)
    }

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      next.passOn(drive, to: k, of: portion.network, from: state, rows: rows, units: units)
    }

    func take(_ k: Int, _ layer: inout LayerState, rows: [Range<Int>], at instant: Instant) {
      guard portion.network.isHidden(k) else { return }
      let activation = portion.network.activation(k)
      layer.normalize(activation, rows: rows)
      guard portion.holds(k) else { return }
      for rows in rows {
        classScores?.set(
          rule.measure.values(of: layer.states, curve: activation.curve, rows: rows), layer: k,
          class: instant.iteration, from: rows.lowerBound)
      }
    }
  }
}

/// What each hidden layer's units come to with each class as the hypothesis, for every row.
public struct ClassScores: Sendable {
  /// The hidden layers, in order.
  public let layers: [Int]
  /// Which of them count in answers.
  let counts: [Bool]
  public let classes: Int
  let rows: Int
  /// What totals are divided by before their soft-max is taken.
  let scale: Double
  /// layers × classes × rows; −∞ where nothing is known.
  var values: [Double]

  init(layers: [Int], counts: [Bool], classes: Int, rows: Int, scale: Double) {
    (self.layers, self.counts, self.classes, self.rows, self.scale) = (layers, counts, classes, rows, scale)
    values = Array(repeating: -.infinity, count: layers.count * classes * rows)
  }

  private func place(_ layer: Int, _ number: Int) -> Int { (layer * classes + number) * rows }

  fileprivate mutating func set(_ found: [Double], layer k: Int, class number: Int, from row: Int) {
    guard let layer = layers.firstIndex(of: k) else { return }
    let start = place(layer, number) + row
    // A NaN is no maximum.
    values.replaceSubrange(start..<start + found.count, with: found.map { $0.isNaN ? -.infinity : $0 })
  }

  /// The class that a layer alone takes a row to be of, the first of equals.
  public func answer(layer: Int, row: Int) -> Int {
    (0..<classes).reduce(0) { best, number in
      values[place(layer, number) + row] > values[place(layer, best) + row] ? number : best
    }
  }

  /// p_c ∝ e^{Σ g(x, c) / scale} of a row.
  func probabilities(row: Int) -> [Double] {
    let totals = (0..<classes).map { number in
      layers.indices.reduce(0) { counts[$1] ? $0 + values[place($1, number) + row] : $0 } / scale
    }
    let most = totals.max() ?? 0
    guard most.isFinite else { return totals.map { _ in 1 / Double(classes) } }
    let sizes = totals.map { exp($0 - most) }
    let total = sizes.reduce(0, +)
    return sizes.map { $0 / total }
  }
}
