import Foundation
import Testing

extension RealRanks {
  /// What the documents print of `eqprop verify` is what it says.
  @Suite struct VerifyingDocuments {
    private static let catalog = "Sources/EquilibriumPropagation/EquilibriumPropagation.docc/"

    /// Below this an error is rounding, which another processor may do otherwise.
    private static let rounding = 1e-9

    @Test("The page's command gives the page's tables and its figure")
    func page() throws {
      let page = try VerifiedDocument(Self.catalog + "GradientTheorem.md")
      let command = try page.command()
      let folder = try TrainingFolder("")
      let plot = folder.path + "/error.svg"
      let outcome = try TrainingFolder.verify(
        command.runFile, "2x1x1", command.options + ["--json", "--plot", plot])
      try #require(outcome.status == 0, "\(outcome.story)")
      let verdict = try Verdict(outcome)
      try expectErrors(page, verdict)
      try expectSteps(page, verdict)
      let slope = VerifiedDocument.twoDigits(
        try verdict.value("the gradient at rest against finite differences"))
      #expect(page.text.replacing("\n", with: " ").contains("differ by \(slope) of their value at most"))
      let name = try #require(command.plot)
      #expect(page.text.contains("](\(name.dropLast(4)))"))
      expectSame(
        ErrorChart(try VerifiedDocument(Self.catalog + "Resources/" + name).text),
        ErrorChart(folder.text("error.svg")))
    }

    private func expectErrors(_ page: VerifiedDocument, _ verdict: Verdict) throws {
      let rows = try page.table("β")
      #expect(rows.count == 10 && verdict.sweeps.count == 4)
      for (column, sweep) in verdict.sweeps.enumerated() {
        #expect(sweep.points.count == 9)
        for (row, point) in zip(rows, sweep.points) {
          let cell = row[column + 1].trimmingCharacters(in: ["(", ")"])
          #expect(Double(row[0]) == point.beta)
          guard point.relativeError > Self.rounding else {
            #expect(try #require(Double(cell)) <= Self.rounding, "\(row)")
            continue
          }
          #expect(cell == VerifiedDocument.twoDigits(point.relativeError), "\(sweep.nudging): \(row)")
          let isFitted = point.relativeError < 0.03
          #expect(isFitted == !row[column + 1].hasPrefix("("), "\(sweep.nudging): \(row)")
        }
        let order = String(format: "%.2f", try #require(sweep.fittedOrder))
        #expect(rows.last?[column + 1] == order && rows.last?[0] == "fitted order")
      }
    }

    private func expectSteps(_ page: VerifiedDocument, _ verdict: Verdict) throws {
      let rows = try page.table("t")
      #expect(rows.map { Int($0[0]) } == verdict.matches.map(\.step))
      for (row, match) in zip(rows, verdict.matches) {
        for (cell, cosine) in zip(row.dropFirst(), match.cosines) {
          guard let cosine else {
            #expect(cell == "–")
            continue
          }
          // A cosine has sixteen digits.
          let isRounding = 1 - cosine < 1e-13
          #expect(
            isRounding ? (Double(cell) ?? 1) < 1e-13 : cell == VerifiedDocument.twoDigits(1 - cosine),
            "\(row)")
        }
      }
    }

    private func expectSame(_ stored: ErrorChart, _ drawn: ErrorChart) {
      func isExact(_ hint: ErrorChart.Hint) -> Bool { hint.error > Self.rounding }
      #expect(stored.hints.count == 36)
      #expect(stored.hints.filter(isExact) == drawn.hints.filter(isExact))
      #expect(stored.hints.map(\.beta) == drawn.hints.map(\.beta))
    }

    @Test("The page's figures of kinks and of the rules that hold the output")
    func sentences() throws {
      let page = try VerifiedDocument(Self.catalog + "GradientTheorem.md")
      let command = try page.command()
      let text = page.text.replacing("\n", with: " ")
      let kinked = try Verdict(try TrainingFolder.verify(command.runFile, "1x1x1", ["--json"])).sweep(
        "centered")
      func error(_ power: Int) throws -> String {
        let beta = 0.2 / Double(1 << power)
        return VerifiedDocument.twoDigits(try #require(kinked.points.first { $0.beta == beta }).relativeError)
      }
      #expect(text.contains("is off by \(try error(4)) and \(try error(6)) at β 0.0125 and 0.003125"))
      let falls =
        "\(try error(8)) at 0.00078125, then \(try error(10)) and \(try error(12)) at each quarter of it"
      #expect(text.contains(falls), "\(falls)")
      func cosine(_ settings: String..., digits: Int) throws -> String {
        let options = command.options + ["--json"] + settings.flatMap { ["--set", $0] }
        let verdict = try Verdict(try TrainingFolder.verify(command.runFile, "1x1x1", options))
        let value = try verdict.value("cosine of the rule's gradient at rest with −dC/dθ, worst layer")
        return String(format: "%.\(digits)f", value)
      }
      let (hebbian, coupled) = try (
        cosine("rule=contrastive-hebbian", digits: 4), cosine("rule=coupled", digits: 5)
      )
      #expect(try coupled == cosine("rule=coupled", "nudging.beta=0.002", digits: 5))
      let angles =
        "is \(hebbian) for contrastive Hebbian learning and \(coupled) for centered coupled learning"
      #expect(text.contains(angles), "\(angles)")
    }

    @Test("The readme's command prints what the readme shows of it")
    func readme() throws {
      let readme = try VerifiedDocument("README.md")
      let command = try readme.command()
      let outcome = try TrainingFolder.verify(command.runFile, try #require(command.grid), command.options)
      #expect(outcome.status == 0, "\(outcome.story)")
      let lines = readme.text.split(separator: "\n", omittingEmptySubsequences: false)
      let first = try #require(lines.firstIndex { $0.hasPrefix("$ launch/run") && $0.contains(" verify ") })
      let shown = lines[(first + 1)...].prefix { $0 != "```" }.filter { $0 != "…" && !$0.isEmpty }
      #expect(shown.count > 10 && shown.last?.hasSuffix(" checks passed") == true)
      var rest = outcome.output.split(separator: "\n")[...]
      for line in shown {
        // The last digits of finite differences may be another processor's.
        let isExact = !line.contains("finite differences")
        let place = rest.firstIndex { isExact ? $0 == line : $0.prefix(70) == line.prefix(70) }
        rest =
          rest[
            (try #require(place, "'\(line)' is not printed, or not in this order:\n\(outcome.output)") + 1)...
          ]
      }
    }
  }
}
