import EnergyModels
import Tensors

/// The Metropolis-adjusted Langevin algorithm: what a Langevin step leads to is proposed, and each example accepts it in all
/// its layers or stays where it is, so that e^{−F/T} is kept whatever ε is.
///
///     s′ = s − ε ∇F(s) + √(2Tε) ξ
///     P(accepted) = min(1, exp[ −(F(s′) − F(s))/T − (‖s − s′ + ε∇F(s′)‖² − ‖s′ − s + ε∇F(s)‖²) / 4Tε ])
///
/// Where states have bounds, 0 and t, the chain is one of x on the whole line, on which F(x) is F of x's image s in [0, t]
/// by the mirrors at both: even there and of period 2t, so that the rule above holds of x and x′, the gradient at x′ being
/// the mirrored one, and s is a chain of its own since the mirrors leave all of it as it is. A proposal beyond a bound
/// could as well be of density 0: but of many units some nearly always cross one, and then nothing would be accepted.
///
/// Source: Roberts & Tweedie 1996, doi:10.2307/3318418; 57 % accepted is best: Roberts & Rosenthal 1998,
/// doi:10.1111/1467-9868.00123.
final class AdjustedChain: Motion {
  /// The layer's word of the numbers that proposals are accepted by: no layer's.
  private static let word = 0xFF_FFFF

  private let chain: Sampler.Chain
  private var choice: Noise?

  init(_ chain: Sampler.Chain) { self.chain = chain }

  func move(
    _ k: Int, from state: LayerState, drive: Matrix, rows: Range<Int>, units: Range<Int>,
    to next: inout LayerState, at instant: Instant
  ) -> Double {
    chain.move(k, from: state, drive: drive, rows: rows, units: units, to: &next, at: instant)
  }

  /// The step that layer k proposes in a sweep.
  func update(_ k: Int, at instant: Instant) -> LayerUpdate { chain.update(k, at: instant) }

  /// Whether the example of a row accepts a step that costs so much: F(s′) − F(s) + T log q(s′|s)/q(s|s′).
  func accepts(_ cost: Double, row: Int, at instant: Instant) -> Bool {
    if choice == nil { choice = chain.noise(Self.word, positions: 1, units: 1, at: instant) }
    choice?.sweep = instant.iteration
    return choice?.falls(belowExponentialOf: -cost / chain.temperature, row: row) ?? false
  }
}

extension LayerUpdate {
  /// What some units of a layer add to F: ½ ‖s‖² − ρ(s)·D of the drive from below, and (κ/2) ‖c − s‖² of what pulls at them.
  func energy(
    of state: LayerState, driveFromBelow drive: Matrix, driveFrom first: Int, rows: Range<Int>,
    units: Range<Int>
  ) -> Double {
    let energy = state.states.energy(
      activity: state.activity, drive: drive, driveFrom: first, rows: rows, columns: units)
    // Only whole layers are pulled.
    guard beta != 0, let centre = targets else { return energy }
    return energy + beta * state.states.squaredError(centre, rows: rows)
  }
}

/// How many of the steps that were proposed to examples they accepted.
public struct Acceptance: Codable, Equatable, Sendable {
  /// Steps, one an example and sweep.
  public var proposed = 0
  /// Those of them that were accepted.
  public var accepted = 0

  /// So many of each.
  public init(proposed: Int = 0, accepted: Int = 0) { (self.proposed, self.accepted) = (proposed, accepted) }

  /// In 0…1; nil where nothing was proposed.
  public var share: Double? { proposed == 0 ? nil : Double(accepted) / Double(proposed) }

  /// Joins what was counted elsewhere.
  public mutating func add(_ other: Acceptance) {
    proposed += other.proposed
    accepted += other.accepted
  }
}
