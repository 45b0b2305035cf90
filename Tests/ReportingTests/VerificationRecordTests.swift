import Foundation
import Records
import Reporting
import Testing

@Suite("Verification record")
struct VerificationRecordTests {
  typealias Record = VerificationRecord
  typealias Check = VerificationRecord.Check

  static let facts = Record.Facts(
    run: "digits", rule: "equilibrium-propagation", network: "64-100-10", examples: 1024, grid: "2x1x1",
    updates: "even-odd", nudging: "centered β 0.2", exact: "recurrent backpropagation")

  /// A sweep whose error is c·β^p, but never below what rounding leaves.
  static func sweep(_ nudging: String, order: Int, factor: Double, rounding: Double = 0) -> GradientSweep {
    let betas = [0.8, 0.4, 0.2, 0.1, 0.05]
    return GradientSweep(
      kind: nudging, expectedOrder: order,
      points: betas.map { beta in
        let error = max(factor * pow(beta, Double(order)), rounding)
        return point(beta, error, layers: [error, 2 * error])
      }, floor: 2 * rounding, ceiling: 0.3)
  }

  static func point(_ beta: Double, _ error: Double, layers: [Double] = []) -> GradientSweep.Point {
    func match(_ error: Double) -> GradientMatch {
      GradientMatch(cosine: 1 - error / 1024, relativeError: error)
    }
    return .init(beta: beta, match: LayerMatches(layers: layers.map(match), all: match(error)))
  }

  static let record = Record(
    facts: facts,
    gradient: [
      GradientMatch(cosine: 1 - 3.2e-7, relativeError: 8e-4, equalSigns: 0.99985),
      GradientMatch(cosine: 1 + 2e-16, relativeError: .nan),
    ],
    sweeps: [
      sweep("one-sided", order: 1, factor: 0.5), sweep("n-point 4", order: 4, factor: 0.01, rounding: 3e-7),
    ],
    matches: [
      StepMatch(step: 1, cosines: [nil, 1 - 2.5e-9]),
      StepMatch(step: 12, cosines: [0.5, 1]),
    ],
    checks: [
      Check(name: "cosine of layer 1", value: 1 - 3.2e-7, limit: .atLeast(0.999999), advice: "never shown"),
      Check(
        name: "order of one-sided nudging", value: 1.2, limit: .within(1, share: 0.05),
        advice: "Try smaller β: set nudging.beta below 0.1."),
      Check(name: "residual", value: .nan, limit: .atMost(1e-12)),
    ])

  @Test("the whole report")
  func text() {
    #expect(
      Self.record.text == """
        digits · equilibrium-propagation · 64-100-10 · 1,024 examples · grid 2x1x1 · updates even-odd

        gradient by centered β 0.2, against recurrent backpropagation
        layer  1 − cosine  relative error  equal signs %
            1     3.2e-07         8.0e-04          99.98
            2           0               –              –

        relative error of all layers over β
                     β  one-sided   n-point 4
                   0.8   (4.0e-01)    4.1e-03
                   0.4    2.0e-01     2.6e-04
                   0.2    1.0e-01     1.6e-05
                   0.1    5.0e-02     1.0e-06
                  0.05    2.5e-02    (3.0e-07)
        expected order          1           4
          fitted order       1.00        4.00
        (…) is not fitted: rounding or the free phase's residual may hide the order, or β is too large

        1 − cosine of all layers over β
           β  one-sided  n-point 4
         0.8    3.9e-04    4.0e-06
         0.4    2.0e-04    2.5e-07
         0.2    9.8e-05    1.6e-08
         0.1    4.9e-05    9.8e-10
        0.05    2.4e-05    2.9e-10

        step by step: 1 − cosine of t nudged steps and backpropagation through the last t steps
        steps t  layer 1  layer 2
              1        –  2.5e-09
             12  5.0e-01        0

                check                           measured              limit
            ok  cosine of layer 1             0.99999968  at least 0.999999
        FAILED  order of one-sided nudging           1.2            1 ± 5 %
                Try smaller β: set nudging.beta below 0.1.
        FAILED  residual                    not a number      at most 1e-12

        verify: 1 of 3 checks passed

        """)
    #expect(!Self.record.isPassed)
  }

  @Test("what was not measured leaves no empty table")
  func short() {
    let nothing = Record(facts: Self.facts, gradient: [], sweeps: [], checks: [])
    let first = Self.record.text.prefix { $0 != "\n" } + "\n"
    #expect(nothing.text == first + "\nverify: no check was made\n")
    #expect(!nothing.isPassed)
    let one = Record(
      facts: Self.facts, gradient: [.init(cosine: -1, relativeError: 2)], sweeps: [],
      checks: [Check(name: "a", value: 0, limit: .atMost(0), advice: "no")])
    #expect(
      one.text == first + """

        gradient by centered β 0.2, against recurrent backpropagation
        layer  1 − cosine  relative error
            1     2.0e+00         2.0e+00

            check  measured      limit
        ok      a         0  at most 0

        verify: 1 of 1 check passed

        """)
    #expect(one.isPassed)
  }

  @Test("JSON in one fixed order, on one line, as a parser reads it")
  func json() throws {
    let json = Self.record.json
    #expect(!json.contains("\n"))
    let tail = try #require(json.range(of: #","matches":"#)).lowerBound
    #expect(
      json[tail...] == """
        ,"matches":[{"step":1,"cosines":[null,\(1 - 2.5e-9)]},{"step":12,"cosines":[0.5,1.0]}],\
        "checks":[{"name":"cosine of layer 1","verdict":"passed","value":\(1 - 3.2e-7),\
        "at_least":0.999999,"advice":null},\
        {"name":"order of one-sided nudging","verdict":"failed","value":1.2,"expected":1.0,\
        "within":0.05,"advice":"Try smaller β: set nudging.beta below 0.1."},\
        {"name":"residual","verdict":"failed","value":null,"at_most":1e-12,"advice":null}]}
        """)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(object["verdict"] as? String == "failed")
    #expect(object["examples"] as? Int == 1024)
    let rows = try #require(object["gradient"] as? [[String: Any]])
    #expect(rows[0]["equal_signs"] as? Double == 0.99985 && rows[1]["relative_error"] is NSNull)
    let sweeps = try #require(object["sweeps"] as? [[String: Any]])
    #expect(sweeps[1]["nudging"] as? String == "n-point 4" && sweeps[1]["floor"] as? Double == 6e-7)
    #expect(sweeps[1]["fitted_order"] as? Double == Self.record.sweeps[1].fittedOrder)
    let points = try #require(sweeps[0]["points"] as? [[String: Any]])
    #expect(points[1]["beta"] as? Double == 0.4 && points[1]["layer_errors"] as? [Double] == [0.2, 0.4])
    let cosines: [Double] = [1 - 0.2 / 1024, 1 - 0.4 / 1024]
    #expect(points[1]["cosine"] as? Double == cosines[0])
    #expect(points[1]["layer_cosines"] as? [Double] == cosines)
  }
}

