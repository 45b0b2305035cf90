import Tensors
import Testing

/// The shards' rows: even, uneven, and with empty ones at either end and between.
private func bounds(shards: Int, kind: Int) -> [Int] {
  let sizes = (0..<shards).map { shard in
    switch kind {
    case 0: 3
    case 1: (shard * 5 + 1) % 4 + (shard == 0 ? 1 : 0)
    default: shard % 2 == 0 ? 0 : 2
    }
  }
  return sizes.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
}

@Suite("Sums of contrasts") struct ContrastSumTests {
  static let depth = 27
  static let columns = 43
  static let rows = 40

  static func end(_ stream: Int, columns: Int, _ precision: Precision) -> ContrastSum.End {
    ContrastSum.End(Matrix(random: stream, rows: rows, columns: columns, precision: precision))
  }

  /// Chains over each shard's rows, then the tree: pairs of neighbours, an odd one carried up.
  static func expected(
    _ sum: ContrastSum, _ k: Int, _ j: Int, _ bounds: [Int], _ precision: Precision
  ) -> Double {
    func value(_ end: ContrastSum.End, _ row: Int, _ unit: Int) -> Double {
      end.values[end.values.rows == 1 ? 0 : end.fromRow + row, end.from + unit]
    }
    var shards = (1..<bounds.count).map { shard in
      (bounds[shard - 1]..<bounds[shard]).reduce(0.0) { chain, row in
        let first = precision.fma(value(sum.pre, row, k), value(sum.post, row, j), chain)
        guard let second = sum.second else { return first }
        return precision.fma(value(second.pre, row, k), value(second.post, row, j), first)
      }
    }
    while shards.count > 1 {
      shards = stride(from: 0, to: shards.count, by: 2).map {
        $0 + 1 < shards.count ? precision.sum(shards[$0], shards[$0 + 1]) : shards[$0]
      }
    }
    return shards[0]
  }

  static func written(
    _ sum: ContrastSum, depth: Int = depth, columns: Int = columns, _ bounds: [Int], _ precision: Precision,
    _ kernels: Kernels? = nil
  ) -> Panels {
    // What was there before must not matter.
    var out = Panels(random: 39, depth: depth, columns: padded(columns), precision: precision)
    sum.write(panels: 0..<out.count, to: &out, at: 0, shards: bounds, kernels: kernels)
    return out
  }

  @Test("two products: a chain a shard, then the tree", arguments: InstructionSet.all)
  func twoTerms(set: InstructionSet) {
    let precision = set.precision
    let sum = ContrastSum(
      pre: Self.end(31, columns: Self.depth, precision), post: Self.end(32, columns: Self.columns, precision),
      and: (Self.end(33, columns: Self.depth, precision), Self.end(34, columns: Self.columns, precision)))
    check(sum, set)
  }

  @Test("one product: a chain a shard, then the tree", arguments: InstructionSet.all)
  func oneTerm(set: InstructionSet) {
    let precision = set.precision
    check(
      ContrastSum(
        pre: Self.end(31, columns: Self.depth, precision),
        post: Self.end(32, columns: Self.columns, precision)),
      set)
  }

