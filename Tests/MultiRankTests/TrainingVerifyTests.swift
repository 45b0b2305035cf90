import Foundation
import Testing

extension RealRanks {
  /// `eqprop verify`: what it measures keeps the method's limits, which stand here a second time.
  @Suite struct Verifying {
    // MARK: The theorem

    static let networks: [(run: VerifiedRun, grids: [String])] = [
      (.shallow, ["2x2x1", "1x2x2"]), (.middle, ["2x2x1"]), (.deep, ["2x2x1"]),
    ]

    @Test("The contrast tends to the gradient on every network, alike on every grid", arguments: networks)
    func theorem(run: VerifiedRun, grids: [String]) throws {
      let folder = try TrainingFolder(run.runFile)
      let alone = try folder.verify("1x1x1", ["--json"])
      try #require(alone.status == 0, "\(alone.story)")
      let verdict = try Verdict(alone)
      #expect(verdict.verdict == "passed" && verdict.examples == 16 && verdict.failures == [])
      try expectGradient(verdict, layers: run.layers.count)
      try expectOrders(verdict)
      try expectSteps(verdict, layers: run.layers.count)
      for grid in grids {
        let outcome = try folder.verify(grid, ["--json"])
        #expect(outcome.status == 0 && outcome.withoutGrid == alone.withoutGrid, "\(grid): \(outcome.story)")
        #expect(outcome.output.contains("\"grid\":\"\(grid)\""))
      }
    }

    /// The run's own gradient, centered at β .05, layer by layer, and what is measured once.
    private func expectGradient(_ verdict: Verdict, layers: Int) throws {
      #expect(verdict.gradient.map(\.layer) == Array(1...layers))
      for row in verdict.gradient {
        #expect(try #require(row.cosine) >= 0.999999, "\(row)")
        #expect(try #require(row.relativeError) <= 5e-3, "\(row)")
      }
      #expect(try verdict.value("centered nudging at β 0.01: cosine") >= 0.999999)
      #expect(try verdict.value("centered nudging at β 0.01: relative error") <= 5e-3)
      #expect(try verdict.value("the gradient at rest against finite differences") <= 1e-6)
      #expect(try verdict.value("rise of the total energy in an iteration, over |F|") <= 1e-12)
      #expect(try verdict.value("the free phase comes to rest (residual ≤ 1e-13)") < 20_000)
      #expect(try verdict.value("share of examples that break C(s^β) ≤ C(s⁰) ≤ C(s^−β)") == 0)
    }

    /// Halving β divides the error by 2^p, from where the next power of β no longer shows to where rounding does.
    private func expectOrders(_ verdict: Verdict) throws {
      let orders: [(nudging: String, p: Int, slack: Double, largest: Double)] = [
        ("one-sided", 1, 0.05, 0.02), ("random-sign", 1, 0.05, 0.02), ("centered", 2, 0.05, 0.02),
        ("n-point 4", 4, 0.1, 0.02),
      ]
      #expect(verdict.sweeps.map(\.nudging) == orders.map(\.nudging))
      for (nudging, p, slack, largest) in orders {
        let sweep = try verdict.sweep(nudging)
        let errors = sweep.points.sorted { $0.beta > $1.beta }.filter { $0.relativeError <= largest }
        let ratios = zip(errors, errors.dropFirst()).filter { $1.relativeError > 1e-8 }.map {
          #expect($0.beta == 2 * $1.beta)
          return $0.relativeError / $1.relativeError
        }
        let expected = Double(1 << p)
        #expect(ratios.count >= 3, "\(nudging): \(errors)")
        #expect(ratios.allSatisfy { abs($0 / expected - 1) <= slack }, "\(nudging): \(ratios)")
        let fitted = try #require(sweep.fittedOrder)
        #expect(abs(exp2(fitted) / expected - 1) <= slack, "\(nudging): \(fitted)")
        #expect(try verdict.value("order of the error in β, \(nudging)") == fitted)
      }
    }

    /// The contrast after t nudged steps is what backpropagation through the last t steps finds.
    private func expectSteps(_ verdict: Verdict, layers: Int) throws {
      #expect(verdict.matches.map(\.step) == [1, 2, 5, 10, 20, 40])
      let limits = [5: 0.996, 10: 0.9998, 20: 0.99999, 40: 0.99999]
      for match in verdict.matches {
        // A step carries the error one layer further down.
        #expect(match.cosines.map { $0 == nil } == (1...layers).map { match.step < layers - $0 + 1 })
        let limit = limits[match.step] ?? 0.99
        #expect(match.cosines.compactMap { $0 }.allSatisfy { $0 >= limit }, "\(match)")
      }
    }

    @Test("The gradient is that of the point of rest, however it was reached")
    func pathToRest() throws {
      let folder = try TrainingFolder(VerifiedRun.shallow.runFile)
      func sweep(_ settings: [String]) throws -> [Double] {
        let verdict = try Verdict(
          try folder.verify("1x1x1", ["--json"] + settings.flatMap { ["--set", $0] }))
        return try verdict.sweep("centered").points.map(\.relativeError)
      }
      let expected = try sweep([])
      for step in ["0.3", "0.9"] {
        let found = try sweep(["relaxation.updates=euler", "relaxation.step=\(step)"])
        // Below some 1e-4 rounding shows in the seventh digit.
        let pairs = zip(found, expected).filter { $1 > 1e-4 }
        #expect(pairs.count >= 4 && pairs.allSatisfy { abs($0 / $1 - 1) <= 1e-6 }, "\(found)")
      }
    }