@Suite("Verification: order and limits")
struct VerificationLimitTests {
  typealias Check = VerificationRecord.Check

  @Test("the fitted order of an exact power", arguments: 1...6)
  func order(_ order: Int) throws {
    let sweep = VerificationRecordTests.sweep("any", order: order, factor: 0.3)
    let fitted = try #require(sweep.fittedOrder)
    #expect(abs(fitted - Double(order)) < 1e-12)
  }

  @Test("the floor and the ceiling keep out what is not β's doing")
  func bounds() throws {
    // Unfitted, what rounding leaves would pull the order from 4 down to nearly 3.
    var sweep = VerificationRecordTests.sweep("any", order: 4, factor: 0.5, rounding: 1e-4)
    let fitted = try #require(sweep.fittedOrder)
    #expect(abs(fitted - 4) < 1e-12)
    #expect(sweep.points.map(sweep.isFitted) == [true, true, true, false, false])
    sweep.floor = 0
    #expect(try #require(sweep.fittedOrder) < 3.2)
    sweep.floor = 1e-3
    sweep.ceiling = 0.2
    #expect(sweep.fittedOrder == nil)
    sweep.ceiling = 1
    sweep.points = [0.1, 0.1].map { VerificationRecordTests.point($0, 0.1) }
    #expect(sweep.fittedOrder == nil)
    sweep.points = [(0.0, 0.1), (0.1, 0.1), (0.2, .nan), (0.3, .infinity), (.nan, 0.2), (-0.2, 0.1)].map {
      VerificationRecordTests.point($0, $1)
    }
    #expect(sweep.fittedOrder == nil)
    sweep.points = []
    #expect(sweep.fittedOrder == nil)
  }

  @Test("three points off the line: the slope by hand")
  func leastSquares() throws {
    // In decades: (0, −1), (1, −1), (2, 0) has slope ½.
    let points = [(0.01, 0.001), (0.1, 0.001), (1.0, 0.01)]
    let sweep = GradientSweep(
      kind: "any", expectedOrder: 1, points: points.map { VerificationRecordTests.point($0, $1) },
      floor: 0, ceiling: 0.3)
    #expect(abs(try #require(sweep.fittedOrder) - 0.5) < 1e-12)
  }

  @Test("limits")
  func limits() {
    func passes(_ value: Double, _ limit: Check.Limit) -> Bool {
      Check(name: "", value: value, limit: limit).isPassed
    }
    #expect(passes(1, .atMost(1)) && !passes(1.0001, .atMost(1)) && passes(-5, .atMost(1)))
    #expect(passes(1, .atLeast(1)) && !passes(0.9999, .atLeast(1)))
    #expect(passes(1.91, .within(2, share: 0.05)) && passes(2.09, .within(2, share: 0.05)))
    #expect(!passes(1.89, .within(2, share: 0.05)) && !passes(2.11, .within(2, share: 0.05)))
    #expect(passes(-2, .within(-2, share: 0.05)) && !passes(2, .within(-2, share: 0.05)))
    for value in [Double.nan, .infinity, -.infinity] {
      #expect(!passes(value, .atMost(1)) && !passes(value, .atLeast(1)))
      #expect(!passes(value, .within(1, share: 0.5)))
    }
    #expect(!passes(0, .atMost(.nan)) && !passes(0, .atLeast(.nan)))
  }

  @Test(
    "a value is shown with the digits that its verdict needs",
    arguments: [
      (0.25, Check.Limit.atMost(1), "0.25", "at most 1"),
      (1.23456e-9, .atMost(5e-3), "1.23e-09", "at most 0.005"),
      (0.0050001, .atMost(5e-3), "0.0050001", "at most 0.005"),
      (0.99994, .atLeast(0.99995), "0.99994", "at least 0.99995"),
      (0.999949999, .atLeast(0.99995), "0.999949999", "at least 0.99995"),
      (1 - 3.21e-7, .atLeast(0.5), "0.99999968", "at least 0.5"),
      (1 - 1e-14, .atLeast(0.5), "1", "at least 0.5"),
      (3.98765, .within(4, share: 0.1), "3.99", "4 ± 10 %"),
      (-.infinity, .within(4, share: 0.025), "infinite", "4 ± 2.5 %"),
    ])
  func shown(value: Double, limit: Check.Limit, measured: String, words: String) {
    let check = Check(name: "a", value: value, limit: limit)
    #expect(check.shownValue == measured)
    #expect(check.shownLimit == words)
  }
}
