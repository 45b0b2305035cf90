import EnergyModels
import Tensors

/// One way to move the layers of a portion, each given what drives it.
protocol Dynamics {
  /// What counts of a drive.
  var parts: DriveParts { get }
  /// Whether states are complex: imaginary parts stand in the lower half of a matrix's rows.
  var isComplex: Bool { get }
  /// Whether a read-out is asked before the first iteration, because its force counts from there on.
  var readsOut: Bool { get }
  /// Whether pooled connections keep the slopes that they are given: of responses, which are linear.
  var keepsSlopes: Bool { get }
  /// Writes what becomes of some rows of layer k; returns its residual, the largest |Δs| / ε.
  func move(
    _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
    to next: inout LayerState
  ) -> Double
}

extension Dynamics {
  var parts: DriveParts { .all }
  var isComplex: Bool { false }
  var readsOut: Bool { false }
  var keepsSlopes: Bool { false }
}

/// Downhill on F = E + βC: an Euler step, or each layer to its minimiser given its neighbours.
struct EnergyDescent: Dynamics {
  let network: Network
  let relaxation: Relaxation
  /// β of the nudging at the output.
  let beta: Double
  let targets: Matrix?
  var readsOut: Bool { beta != 0 }

  func move(
    _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
    to next: inout LayerState
  ) -> Double {
    let isOutput = k == network.depth
    let update = LayerUpdate(
      move: network.activation(k).isReadOut ? .readOut : relaxation.updates.move,
      curve: network.activation(k).curve, step: relaxation.step,
      factor: relaxation.reach, beta: isOutput ? beta : 0, targets: isOutput ? targets : nil)
    return next.apply(update, to: state, drive: drive, rows: rows, columns: units)
  }
}

/// As `EnergyDescent`, on complex states under a complex β: what remains of F where it is holomorphic.
///
/// Source: Laborieux & Zenke 2022, arXiv:2209.00530.
struct ComplexDescent: Dynamics {
  let network: Network
  let relaxation: Relaxation
  let beta: (re: Double, im: Double)
  let targets: Matrix?
  var isComplex: Bool { true }

  func move(
    _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
    to next: inout LayerState
  ) -> Double {
    let isOutput = k == network.depth
    let update = ComplexUpdate(
      move: relaxation.updates.move, curve: network.activation(k).curve, step: relaxation.step,
      beta: isOutput ? beta : (0, 0), targets: isOutput ? targets : nil)
    return next.apply(update, to: state, drive: drive, rows: rows, columns: units)
  }
}

/// A pass upwards: the forward start of a free phase, s_k = ρ(W_kᵀ ρ(s_{k−1}) + b_k), or the feed-forward twin's
/// h_k = ρ(W_kᵀ h_{k−1} + b_k), whose layers show their states themselves.
struct ForwardPass: Dynamics {
  let network: Network
  let showsStates: Bool
  var parts: DriveParts { [.constant, .below] }

  func move(
    _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
    to next: inout LayerState
  ) -> Double {
    let isReadOut = network.activation(k).isReadOut
    let update = LayerUpdate(
      move: isReadOut ? .readOut : .forward, curve: network.activation(k).curve, step: 1)
    let residual = next.apply(update, to: state, drive: drive, rows: rows, columns: units)
    if showsStates { next.showStates(rows: rows, columns: units) }
    return residual
  }
}

extension Updates {
  var move: Move { self == .euler ? .euler : .minimize }
}
