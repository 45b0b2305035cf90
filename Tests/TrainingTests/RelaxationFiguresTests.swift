import EquilibriumPropagation
import Foundation
import TestSupport
import Testing
import Training

@Suite struct RelaxationFiguresTests {
  /// What two ranks counted: the first has layer 1, the second the output.
  private func tally() throws -> Tally {
    let tiling = TestSupport.tiling(units: [128, 10], shards: 2)
    var (lower, upper) = (Tally(tiling), Tally(tiling))
    lower.relaxation.free.residual = 0.25
    lower.relaxation.nudged.residual = 1e-5
    (lower.relaxation.low, lower.relaxation.high, lower.relaxation.units) = ([64, 0], [256, 0], [512, 0])
    (lower.relaxation.changes, lower.relaxation.measurements) = ([0.5, 0.75], 4)
    upper.relaxation.free.iterations = 90
    upper.relaxation.free.count = 8
    upper.relaxation.nudged.iterations = 50
    upper.relaxation.nudged.count = 16
    (upper.relaxation.free.residual, upper.relaxation.nudged.residual) = (0.125, 2e-5)
    (upper.relaxation.low, upper.relaxation.units) = ([0, 10], [0, 40])
    (upper.relaxation.violations, upper.relaxation.rejected, upper.relaxation.judged) = (3, 3, 24)
    upper.relaxation.acceptance = Acceptance(proposed: 80, accepted: 50)
    var joined = lower
    joined.join(upper)
    var other = upper
    other.join(lower)
    #expect(joined == other)
    return joined
  }

  private func json(_ relaxation: RelaxationFigures) throws -> [String: Any] {
    var line = MetricsLineTests.line
    line.relaxation = relaxation
    return try #require(try JSONSerialization.jsonObject(with: Data(line.json.utf8)) as? [String: Any])
  }

  @Test("Means over phases, shares of units, percent of examples")
  func figures() throws {
    let figures = RelaxationFigures(
      try tally().relaxation, run: try runFile("nudging.reject=true"), rates: [0.1, 0.05])
    #expect(figures.freeIterations == 11.25 && figures.nudgedIterations == 3.125)
    #expect(figures.freeResidual == 0.25 && figures.nudgedResidual == 2e-5)
    #expect(figures.atLower == [0.125, 0.25] && figures.atUpper == [0.5, 0])
    #expect(figures.weightChange == [0.125, 0.1875] && figures.rates == [0.1, 0.05])
    #expect(figures.violations == 12.5 && figures.rejected == 3 && figures.acceptance == 62.5)
    let object = try json(figures)
    #expect(object["free_iterations"] as? Double == 11.25 && object["nudged_residual"] as? Double == 2e-5)
    #expect(object["at_lower"] as? [Double] == [0.125, 0.25])
    #expect(object["weight_change"] as? [Double] == [0.125, 0.1875])
    #expect(object["violations"] as? Double == 12.5 && object["rejected"] as? Int == 3)
    #expect(object["acceptance"] as? Double == 62.5)
  }

  @Test("What a rule does not do is not told")
  func absent() throws {
    let keeping = RelaxationFigures(try tally().relaxation, run: try runFile(), rates: [0.1, 0.05])
    #expect(keeping.rejected == nil && keeping.violations == 12.5)
    let twin = RelaxationFigures(
      try tally().relaxation, run: try runFile("rule=backpropagation"), rates: [0.1, 0.05])
    #expect(twin.freeIterations == nil && twin.freeResidual == nil && twin.nudgedIterations == nil)
    #expect(twin.weightChange == [0.125, 0.1875])
    let tiling = TestSupport.tiling(units: [128, 10])
    let nothing = RelaxationFigures(Tally(tiling).relaxation, run: try runFile(), rates: [0.1, 0.05])
    #expect(nothing.freeIterations == nil && nothing.violations == nil && nothing.weightChange == [])
    #expect(nothing.atLower == [0, 0] && nothing.acceptance == nil)
    let keys = try json(nothing).keys
    #expect(!keys.contains("free_iterations") && !keys.contains("weight_change") && keys.contains("rates"))
  }

  @Test("A number that JSON does not know is null")
  func notFinite() throws {
    var figures = RelaxationFigures()
    figures.freeResidual = .infinity
    figures.weightChange = [.nan, 0.5]
    let object = try json(figures)
    #expect(object["free_residual"] is NSNull)
    #expect((object["weight_change"] as? [Any])?.first is NSNull)
  }
}