  private func check(_ sum: ContrastSum, _ set: InstructionSet) {
    for shards in 1...9 {
      for kind in 0..<3 {
        let bounds = bounds(shards: shards, kind: kind)
        let out = Self.written(sum, bounds, set.precision, set.kernels)
        for k in 0..<Self.depth {
          for j in 0..<Self.columns {
            let expected = Self.expected(sum, k, j, bounds, set.precision)
            #expect(set.precision.bits(out[k, j]) == set.precision.bits(expected), "\(bounds) at \(k), \(j)")
          }
        }
        // Activities are zero past the last unit, so weights are too and stay so.
        for k in 0..<Self.depth { for j in Self.columns..<out.columns { #expect(out[k, j] == 0) } }
      }
    }
  }

  @Test("a bias: one stands for the ones of all rows", arguments: Precision.allCases)
  func bias(precision: Precision) {
    let one = ContrastSum.End.one(precision)
    let post = Self.end(35, columns: 43, precision)
    let sum = ContrastSum(pre: one, post: post)
    let bounds = [0, 4, 4, 11, 12]
    let out = Self.written(sum, depth: 1, bounds, precision)
    for j in 0..<43 {
      let total = (0..<12).reduce(0) { $0 + post.values[$1, j] }
      #expect(abs(out[0, j] - total) < 100 * precision.epsilon)
      #expect(precision.bits(out[0, j]) == precision.bits(Self.expected(sum, 0, j, bounds, precision)))
    }
  }

  /// Both ends of a connection that is held twice compute its update: the copies must stay equal for ever.
  @Test("with the ends swapped, the transpose in every bit", arguments: Precision.allCases)
  func swapped(precision: Precision) {
    let (pre, post) = (Self.end(31, columns: 70, precision), Self.end(32, columns: 45, precision))
    let (pre2, post2) = (Self.end(33, columns: 70, precision), Self.end(34, columns: 45, precision))
    for shards in 1...9 {
      let bounds = bounds(shards: shards, kind: 1)
      for isTwoTerms in [false, true] {
        let forward = ContrastSum(pre: pre, post: post, and: isTwoTerms ? (pre2, post2) : nil)
        let backward = ContrastSum(pre: post, post: pre, and: isTwoTerms ? (post2, pre2) : nil)
        let w = Self.written(forward, depth: 70, columns: 45, bounds, precision)
        let t = Self.written(backward, depth: 45, columns: 70, bounds, precision)
        for k in 0..<70 { for j in 0..<45 { #expect(w[k, j].bitPattern == t[j, k].bitPattern) } }
      }
    }
  }

  @Test("of some panels and some units, the same bits as the whole's", arguments: InstructionSet.all)
  func cut(set: InstructionSet) {
    let precision = set.precision
    let (pre, post) = (Self.end(31, columns: 50, precision), Self.end(32, columns: 83, precision))
    let (pre2, post2) = (Self.end(33, columns: 50, precision), Self.end(34, columns: 83, precision))
    let whole = ContrastSum(pre: pre, post: post, and: (pre2, post2))
    let bounds = [0, 9, 10, 24]
    let expected = Self.written(whole, depth: 50, columns: 83, bounds, precision, set.kernels)

    // Panels one by one and in pairs, into the middle of a workspace.
    for width in 1...2 {
      for first in stride(from: 0, to: expected.count, by: width) {
        let panels = first..<min(first + width, expected.count)
        var out = Panels(random: 39, depth: 50, columns: 4 * panelWidth, precision: precision)
        whole.write(panels: panels, to: &out, at: 1, shards: bounds, kernels: set.kernels)
        for k in 0..<50 {
          for (place, j) in (panels.lowerBound * panelWidth..<panels.upperBound * panelWidth).enumerated() {
            #expect(out[k, panelWidth + place].bitPattern == expected[k, j].bitPattern)
          }
          #expect(out[k, 0].bitPattern == precision.rounded(noise(k, 0, 39)).bitPattern)
        }
      }
    }

    // Rows of which the first is not the matrix's: the imaginary parts of complex states.
    let lower = ContrastSum(
      pre: .init(pre.values, from: 0, fromRow: 11), post: .init(post.values, from: 0, fromRow: 11))
    let found = Self.written(lower, depth: 50, columns: 83, bounds, precision, set.kernels)
    for k in 0..<50 {
      for j in 0..<83 {
        #expect(precision.bits(found[k, j]) == precision.bits(Self.expected(lower, k, j, bounds, precision)))
      }
    }

    // A block: pre units from 13, post units from the third panel.
    let block = ContrastSum(
      pre: .init(pre.values, from: 13), post: .init(post.values, from: 32),
      and: (.init(pre2.values, from: 13), .init(post2.values, from: 32)))
    let part = Self.written(block, depth: 20, columns: 51, bounds, precision, set.kernels)
    for k in 0..<20 {
      for j in 0..<51 { #expect(part[k, j].bitPattern == expected[13 + k, 32 + j].bitPattern) }
    }
  }
}