    // MARK: Rules

    struct RuleCase: Sendable, CustomTestStringConvertible {
      let testDescription: String
      let settings: [String]
      /// The most that the relative error and 1 − cosine of its own gradient may be: those of its kind of nudging at
      /// β .05, or of its own objective.
      let error: Double
      let angle: Double
      /// The most that its gradient at rest may be off finite differences.
      var slope = 1e-6
      var grid = "2x2x1"
    }

    static let rules = [
      RuleCase(
        testDescription: "one-sided", settings: ["nudging.kind=one-sided"], error: 0.1, angle: 1e-3,
        grid: "2x1x1"),
      RuleCase(
        testDescription: "random-sign", settings: ["nudging.kind=random-sign"], error: 0.1, angle: 1e-3,
        grid: "2x1x1"),
      RuleCase(
        testDescription: "n-point 4", settings: ["nudging.kind=n-point", "nudging.points=4"], error: 1e-4,
        angle: 1e-9, grid: "2x1x1"),
      RuleCase(
        testDescription: "continual", settings: ["rule=continual", "nudging.kind=one-sided"], error: 0.1,
        angle: 1e-3),
      RuleCase(
        testDescription: "recurrent", settings: ["rule=recurrent-backpropagation"], error: 1e-6, angle: 1e-12),
      RuleCase(
        testDescription: "contrastive", settings: ["rule=contrastive-hebbian"], error: 1, angle: 0.1,
        slope: 1e-8),
      RuleCase(testDescription: "coupled", settings: ["rule=coupled"], error: 0.5, angle: 0.01, slope: 1e-8),
    ]

    @Test("Every rule's own gradient, alike on every grid", arguments: rules)
    func rule(rule: RuleCase) throws {
      let folder = try TrainingFolder(VerifiedRun.quick.runFile)
      let options = ["--json"] + rule.settings.flatMap { ["--set", $0] }
      let alone = try folder.verify("1x1x1", options)
      let verdict = try Verdict(alone)
      #expect(alone.status == 0 && verdict.verdict == "passed" && verdict.failures == [], "\(alone.story)")
      #expect(verdict.gradient.count == 2)
      for row in verdict.gradient {
        #expect(try #require(row.relativeError) <= rule.error, "\(row)")
        #expect(try 1 - #require(row.cosine) <= rule.angle, "\(row)")
      }
      #expect(try verdict.value("the gradient at rest against finite differences") <= rule.slope)
      #expect(try verdict.value("rise of the total energy") <= 1e-12)
      // The run's phases are long: its own gradient has the error of its β at rest.
      let sweep = verdict.sweeps.first { $0.nudging == rule.testDescription }
      if let point = sweep?.points.first(where: { $0.beta == 0.05 }) {
        let own = verdict.gradient.compactMap(\.relativeError)
        #expect(zip(own, point.layerErrors).allSatisfy { abs($0 / $1 - 1) <= 1e-6 }, "\(own) \(point)")
      }
      let outcome = try folder.verify(rule.grid, options)
      #expect(outcome.status == 0 && outcome.withoutGrid == alone.withoutGrid, "\(outcome.story)")
    }

    @Test("The twin's gradient in every weight, alike on every grid")
    func twin() throws {
      let folder = try TrainingFolder(VerifiedRun.tiny.runFile)
      let options = ["--json", "--set", "rule=backpropagation"]
      let alone = try folder.verify("1x1x1", options)
      let verdict = try Verdict(alone)
      #expect(alone.status == 0 && verdict.sweeps.isEmpty && verdict.gradient.count == 2, "\(alone.story)")
      for row in verdict.gradient { #expect(try #require(row.relativeError) <= 1e-6, "\(row)") }
      #expect(try verdict.value("the gradient against finite differences") <= 1e-6)
      let outcome = try folder.verify("2x2x1", options)
      #expect(outcome.withoutGrid == alone.withoutGrid, "\(outcome.story)")
    }

    @Test("Coupled learning at β = 1 is contrastive learning; continual steps add up to the contrast")
    func kinship() throws {
      let folder = try TrainingFolder(VerifiedRun.quick.runFile)
      func own(_ settings: String...) throws -> [Double] {
        let verdict = try Verdict(
          try folder.verify("1x1x1", ["--json"] + settings.flatMap { ["--set", $0] }))
        return try verdict.gradient.flatMap { [try #require($0.cosine), try #require($0.relativeError)] }
      }
      let coupled = try own("rule=coupled", "nudging.kind=one-sided", "nudging.beta=1")
      #expect(try coupled == own("rule=contrastive-hebbian") && coupled[1] > 0.01)
      let continual = try own("rule=continual", "nudging.kind=one-sided")
      let propagated = try own("nudging.kind=one-sided")
      #expect(
        zip(continual, propagated).allSatisfy { abs($0 / $1 - 1) <= 1e-10 }, "\(continual) \(propagated)")
    }
  }
}
