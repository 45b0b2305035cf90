import EnergyModels
import Tensors

/// The difference of two phases that estimates the gradient: −dC/dW_k ≈ (1/β) Σ [ρ(s_{k−1})ρ(s_k)ᵀ]⁺ − […]⁻.
public struct Contrast {
  /// β, or 2β between phases at ±β: what the sums are divided by.
  public let strength: Double
  private let plus: State
  private let minus: State
  private let clamped: Clamped
  /// ρ(s₁)⁺ − ρ(s₁)⁻: the input is the same in both phases, so W₁ needs one product.
  private let firstDifference: Matrix?

  init(_ plus: State, minus: State, over strength: Double, clamped: Clamped) {
    self.strength = strength
    self.plus = plus
    self.minus = minus
    self.clamped = clamped
    guard clamped.input != nil else {
      firstDifference = nil
      return
    }
    var difference = plus.activity(1)
    difference.subtract(rows: clamped.rows, columns: 0..<difference.columns, minus.activity(1))
    firstDifference = difference
  }

  /// The sum over the batch that W_k[block] learns from, in the direction it is stored.
  public func sum(connection k: Int, block: Block, backward: Bool) -> ContrastSum {
    typealias End = ContrastSum.End
    if k == 1, let input = clamped.input, let firstDifference {
      return ContrastSum(
        pre: End(input, from: block.rows.lowerBound),
        post: End(firstDifference, from: block.columns.lowerBound), live: clamped.live)
    }
    func ends(_ state: State) -> (End, End) {
      let below = End(state.activity(k - 1), from: block.rows.lowerBound)
      let above = End(state.activity(k), from: block.columns.lowerBound)
      return backward ? (above, below) : (below, above)
    }
    let (pre, post) = ends(plus)
    return ContrastSum(pre: pre, post: post, minus: ends(minus))
  }

  /// The sum over the batch that b_k of some units learns from.
  public func sum(bias k: Int, units: Range<Int>) -> ContrastSum {
    let one = ContrastSum.End(
      Matrix(rows: 1, columns: 1, precision: plus.activity(k).precision) { _, _ in 1 })
    return ContrastSum(
      pre: one, post: .init(plus.activity(k), from: units.lowerBound),
      minus: (one, .init(minus.activity(k), from: units.lowerBound)))
  }

  /// Row numbers of the shards here.
  public var shards: [Int] { clamped.shards }
}
