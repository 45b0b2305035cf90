import EnergyModels
import Foundation
import Tensors

/// −∂C_l/∂a_l of every hidden layer by itself, from the passes before it; at the output d − p of the neutral pass.
struct LayerErrors: Dynamics {
  let rule: ForwardForward
  private let positive: Int
  private let negative: Int
  /// Of negatives the phase of the positives' errors, which has told what both passes came to.
  private var told: Int?
  var parts: DriveParts { [] }

  init(_ rule: ForwardForward, positive: Int, negative: Int) {
    (self.rule, self.positive, self.negative) = (rule, positive, negative)
  }

  func ofNegatives(after phase: Int) -> Self {
    var other = self
    other.told = phase
    return other
  }

  func motion(in scene: Scene) -> any Motion { Errors(scene, self) }

  private final class Errors: Motion {
    private let errors: LayerErrors
    private let network: Network
    private let passes: (positive: State, negative: State)
    private let readOut: Matrix?
    private let means: Offsets?
    private var goodness: LayerGoodness
    var findings: (any Sendable)? { goodness }

    init(_ scene: Scene, _ errors: LayerErrors) {
      (self.errors, network, means) = (errors, scene.network, scene.clamped.offsets)
      passes = (scene.ends[errors.positive].state, scene.ends[errors.negative].state)
      readOut = errors.told == nil && errors.positive > 0 ? scene.force(of: 0) : nil
      goodness = errors.told.flatMap { scene.ends[$0].findings as? LayerGoodness } ?? LayerGoodness()
    }

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      guard network.isHidden(k) else {
        if let readOut {
          next.withActivity {
            $0.copy(
              rows: rows, columns: units, from: readOut, rows: rows.lowerBound, columns: units.lowerBound)
          }
        }
        return 0
      }
      let (rule, curve, isPositive) = (errors.rule, network.activation(k).curve, errors.told == nil)
      if isPositive {
        goodness.layers[k] = (
          rule.measure.values(of: passes.positive[k].states, curve: curve, rows: rows),
          rule.measure.values(of: passes.negative[k].states, curve: curve, rows: rows)
        )
      }
      let factors = factors(k, isPositive: isPositive)
      let drives = (isPositive ? passes.positive : passes.negative)[k].states
      let peers = isPositive && rule.peers > 0 ? self.peers(k) : nil
      next.withActivity {
        rule.measure.setSlopes(
          &$0, of: drives, curve: curve, factors: factors, peers: peers, rows: rows, units: units)
      }
      return 0
    }

    /// −∂C/∂g of each row.
    private func factors(_ k: Int, isPositive: Bool) -> [Double] {
      guard let (positive, negative) = goodness.layers[k] else { return [] }
      let rule = errors.rule
      let sign = isPositive ? 1.0 : -1
      switch rule.chosenLoss {
      case .threshold:
        let threshold = rule.threshold(units: network.units(k))
        return (isPositive ? positive : negative).map { sign * logistic(sign * (threshold - $0)) }
      case .pair:
        return zip(positive, negative).map {
          sign / rule.temperature * logistic(($1 - $0) / rule.temperature)
        }
      }
    }

    /// λ (mean m̄ − m̄_j).
    private func peers(_ k: Int) -> Matrix? {
      guard let means = means?[k], !means.precision.isHollow else { return means?[k] }
      let row = means.row(0)
      let mean = row.reduce(0, +) / Double(row.count)
      return Matrix(rows: 1, columns: row.count, precision: means.precision) {
        errors.rule.peers * (mean - row[$1])
      }
    }
  }
}

extension Lesson {
  /// What each hidden layer came to, where layers learn by themselves.
  public var goodness: LayerGoodness? {
    ends.lazy.reversed().compactMap { $0.findings as? LayerGoodness }.first
  }

  /// What layer k of a network whose layers learn by themselves makes small, summed over the batch: of the output, on the
  /// neutral label, the network's cost.
  public func cost(ofLayer k: Int, targets: Matrix?) -> Double {
    let errors = plan.indices.reversed().first { plan[$0].dynamics is LayerErrors }
    guard let errors, let dynamics = plan[errors].dynamics as? LayerErrors,
      let goodness = ends[errors].findings as? LayerGoodness
    else { preconditionFailure("a lesson of layers that do not learn by themselves") }
    let network = ends[0].state.network
    guard let (positive, negative) = goodness.layers[k] else {
      guard k == network.output, let targets else { return 0 }
      return network.cost.value(
        outputs: ends[0].outputs, targets: targets,
        rows: 0..<(goodness.layers.values.first?.positive.count ?? 0))
    }
    return zip(positive, negative).reduce(0) {
      $0 + dynamics.rule.cost(positive: $1.0, negative: $1.1, units: network.units(k))
    }
  }
}

/// g of every row of each hidden layer that is computed here.
public struct LayerGoodness: Sendable {
  public fileprivate(set) var layers: [Int: (positive: [Double], negative: [Double])] = [:]
}

private func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
