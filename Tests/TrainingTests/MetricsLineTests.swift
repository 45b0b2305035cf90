import Foundation
import Records
import Testing
import Training

@Suite struct MetricsLineTests {
  static let line = MetricsLine(
    epoch: 3, step: 33, training: [Score(.error, 0.1)], test: [Score(.error, 100.0 / 3)], cost: 1e-7,
    energy: -2.5,
    examplesPerSecond: 1234.56789, seconds: 0.0123456)

  @Test("A line is one JSON object, its keys in order, its times rounded")
  func json() throws {
    #expect(
      Self.line.json == """
        {"event":"epoch","epoch":3,"step":33,"training_error":0.1,"test_error":33.333333333333336,"cost":1e-07,\
        "energy":-2.5,"examples_per_second":1234.6,"seconds":0.012}
        """)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(Self.line.json.utf8)) as? [String: Any])
    #expect(object["test_error"] as? Double == 100.0 / 3)
    #expect(object["validation_error"] == nil)
  }

  @Test("What is told of relaxation stands between the energy and the times, in order; ranks end the line")
  func relaxation() {
    var line = Self.line
    line.relaxation.freeIterations = 12.5
    line.relaxation.nudgedIterations = 4
    line.relaxation.freeResidual = 1e-3
    line.relaxation.nudgedResidual = 0.25
    line.relaxation.atLower = [0.5, 0]
    line.relaxation.atUpper = [0.125, 0]
    line.relaxation.weightChange = [1e-4, 2e-4]
    line.relaxation.rates = [0.2, 0.1]
    line.relaxation.violations = 1.5
    line.relaxation.rejected = 3
    line.relaxation.acceptance = 56.5
    line.ranks = 4
    #expect(
      line.json == """
        {"event":"epoch","epoch":3,"step":33,"training_error":0.1,"test_error":33.333333333333336,"cost":1e-07,\
        "energy":-2.5,"free_iterations":12.5,"nudged_iterations":4.0,"free_residual":0.001,"nudged_residual":0.25,\
        "at_lower":[0.5,0.0],"at_upper":[0.125,0.0],"weight_change":[0.0001,0.0002],"rates":[0.2,0.1],\
        "violations":1.5,"rejected":3,"acceptance":56.5,"examples_per_second":1234.6,"seconds":0.012,"ranks":4}
        """)
    #expect(MetricsLine.isPast(line.json, epoch: 3, step: 33) == true)
  }

  @Test("An epoch's line is past by its epoch, one of steps by its step, a torn one is neither")
  func past() {
    func isPast(_ line: String, _ epoch: Int, _ step: Int) -> Bool? {
      MetricsLine.isPast(line, epoch: epoch, step: step)
    }
    // Stopped between the last step of epoch 3 and its evaluation.
    #expect(isPast(Self.line.json, 2, 33) == false && isPast(Self.line.json, 3, 33) == true)
    let steps = #"{"event":"steps","epoch":3,"step":30}"#
    #expect(isPast(steps, 2, 29) == false && isPast(steps, 2, 30) == true)
    for torn in [String(Self.line.json.dropLast(5)), "", "[33]", #"{"event":"steps"}"#] {
      #expect(isPast(torn, 9, 99) == nil)
    }
  }
}
