import Tensors
import Testing

/// A 4 × 5 picture under a 3 × 3 kernel of stride 2 with a border of zeros: 2 × 3 positions, of which those at the border
/// see fewer taps.
private let taps: TapTable = {
  let reach: [[(tap: Int, source: Int)]] = (0..<6).map { position in
    (0..<9).compactMap { tap in
      let y = position / 3 * 2 + tap / 3 - 1
      let x = position % 3 * 2 + tap % 3 - 1
      return (0..<4).contains(y) && (0..<5).contains(x) ? (tap, y * 5 + x) : nil
    }
  }
  return TapTable(reach)
}()

/// As in `taps`, written down once more.
private func reach(_ position: Int) -> [(tap: Int, source: Int)] {
  (0..<9).compactMap { tap in
    let (y, x) = (position / 3 * 2 + tap / 3 - 1, position % 3 * 2 + tap % 3 - 1)
    return y < 0 || y > 3 || x < 0 || x > 4 ? nil : (tap, y * 5 + x)
  }
}

@Suite("Convolutions") struct ConvolutionTests {
  static let below = PositionLayout(positions: 20)

  private static func chain(
    _ a: Matrix, _ w: Panels, example: Int, position: Int, column: Int, depth: Range<Int>, from: Int,
    start: Double, _ precision: Precision
  ) -> Double {
    let perTap = w.depth / 9
    return reach(position).reduce(start) { sum, pair in
      depth.reduce(sum) { sum, unit in
        precision.fma(
          a[example * 20 + pair.source, from + unit - depth.lowerBound], w[pair.tap * perTap + unit, column],
          sum)
      }
    }
  }

  @Test(
    "each element is one chain over its taps, then their units; examples, columns and units may be cut",
    arguments: InstructionSet.all, [1, 16, 33, 70])
  func chains(set: InstructionSet, columns: Int) {
    let precision = set.precision
    let a = Matrix(random: 1, rows: 13 * 20, columns: 7, precision: precision)
    let w = Panels(random: 2, depth: 9 * 5, columns: columns, precision: precision)
    let bias = Panels(random: 3, depth: 1, columns: columns, precision: precision)
    let base = Matrix(random: 4, rows: 13 * 6, columns: columns, precision: precision)
    func check(
      _ addend: Addend, last: Bool, examples: Range<Int>, depth: Range<Int>, _ start: (Int, Int) -> Double
    ) {
      var c = base
      c.setConvolution(
        examples: examples, of: a, Self.below, from: 2, taps: taps, of: 9, with: w, depth: depth,
        adding: addend, last: last, kernels: set.kernels)
      for row in 0..<13 * 6 {
        let (example, position) = (row / 6, row % 6)
        for column in 0..<columns {
          var expected = base[row, column]
          if examples.contains(example) {
            let first = start(row, column)
            expected = Self.chain(
              a, w, example: example, position: position, column: column, depth: depth, from: 2,
              start: last ? 0 : first, precision)
            if last { expected = precision.sum(expected, first) }
          }
          #expect(c.bits(row, column) == precision.bits(expected), "\(row) \(column)")
        }
      }
      #expect(c.hasZeroPadding)
    }
    check(.zero, last: false, examples: 0..<13, depth: 0..<5) { _, _ in 0 }
    check(.row(bias), last: false, examples: 2..<9, depth: 1..<4) { bias[0, $1] }
    check(.matrix(base), last: true, examples: 0..<5, depth: 0..<5) { base[$0, $1] }
    check(.itself, last: false, examples: 12..<13, depth: 2..<3) { base[$0, $1] }
  }

