import EnergyModels
import Tensors

/// The exact gradient of the cost after the relaxation actually run, by going back through its iterations.
///
///     s_{t+1} = s_t + ε (ρ′(s_t) D(s_t) − s_t) [clipped],   D_k = Σ_j W_{jk} ρ(s_j) + b_k
///     through the last t of T iterations:  −Σ_{τ = T−t}^{T−1} dC(s_T)/dθ_τ
///
/// where each iteration has parameters θ_τ of its own; with t = T it is −dC(s_T)/dθ. From a state at rest, the contrast
/// after t nudged Euler steps over β tends to the same as β → 0, step by step. Sweeps by colour are gone back through the
/// other way round, the last colour first, so there the two meet only as t grows.
///
/// Source: Ernoult et al. 2019, arXiv:1905.13633.
public struct BackpropagationThroughTime: Sendable {
  private let relaxation: Relaxation

  /// For the iterations of a relaxation, whose Newton steps are Euler steps here; where it starts and how long it takes is
  /// said with each call.
  public init(_ relaxation: Relaxation) {
    var relaxation = relaxation
    relaxation.newton = 0
    self.relaxation = relaxation
  }

  /// −dC(s_T)/dθ, the mean over the batch, through the last t of T iterations for each t asked, in that order.
  ///
  /// In Float64, for a whole network. Keeps the states of as many iterations as the largest t.
  ///
  /// - Parameters:
  ///   - last: each t, 0 … T.
  ///   - iterations: T.
  ///   - start: s₀ of the relaxation.
  ///   - clamped: the batch, for these parameters.
  public func gradients(
    last: [Int], of iterations: Int, from start: State, clamped: Clamped, parameters: Parameters
  ) throws -> [Gradient] {
    precondition(last.allSatisfy { (0...iterations).contains($0) }, "more iterations than were run")
    let deepest = last.max() ?? 0
    let states = try self.states(
      last: deepest, of: iterations, from: start, clamped: clamped, parameters: parameters)
    var pass = ReversePass(from: states[deepest], clamped: clamped, parameters: parameters)
    var found: [Int: Gradient] = [:]
    for t in 0...deepest {
      if last.contains(t) { found[t] = pass.gradient }
      if t < deepest { goBack(&pass, from: states[deepest - t], to: states[deepest - t - 1]) }
    }
    return last.compactMap { found[$0] }
  }

  /// The states before, between and after the last t of T iterations of the free phase.
  private func states(
    last t: Int, of iterations: Int, from start: State, clamped: Clamped, parameters: Parameters
  ) throws -> [State] {
    var counted = relaxation
    counted.start = .persistent
    counted.free = Duration(atMost: iterations)
    let method = Method(
      relaxation: counted, portion: parameters.portion, rows: clamped.rows.count, precision: .float64)
    // The state before the last t iterations is the start, or that after the one before them.
    var phase = Phase.free(method.procedure.scheme)
    phase.keeps = .iterations(last: min(t + 1, iterations))
    let kept = try method.run(
      phase, number: 0, from: start, ends: [], clamped: clamped, parameters: parameters
    ).kept
    return t == iterations ? [start] + kept : kept
  }

  /// Goes back through one iteration, which moved one set of layers after the other.
  private func goBack(_ pass: inout ReversePass, from after: State, to before: State) {
    /// A read-out is no state, and a layer that is held stays.
    func moved(_ layers: [Int]) -> [Int] {
      layers.filter {
        ($0 != pass.network.output || !pass.network.hasReadOut) && !pass.network.isClamped($0)
      }
    }
    switch relaxation.updates.atRest {
    case .euler:
      pass.goBack(moved(Array(pass.network.states)), .euler(relaxation.step), from: after, to: before)
    default:
      let move = UnitMove.minimize(relaxation.step, factor: relaxation.reach)
      // The state between two sets holds what the sets before it have moved.
      var moments = [before]
      let sets = relaxation.order.free.sets(pass.network)
      for layers in sets {
        var next = moments[moments.count - 1]
        for k in layers { next[k] = after[k] }
        moments.append(next)
      }
      for (index, layers) in sets.enumerated().reversed() {
        pass.goBack(moved(layers), move, from: moments[index + 1], to: moments[index])
      }
    }
  }
}
