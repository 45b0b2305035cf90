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
  var terms: [Term]
  /// The sum of what the terms change, where that is not what the only one does.
  private var sum: Levels?
  /// What biases learn from, where that is not what the terms change.
  var biases: Levels?

  /// Δ_k: what biases learn from, and the weights of a clamped input, which never changes.
  private func change(of k: Int) -> Matrix { sum?[k] ?? terms[0].change[k] }

  /// One matrix for each layer known here, and for each pooled connection one of what its kernel sees of the layer above.
  public struct Levels: Sendable {
    let known: [Int]
    var matrices: [Matrix]
    let pooled: [Int]
    var spreads: [Matrix]
    private let network: Network

    /// As the layers and pooled connections of a state.
    init(_ state: State, _ matrix: (Int) -> Matrix, spread: (Int) -> Matrix) {
      (known, pooled) = (state.known, state.pooled)
      matrices = known.map(matrix)
      spreads = pooled.map(spread)
      network = state.network
    }

    /// What the kernel of a connection sees of layer k.
    func seen(by connection: Int, of k: Int) -> Matrix {
      pooled.firstIndex(of: connection).map { spreads[$0] } ?? self[k]
    }

    public subscript(k: Int) -> Matrix {
      guard let index = known.lastIndex(of: k) else { preconditionFailure("a layer that is not known here") }
      return matrices[index]
    }
  }

  /// What W_{jk} of two layers of states learns from.
  struct Term {
    let kind: Kind
    /// a: activities, or their mean.
    var states: Levels
    /// Δ: what is left out of every sum where an example is.
    var change: Levels
    /// Of rows of many states, in which an input of states is held.
    var held: Held?
    /// Another product that is added row by row.
    var second: (states: Levels, change: Levels)?
    /// Whether the connections into the output alone learn from it, or all but those; nil for all.
    var teachesOutput: Bool?

    /// What the weights of the input learn from, the same in all states: a row for each example.
    struct Held {
      let bounds: [Int]
      let input: Levels
      var change: Levels

      /// The rows of an example in all states, of a batch with these shards.
      func rows(of row: Int, shards: [Int]) -> [Int] {
        guard let shard = shards.dropLast().lastIndex(where: { $0 <= row }) else { return [] }
        let size = shards[shard + 1] - shards[shard]
        return Array(
          stride(from: bounds[shard] + row - shards[shard], to: bounds[shard + 1], by: max(size, 1)))
      }
    }

    enum Kind {
      /// a_j Δ_kᵀ + Δ_j a_kᵀ.
      case symmetric
      /// a_j Δ_kᵀ: of activities and the errors that came down from above, or of one iteration of an average.
      case product
      /// Re(a_j Δ_kᵀ), both complex: real parts, then from `half` on imaginary ones (of Δ, their negatives).
      case complex(half: Int)
    }

    init(_ kind: Kind, _ states: Levels, change: Levels) {
      (self.kind, self.states, self.change) = (kind, states, change)
    }
  }

  /// - Parameter sum: nil where it is the change of the only term.
  init(strength: Double, terms: [Term], sum: Levels? = nil, clamped: Clamped) {
    self.strength = strength
    self.terms = terms
    self.sum = sum
    self.clamped = clamped
  }

  /// The contrast of two phases.
  init(_ plus: State, minus: State, over strength: Double, clamped: Clamped) {
    let (mean, change) = Levels.between(plus, minus, rows: clamped.rows)
    self.init(strength: strength, terms: [Term(.symmetric, mean, change: change)], clamped: clamped)
  }

  /// Row numbers of the shards here.
  public var shards: [Int] { clamped.shards }

  /// Multiplies what is learnt from each row.
  mutating func weigh(_ weights: [Double]) {
    for (row, weight) in weights.enumerated() where weight != 1 {
      biases?.scale(by: weight, rows: row..<row + 1)
      sum?.scale(by: weight, rows: row..<row + 1)
      for index in terms.indices {
        if let held = terms[index].held {
          terms[index].held?.change.scale(by: weight, rows: row..<row + 1)
          for row in held.rows(of: row, shards: clamped.shards) {
            terms[index].change.scale(by: weight, rows: row..<row + 1)
          }
          continue
        }
        terms[index].change.scale(by: weight, rows: row..<row + 1)
        terms[index].second?.change.scale(by: weight, rows: row..<row + 1)
        guard case .complex(let half) = terms[index].kind else { continue }
        terms[index].change.scale(by: weight, rows: row + half..<row + half + 1)
      }
    }
  }

  /// Leaves some rows out of every sum.
  mutating func reject(_ rows: [Int]) {
    rejected = rows.count
    guard !rows.isEmpty else { return }
    sum?.clear(rows)
    biases?.clear(rows)
    for index in terms.indices {
      if let held = terms[index].held {
        terms[index].held?.change.clear(rows)
        terms[index].change.clear(rows.flatMap { held.rows(of: $0, shards: clamped.shards) })
      } else if case .complex(let half) = terms[index].kind {
        terms[index].change.clear(rows + rows.map { $0 + half })
      } else {
        terms[index].change.clear(rows)
      }
    }
  }
}

