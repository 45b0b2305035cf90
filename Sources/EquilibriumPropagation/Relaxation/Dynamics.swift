import EnergyModels
import Tensors

/// A way to move the layers of a network, each given what drives it.
public protocol Dynamics: Sendable {
  /// What counts of a drive.
  var parts: DriveParts { get }
  /// Whether states are complex: imaginary parts stand in the lower half of a matrix's rows.
  var isComplex: Bool { get }
  /// Whether a read-out is asked before the first iteration, because its force counts from there on.
  var readsOut: Bool { get }
  /// Whether pooled connections keep the slopes that they are given: of responses, which are linear.
  var keepsSlopes: Bool { get }
  /// Whether where it moves the states is proposed to each example, which accepts all of it or nothing.
  var proposes: Bool { get }
  /// Whether it leaves the states as they are.
  var isStill: Bool { get }
  /// Whether ρ′ is taken from ρ alone, which some activations do not allow.
  var takesSlopesFromActivity: Bool { get }
  /// Whether it goes by whole layers, once all slices of one are known.
  var takesWholeLayers: Bool { get }
  /// The same for the rows of a batch.
  func motion(in scene: Scene) -> any Motion
}

extension Dynamics {
  public var parts: DriveParts { .all }
  public var isComplex: Bool { false }
  public var readsOut: Bool { false }
  public var keepsSlopes: Bool { false }
  public var proposes: Bool { false }
  public var isStill: Bool { false }
  public var takesSlopesFromActivity: Bool { false }
  public var takesWholeLayers: Bool { false }
}

/// Dynamics on the rows of a batch.
public protocol Motion {
  /// Writes what becomes of some rows of layer k; returns its residual, the largest |Δs| / ε.
  ///
  /// - Parameters:
  ///   - state: as it is; `drive` has a row for each of its rows, and the portion's units.
  ///   - rows: of the layer's positions.
  func move(
    _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
    to next: inout LayerState, at instant: Instant
  ) -> Double

  /// Makes what it likes of layer k, known here, once all of it has come together.
  func take(_ k: Int, _ layer: inout LayerState, rows: [Range<Int>], at instant: Instant)

  /// What it has found each class to be worth, as far as this portion knows it; nil where it did not ask.
  var classScores: ClassScores? { get }

  /// ln of the weight of each iteration that was made, for each row, as far as this portion knows it: of each slice of the
  /// network's cut layers, then of what is whole; a weight is the product of all shares.
  var logWeights: [Int: [[Double]]] { get }

  /// What it has found besides the states, for the phases that come after it; nil where that is nothing.
  var findings: (any Sendable)? { get }
}

extension Motion {
  public var findings: (any Sendable)? { nil }
  public var logWeights: [Int: [[Double]]] { [:] }
  public var classScores: ClassScores? { nil }
  public func take(_ k: Int, _ layer: inout LayerState, rows: [Range<Int>], at instant: Instant) {}
}

/// Where a relaxation is: what noise and observers go by.
public struct Instant: Sendable {
  /// Of the rule's phases, from 0; −1 in a forward start.
  public var phase: Int
  /// Iterations made before.
  public var iteration = 0
  /// The step of the run, and for each row the number of its example in the split; 0 and none outside training.
  public var step = 0
  public var examples: [Int] = []
}

/// What a phase finds when it begins.
public struct Scene {
  public let portion: Portion
  /// Of the portion's matrices: examples at most, or twice as many for complex states.
  public let rows: Int
  public let precision: Precision
  public let clamped: Clamped
  /// The ends of the phases before it.
  public let ends: [Settled]
  /// The biases of the output, where it is a layer of classes that is held.
  public var classBias: Panels?

  /// The whole network.
  public var network: Network { portion.network }

  /// κ (d − y), of the outputs of an earlier phase, where the output is computed.
  public func force(of phase: Int) -> Matrix? {
    let k = network.output
    guard portion.holds(k), let targets = clamped.targets else { return nil }
    var force = Matrix(rows: targets.rows, columns: targets.columns, precision: precision)
    force.setDifference(
      of: targets, ends[phase].state[k].states, rows: clamped.rows, columns: 0..<targets.columns)
    if network.cost.weight != 1 { force.scale(by: network.cost.weight, rows: clamped.rows) }
    return force
  }
}

