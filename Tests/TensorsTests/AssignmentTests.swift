import Tensors
import TestBasis
import Testing

/// Kinds of costs that are met or hard.
enum Costs: String, CaseIterable {
  /// In [−1, 1), without ties.
  case uniform
  /// −2 … 2: nearly all tied.
  case few
  /// 0 … 99.
  case whole
  case equal
  /// Rows that differ by a number each, and columns too: every permutation is the cheapest.
  case sums
  /// (i + 1)(j + 1): rows augmented one by one along long paths.
  case products
  /// Squared distances on a line, from far: differences are small and rounded.
  case far
  /// Squared distances of normal points of 64 dimensions to ones of 0, 1/16, … 1.
  case digits

  func matrix(_ n: Int, seed: Int = 1) -> [Double] {
    let random = CounterRandom(seed: UInt64(seed), purpose: .samples)
    func whole(_ bound: Int, _ i: Int, _ j: Int) -> Double { Double(random.below(bound, i, j, 1)) }
    func cost(_ i: Int, _ j: Int) -> Double {
      switch self {
      case .uniform: return 2 * random.unit(i, j, 0) - 1
      case .few: return whole(5, i, j) - 2
      case .whole: return whole(100, i, j)
      case .equal: return 3
      case .sums: return whole(9, i, 0) - whole(9, 0, j)
      case .products: return Double((i + 1) * (j + 1))
      case .far:
        let distance = random.unit(i, 0, 2) - random.unit(j, 0, 3) - 100
        return distance * distance
      case .digits: return 0
      }
    }
    guard self == .digits else { return (0..<n * n).map { cost($0 / n, $0 % n) } }
    let starts = (0..<n).map { i in (0..<64).map { random.normal(i, $0, 4) } }
    let ends = (0..<n).map { j in (0..<64).map { whole(17, j, $0) / 16 } }
    return starts.flatMap { x in
      ends.map { y in zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
    }
  }

  /// Whether sums of costs are exact.
  var isExact: Bool { ![.uniform, .far, .digits].contains(self) }

  /// What rounding may add up to.
  func slack(_ costs: [Double]) -> Double { isExact ? 0 : 1e-12 * costs.reduce(1) { max($0, abs($1)) } }
}

@Suite("Assignments") struct AssignmentTests {
  /// The least total of all permutations, by those of the rows from `row` on to columns whose bits are not set.
  private func least(_ costs: [Double], _ n: Int, row: Int = 0, taken: Int = 0) -> Double {
    var best = row < n ? Double.infinity : 0
    for column in 0..<n where row < n && taken & 1 << column == 0 {
      let rest = least(costs, n, row: row + 1, taken: taken | 1 << column)
      best = min(best, costs[row * n + column] + rest)
    }
    return best
  }

  @Test("are the cheapest of all permutations", arguments: Costs.allCases, 1...7)
  func permutations(costs: Costs, n: Int) {
    for seed in 1...(n < 6 ? 60 : n < 7 ? 20 : 4) {
      let matrix = costs.matrix(n, seed: seed)
      let assignment = Assignment(costs: matrix, count: n)
      #expect(assignment.columns.sorted() == Array(0..<n))
      let difference = assignment.total(matrix) - least(matrix, n)
      #expect(abs(difference) <= Double(n) * costs.slack(matrix), "\(matrix)")
    }
  }

  @Test("are proven by their potentials", arguments: Costs.allCases, [1, 2, 30, 200])
  func certificate(costs: Costs, n: Int) {
    let matrix = costs.matrix(n)
    let assignment = Assignment(costs: matrix, count: n)
    let (u, v) = (assignment.rowPotentials, assignment.columnPotentials)
    #expect(assignment.columns.sorted() == Array(0..<n))
    let reduced = (0..<n * n).map { matrix[$0] - u[$0 / n] - v[$0 % n] }
    let matched = assignment.columns.enumerated().map { reduced[$0.offset * n + $0.element] }
    let (least, largest) = (reduced.min()!, matched.map(abs).max()!)
    measured("assignment of \(n), \(costs.rawValue): least reduced cost", least)
    #expect(least >= -costs.slack(matrix) && largest <= costs.slack(matrix))
    let bound = u.reduce(0, +) + v.reduce(0, +)
    #expect(abs(assignment.total(matrix) - bound) <= Double(n) * costs.slack(matrix))
  }

  @Test("equal SciPy's", .enabled(if: SciPy.isThere, "needs scipy in Python"))
  func scipy() throws {
    let n = 150
    let matrices = Costs.allCases.map { $0.matrix(n) }
    let program = "[scipy.optimize.linear_sum_assignment(c)[1] for c in x.reshape(-1, \(n), \(n))]"
    let found = try #require(try SciPy.values(program, of: matrices.flatMap { $0 })).map { Int($0) }
    for (k, costs) in Costs.allCases.enumerated() {
      let (matrix, columns) = (matrices[k], Array(found[k * n..<(k + 1) * n]))
      let assignment = Assignment(costs: matrix, count: n)
      let total = columns.enumerated().reduce(0) { $0 + matrix[$1.offset * n + $1.element] }
      #expect(abs(assignment.total(matrix) - total) <= Double(n) * costs.slack(matrix), "\(costs)")
      // Without ties there is but one.
      if costs == .uniform || costs == .digits { #expect(assignment.columns == columns) }
    }
  }

  /// Of many answers one, which no change of the program should change unnoticed.
  @Test("resolve ties in one way")
  func ties() {
    #expect(Assignment(costs: Costs.equal.matrix(6), count: 6).columns == [0, 3, 4, 5, 1, 2])
    #expect(Assignment(costs: Costs.few.matrix(9), count: 9).columns == [5, 4, 8, 3, 1, 7, 2, 6, 0])
    #expect(Assignment(costs: Costs.sums.matrix(9), count: 9).columns == [3, 4, 5, 6, 7, 8, 1, 2, 0])
    for costs in Costs.allCases {
      let matrix = costs.matrix(40)
      #expect(Assignment(costs: matrix, count: 40) == Assignment(costs: costs.matrix(40), count: 40))
    }
  }

  @Test("of nothing are empty, and total what they are asked for")
  func small() {
    let nothing = Assignment(costs: [], count: 0)
    #expect(nothing.columns.isEmpty && nothing.rowPotentials.isEmpty && nothing.total([]) == 0)
    #expect(Assignment(costs: [-7], count: 1).total([-7]) == -7)
    let swapped = Assignment(costs: [5, 1, 2, 9], count: 2)
    #expect(swapped.columns == [1, 0] && swapped.total([5, 1, 2, 9]) == 3)
    #expect(swapped.total([0, 10, 20, 0]) == 30)
  }

  @Test("of what is no number, or no square, are refused")
  func refused() async {
    await #expect(processExitsWith: .failure) { _ = Assignment(costs: [0, 1, .nan, 2], count: 2) }
    await #expect(processExitsWith: .failure) { _ = Assignment(costs: [.infinity], count: 1) }
    await #expect(processExitsWith: .failure) { _ = Assignment(costs: [0, 1, 2], count: 2) }
  }
}