extension Contrast {
  /// The sums over the batch, to be added in order, that W_{jk}[block] learns from, in the direction it is stored.
  public func sums(_ index: Int, block: Block, backward: Bool) -> [ContrastSum] {
    typealias End = ContrastSum.End
    let (network, wiring) = (clamped.network, clamped.network.wirings[index])
    let (j, k) = (network.connections[index].source, network.connections[index].target)
    let (below, above) = (network.layout(j), PositionLayout(positions: wiring.before.positions))
    let pairs = wiring.isPlain ? nil : backward ? wiring.pairsDown : wiring.pairs
    if !network.isState(j), let input = clamped.input {
      let seen = clamped.spread(change(of: k), ofLayer: k, units: block.columns)
      return [
        ContrastSum(
          pre: End(input, from: block.rows.lowerBound, layout: below),
          post: End(seen, from: block.columns.lowerBound, layout: above), live: clamped.live, pairs: pairs)
      ]
    }
    /// From example `half` on imaginary parts stand.
    func ends(_ lower: Levels, _ upper: Levels, half: Int = 0) -> (pre: End, post: End) {
      let lower = End(
        lower[j], from: block.rows.lowerBound, fromRow: half * below.positions, layout: below)
      let upper = End(
        upper.seen(by: index, of: k), from: block.columns.lowerBound, fromRow: half * above.positions,
        layout: above)
      return backward ? (upper, lower) : (lower, upper)
    }
    func sum(_ first: (pre: End, post: End), _ second: (pre: End, post: End)? = nil) -> ContrastSum {
      ContrastSum(pre: first.pre, post: first.post, and: second, pairs: pairs)
    }
    let taught = terms.filter { $0.teachesOutput.map { $0 == (k == network.output) } ?? true }
    return taught.map { term in
      if let held = term.held {
        guard j > 0 else { return sum(ends(held.input, held.change)) }
        var tall = sum(ends(term.states, term.change))
        tall.bounds = held.bounds
        return tall
      }
      let (states, change) = (term.states, term.change)
      return switch term.kind {
      case .symmetric: sum(ends(states, change), ends(change, states))
      case .product: sum(ends(states, change), term.second.map { ends($0.states, $0.change) })
      case .complex(let half): sum(ends(states, change), ends(states, change, half: half))
      }
    }
  }

  /// The sum over the batch that b_k of some units learns from, at all positions alike.
  public func sum(bias k: Int, units: Range<Int>) -> ContrastSum {
    let (change, positions) = (biases?[k] ?? change(of: k), clamped.network.positions(k))
    return ContrastSum(
      pre: .one(change.precision),
      post: .init(change, from: units.lowerBound, layout: PositionLayout(positions: positions)),
      pairs: clamped.network.biasPairs[k])
  }
}