/// Downhill on F = E + βC: an Euler step, or each layer to its minimiser given its neighbours.
public struct EnergyDescent: Dynamics {
  public let relaxation: Relaxation
  /// β of the nudging at the output.
  public let beta: Double
  public var readsOut: Bool { beta != 0 }

  public init(_ relaxation: Relaxation, beta: Double = 0) {
    (self.relaxation, self.beta) = (relaxation, beta)
  }

  public func motion(in scene: Scene) -> any Motion {
    let (layers, pulls) = (scene.portion.layers, Pulls(scene, beta: beta))
    return Descent(
      lowest: layers.lowerBound, updates: layers.map { update($0, of: scene.network, pulls) })
  }

  /// What moves layer k of a network under some pulls.
  func update(_ k: Int, of network: Network, _ pulls: Pulls) -> LayerUpdate {
    var update = LayerUpdate(
      move: network.activation(k).isReadOut ? .readOut : relaxation.updates.move,
      curve: network.activation(k).curve, step: relaxation.step, factor: relaxation.reach,
      beta: pulls[k].stiffness, targets: pulls[k].centre)
    update.newton = relaxation.newton
    return update
  }

  private struct Descent: Motion {
    let lowest: Int
    /// Of each layer of the portion.
    let updates: [LayerUpdate]

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      next.apply(updates[k - lowest], to: state, drive: drive, rows: rows, columns: units)
    }
  }
}

/// As `EnergyDescent`, on complex states under a complex β: what remains of F where it is holomorphic.
///
/// Source: Laborieux & Zenke 2022, arXiv:2209.00530.
public struct ComplexDescent: Dynamics {
  let relaxation: Relaxation
  let beta: (re: Double, im: Double)
  public var isComplex: Bool { true }

  public func motion(in scene: Scene) -> any Motion {
    Descent(
      descent: self, network: scene.network, targets: scene.clamped.targets,
      spring: Pulls(scene, beta: 0)[0])
  }

  private struct Descent: Motion {
    let descent: ComplexDescent
    let network: Network
    let targets: Matrix?
    let spring: Pull

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      let relaxation = descent.relaxation
      var update = ComplexUpdate(
        move: relaxation.updates.move, curve: network.activation(k).curve, step: relaxation.step,
        beta: (0, 0), targets: nil)
      if k == network.output {
        let weight = network.cost.weight
        update.beta = (weight * descent.beta.re, weight * descent.beta.im)
        update.targets = targets
      } else if k == 0 {
        (update.beta, update.targets) = ((re: spring.stiffness, im: 0), spring.centre)
      }
      return next.apply(update, to: state, drive: drive, rows: rows, columns: units)
    }
  }
}

/// A pass upwards: the forward start of a free phase, s_k = ρ(W_kᵀ ρ(s_{k−1}) + b_k), or the feed-forward twin's
/// h_k = ρ(W_kᵀ h_{k−1} + b_k), whose layers show their states themselves.
public struct ForwardPass: Dynamics {
  let showsStates: Bool
  public var parts: DriveParts { [.constant, .below] }

  public init(showsStates: Bool) { self.showsStates = showsStates }

  public func motion(in scene: Scene) -> any Motion {
    Pass(network: scene.network, showsStates: showsStates, dropout: showsStates ? Dropout(scene) : nil)
  }

  private struct Pass: Motion {
    let network: Network
    let showsStates: Bool
    let dropout: Dropout?

    func move(
      _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
      to next: inout LayerState, at instant: Instant
    ) -> Double {
      let isReadOut = network.activation(k).isReadOut
      let update = LayerUpdate(
        move: isReadOut ? .readOut : .forward, curve: network.activation(k).curve, step: 1)
      let residual = next.apply(update, to: state, drive: drive, rows: rows, columns: units)
      dropout?.apply(to: &next.states, layer: k, pass: 0, rows: rows, units: units)
      if showsStates { next.showStates(rows: rows, columns: units) }
      return residual
    }
  }
}

extension Updates {
  /// Without noise.
  var move: Move { alternates ? .minimize : .euler }
}
