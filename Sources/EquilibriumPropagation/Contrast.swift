import EnergyModels
import Tensors

/// What the connections and biases learn from: an estimate of −dC/dθ, times its strength, as sums over the batch.
///
/// Equilibrium propagation's difference of two phases is taken as means and changes,
///
///     ρ⁺_j ρ⁺_kᵀ − ρ⁻_j ρ⁻_kᵀ = ρ̄_j Δ_kᵀ + Δ_j ρ̄_kᵀ,   ρ̄ = ½(ρ⁺ + ρ⁻),   Δ = ρ⁺ − ρ⁻,
///
/// which loses no digits where the phases are near each other, and is the symmetric rule of spike timing.
public struct Contrast {
  /// What the sums are divided by: β, 2β between phases at ±β, N β of N points, 1 where the gradient is exact.
  public let strength: Double
  /// Rows of the batch that were left out of it.
  public private(set) var rejected = 0
  private let clamped: Clamped
  /// Δ_k of every known layer: what biases learn from, and the input's weights, since the input never changes.
  private var changes: Levels
  private var terms: [Term]

  /// One matrix for each layer known here.
  struct Levels {
    let known: [Int]
    var matrices: [Matrix]

    init(_ known: [Int], _ matrix: (Int) -> Matrix) {
      self.known = known
      matrices = known.map(matrix)
    }

    subscript(k: Int) -> Matrix {
      guard let place = known.lastIndex(of: k) else { preconditionFailure("a layer that is not known here") }
      return matrices[place]
    }
  }

  /// What W_{jk}, j > 0, learns from.
  enum Term {
    /// mean_j Δ_kᵀ + Δ_j mean_kᵀ.
    case symmetric(mean: Levels, change: Levels)
    /// activity_j Δ_kᵀ: errors that came down from above.
    case upward(activity: Levels, change: Levels)
    /// Re(z_j u_kᵀ), both complex: real parts, then from `half` on imaginary ones (of u, their negatives).
    case complex(states: Levels, weighted: Levels, half: Int)
  }

  init(strength: Double, changes: Levels, terms: [Term], clamped: Clamped) {
    self.strength = strength
    self.changes = changes
    self.terms = terms
    self.clamped = clamped
  }

  /// The contrast of two phases.
  init(_ plus: State, minus: State, over strength: Double, clamped: Clamped) {
    let (mean, change) = Levels.between(plus, minus, rows: clamped.rows)
    self.init(
      strength: strength, changes: change, terms: [.symmetric(mean: mean, change: change)],
      clamped: clamped)
  }

  /// Row numbers of the shards here.
  public var shards: [Int] { clamped.shards }

  /// Leaves some rows out of every sum.
  mutating func reject(_ rows: [Int]) {
    rejected = rows.count
    guard !rows.isEmpty else { return }
    changes.clear(rows)
    terms = terms.map { term in
      switch term {
      case .symmetric(let mean, var change):
        change.clear(rows)
        return .symmetric(mean: mean, change: change)
      case .upward(let activity, var change):
        change.clear(rows)
        return .upward(activity: activity, change: change)
      case .complex(let states, var weighted, let half):
        weighted.clear(rows + rows.map { $0 + half })
        return .complex(states: states, weighted: weighted, half: half)
      }
    }
  }
}

extension Contrast {
  /// The sums over the batch, to be added in order, that W_{jk}[block] learns from, in the direction it is stored.
  public func sums(_ connection: Connection, block: Block, backward: Bool) -> [ContrastSum] {
    typealias End = ContrastSum.End
    let (j, k) = (connection.source, connection.target)
    if j == 0, let input = clamped.input {
      let post = End(changes[k], from: block.columns.lowerBound)
      return [ContrastSum(pre: End(input, from: block.rows.lowerBound), post: post, live: clamped.live)]
    }
    func ends(_ below: Matrix, _ above: Matrix, row: Int = 0) -> (pre: End, post: End) {
      let below = End(below, from: block.rows.lowerBound, fromRow: row)
      let above = End(above, from: block.columns.lowerBound, fromRow: row)
      return backward ? (above, below) : (below, above)
    }
    func sum(_ first: (pre: End, post: End), _ second: (pre: End, post: End)? = nil) -> ContrastSum {
      ContrastSum(pre: first.pre, post: first.post, and: second)
    }
    return terms.map { term in
      switch term {
      case .symmetric(let mean, let change):
        sum(ends(mean[j], change[k]), ends(change[j], mean[k]))
      case .upward(let activity, let change): sum(ends(activity[j], change[k]))
      case .complex(let states, let weighted, let half):
        sum(ends(states[j], weighted[k]), ends(states[j], weighted[k], row: half))
      }
    }
  }

  /// The sum over the batch that b_k of some units learns from.
  public func sum(bias k: Int, units: Range<Int>) -> ContrastSum {
    let one = ContrastSum.End(Matrix(rows: 1, columns: 1, precision: changes[k].precision) { _, _ in 1 })
    return ContrastSum(pre: one, post: .init(changes[k], from: units.lowerBound))
  }
}

extension Contrast.Levels {
  /// ρ(s_k) of a state.
  init(activityOf state: State) { self.init(state.known) { state.activity($0) } }

  /// ½(ρ⁺ + ρ⁻) and ρ⁺ − ρ⁻.
  static func between(_ plus: State, _ minus: State, rows: Range<Int>) -> (mean: Self, change: Self) {
    func level(_ k: Int, _ fill: (inout Matrix, Matrix, Matrix, Range<Int>) -> Void) -> Matrix {
      let (a, b) = (plus.activity(k), minus.activity(k))
      var out = Matrix(rows: a.rows, columns: a.columns, precision: a.precision)
      fill(&out, a, b, 0..<a.columns)
      return out
    }
    return (
      Self(plus.known) { level($0) { $0.setMean(of: $1, $2, rows: rows, columns: $3) } },
      Self(plus.known) { level($0) { $0.setDifference(of: $1, $2, rows: rows, columns: $3) } }
    )
  }

  mutating func clear(_ rows: [Int]) {
    for index in matrices.indices { for row in rows { matrices[index].set(rows: row..<row + 1, .zero) } }
  }
}