  @Test("an input's positions stand one after the other in an example's row", arguments: Precision.allCases)
  func inputs(precision: Precision) {
    let layout = PositionLayout(positions: 20, unitsInRow: 3)
    let input = Matrix(random: 5, rows: 4, columns: 60, precision: precision)
    let apart = Matrix(rows: 80, columns: 3, precision: precision) { input[$0 / 20, $0 % 20 * 3 + $1] }
    let w = Panels(random: 6, depth: 27, columns: 20, precision: precision)
    var (one, other) = (
      Matrix(rows: 24, columns: 20, precision: precision), Matrix(rows: 24, columns: 20, precision: precision)
    )
    one.setConvolution(examples: 0..<4, of: input, layout, taps: taps, of: 9, with: w, adding: .zero)
    other.setConvolution(examples: 0..<4, of: apart, Self.below, taps: taps, of: 9, with: w, adding: .zero)
    #expect(one.bits == other.bits)
  }

  @Test(
    "a kernel learns from a chain over examples and its pairs of positions, then the tree over shards",
    arguments: InstructionSet.all)
  func contrasts(set: InstructionSet) {
    let precision = set.precision
    let bounds = [0, 3, 3, 4, 8, 10]
    let pairs = TapPairs(taps, taps: 9)
    func ends(_ stream: Int) -> (pre: ContrastSum.End, post: ContrastSum.End) {
      (
        .init(
          Matrix(random: stream, rows: 200, columns: 9, precision: precision), from: 1, layout: Self.below),
        .init(
          Matrix(random: stream + 1, rows: 60, columns: 50, precision: precision), from: 16,
          layout: PositionLayout(positions: 6))
      )
    }
    let (first, second) = (ends(7), ends(9))
    let sum = ContrastSum(pre: first.pre, post: first.post, and: second, pairs: pairs)
    let (depth, columns) = (6, 34)
    var out = Panels(random: 39, depth: 9 * depth, columns: padded(columns), precision: precision)
    sum.write(panels: 0..<out.count, to: &out, at: 0, shards: bounds, kernels: set.kernels)
    func element(_ tap: Int, _ unit: Int, _ column: Int) -> Double {
      var shards = (1..<bounds.count).map { shard in
        (bounds[shard - 1]..<bounds[shard]).reduce(0.0) { chain, example in
          (0..<6).reduce(chain) { chain, position in
            guard let pair = reach(position).first(where: { $0.tap == tap }) else { return chain }
            return [first, second].reduce(chain) { chain, ends in
              precision.fma(
                ends.pre.values[example * 20 + pair.source, 1 + unit],
                ends.post.values[example * 6 + position, 16 + column], chain)
            }
          }
        }
      }
      while shards.count > 1 {
        shards = stride(from: 0, to: shards.count, by: 2).map {
          $0 + 1 < shards.count ? precision.sum(shards[$0], shards[$0 + 1]) : shards[$0]
        }
      }
      return shards[0]
    }
    for tap in 0..<9 {
      for unit in 0..<depth {
        for column in 0..<columns {
          #expect(
            precision.bits(out[tap * depth + unit, column]) == precision.bits(element(tap, unit, column)))
        }
      }
    }
    // The other direction learns the same bits.
    let turned = ContrastSum(
      pre: first.post, post: .init(first.pre.values, layout: Self.below),
      and: (second.post, .init(second.pre.values, layout: Self.below)), pairs: pairs.reversed)
    var back = Panels(random: 38, depth: 9 * columns, columns: 16, precision: precision)
    turned.write(panels: 0..<1, to: &back, at: 0, shards: bounds, kernels: set.kernels)
    for tap in 0..<9 {
      for unit in 0..<depth {
        for column in 0..<columns {
          #expect(back[tap * columns + column, 1 + unit] == out[tap * depth + unit, column])
        }
      }
    }
  }

  @Test("a kernel is transposed tap by tap", arguments: Precision.allCases)
  func transposes(precision: Precision) {
    let w = Panels(random: 11, depth: 9 * 20, columns: 37, precision: precision)
    var back = Panels(depth: 9 * 37, columns: 20, precision: precision)
    back.setTranspose(of: w, taps: 9)
    for tap in 0..<9 {
      for i in 0..<20 { for j in 0..<37 { #expect(back[tap * 37 + j, i] == w[tap * 20 + i, j]) } }
    }
    #expect(back.hasZeroPadding)
  }
}
