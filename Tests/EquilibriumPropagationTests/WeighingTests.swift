import EquilibriumPropagation
import TestSupport
import Testing

/// Examples that count more in what is learnt than others.
@Suite("Weighed examples") struct WeighingTests {
  static let cases = RejectionTests.cases + LearningRule.all.map { RejectionTests.Case($0, .centered, 0.2) }

  @Test("every contrast of every rule is linear in the weights of its rows", arguments: cases)
  func linear(test: RejectionTests.Case) throws {
    var nudging = test.nudging
    nudging.reject = false
    var problem = Problem(hidden: 2, .tanh, output: .linear)
    let relaxation = Problem.counted(.euler, 3)
    func sums(_ weights: [Double]) throws -> [[Double]] {
      problem.weights = weights
      let method = problem.rule(test.rule, nudging, relaxation)
      let free = try method.begin(
        from: problem.zeros, clamped: problem.clamped, parameters: problem.parameters)
      var lesson = method.lesson(from: free, sign: 1, clamped: problem.clamped)
      var sums: [[Double]] = []
      while let contrast = try lesson.next(problem.parameters) {
        sums.append(problem.bits(contrast).map(Double.init(bitPattern:)))
      }
      return sums
    }
    let plain = try sums([])
    #expect(try !plain.isEmpty && sums([1, 1, 1, 1, 1]) == plain)
    #expect(try sums([2, 2, 2, 2, 2]) == plain.map { $0.map { 2 * $0 } })
    let (some, others) = (try sums([3, 1, 1, 3, 1]), try sums([1, 3, 3, 1, 3]))
    for index in plain.indices where norm(plain[index]) > 0 {
      let sum = zip(some[index], others[index]).map { $0 + $1 }
      #expect(relativeError(sum, plain[index].map { 4 * $0 }) < 1e-12)
      #expect(relativeError(some[index], others[index]) > 1e-3)
    }
  }
}