extension Contrast.Levels {
  /// ρ(s_k) of a state.
  init(activityOf state: State) {
    self.init(state) {
      state.activity($0)
    } spread: {
      state.seen(fromBelow: $0)
    }
  }

  /// ½(ρ⁺ + ρ⁻) and ρ⁺ − ρ⁻.
  static func between(_ plus: State, _ minus: State, rows: Range<Int>) -> (mean: Self, change: Self) {
    func levels(_ fill: (inout Matrix, Matrix, Matrix, Range<Int>) -> Void) -> Self {
      func level(_ a: Matrix, _ b: Matrix, positions: Int) -> Matrix {
        var out = Matrix(rows: a.rows, columns: a.columns, precision: a.precision)
        fill(&out, a, b, rows.times(positions))
        return out
      }
      let network = plus.network
      return Self(plus) {
        level(plus.activity($0), minus.activity($0), positions: network.positions($0))
      } spread: {
        level(
          plus.seen(fromBelow: $0), minus.seen(fromBelow: $0),
          positions: network.wirings[$0].before.positions)
      }
    }
    return (
      levels { $0.setMean(of: $1, $2, rows: $3, columns: 0..<$1.columns) },
      levels { $0.setDifference(of: $1, $2, rows: $3, columns: 0..<$1.columns) }
    )
  }

  /// Adds those of other activities.
  mutating func add(_ other: Self, rows: Range<Int>) {
    for (index, k) in known.enumerated() {
      matrices[index].add(rows: rows.times(network.positions(k)), other.matrices[index])
    }
  }

  /// Takes the offset of its layer off each activity, of layers at one position.
  mutating func subtract(_ offsets: Offsets, rows: Range<Int>) {
    for (index, k) in known.enumerated() { matrices[index].subtract(row: offsets[k], rows: rows) }
  }

  /// Puts another matrix in place of each layer's.
  mutating func replaceEach(_ body: (_ k: Int, Matrix) -> Matrix) {
    for (index, k) in known.enumerated() { matrices[index] = body(k, matrices[index]) }
  }

  /// The complex conjugates of weight · z of complex activities z, whose lower half of rows holds imaginary parts.
  func turned(by weight: (re: Double, im: Double), rows: Range<Int>) -> Self {
    var turned = self
    turned.change { level, positions in
      var out = Matrix(rows: level.rows, columns: level.columns, precision: level.precision)
      out.setConjugate(of: level, times: weight, rows: rows.times(positions))
      level = out
    }
    return turned
  }

  /// self − other.
  func difference(from other: Self, rows: Range<Int>) -> Self {
    var difference = self
    for (index, k) in known.enumerated() {
      var out = Matrix(
        rows: matrices[index].rows, columns: matrices[index].columns, precision: matrices[index].precision)
      out.setDifference(
        of: matrices[index], other.matrices[index], rows: rows.times(network.positions(k)),
        columns: 0..<out.columns)
      difference.matrices[index] = out
    }
    return difference
  }

  /// Multiplies some rows, or all of them, by a factor.
  mutating func scale(by factor: Double, rows: Range<Int>? = nil) {
    change { level, positions in
      level.scale(by: factor, rows: rows?.times(positions) ?? 0..<level.rows)
    }
  }

  /// Changes every matrix, given the positions of its layer.
  private mutating func change(_ body: (inout Matrix, _ positions: Int) -> Void) {
    for (index, k) in known.enumerated() { body(&matrices[index], network.positions(k)) }
    for (pool, connection) in pooled.enumerated() {
      body(&spreads[pool], network.wirings[connection].before.positions)
    }
  }

  mutating func clear(_ rows: [Int]) {
    for row in rows.map({ $0..<$0 + 1 }) {
      for (index, k) in known.enumerated() {
        matrices[index].set(rows: row.times(network.positions(k)), .zero)
      }
      for (pool, connection) in pooled.enumerated() {
        spreads[pool].set(rows: row.times(network.wirings[connection].before.positions), .zero)
      }
    }
  }
}
