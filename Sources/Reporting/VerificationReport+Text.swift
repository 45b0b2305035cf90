import Foundation

extension VerificationReport {
  /// The report as tables: the gradient layer by layer, its error over β, the contrast step by step, and
  /// the checks; the last line counts those that passed.
  public var text: String {
    let sections = [gradientText, sweepText, matchText, checkText].filter { !$0.isEmpty }
    return factsLine + sections.map { "\n" + $0 }.joined() + "\n" + lastLine
  }

  private var factsLine: String {
    let examples = Figures.count(facts.examples, "example")
    let parts = [
      facts.run, facts.rule, facts.network, examples, "grid \(facts.grid)", "updates \(facts.updates)",
    ]
    return parts.joined(separator: " · ") + "\n"
  }

  private var lastLine: String {
    guard !checks.isEmpty else { return "verify: no check was made\n" }
    let passed = checks.filter(\.isPassed).count
    return "verify: \(passed) of \(Figures.count(checks.count, "check")) passed\n"
  }

  private var gradientText: String {
    guard !gradient.isEmpty else { return "" }
    var table = AlignedText(heading: ["layer", "1 − cosine", "relative error"])
    table.rows = gradient.map { row in
      ["\(row.layer)", Figures.belowOne(row.cosine), Figures.scientific(row.relativeError)]
    }
    if gradient.contains(where: { $0.equalSigns != nil }) {
      table.heading.append("equal signs %")
      for (row, layer) in gradient.enumerated() {
        table.rows[row].append(Figures.percent(layer.equalSigns.map { 100 * $0 }))
      }
    }
    return "gradient by \(facts.nudging), against \(facts.exact)\n" + table.text
  }

  private var matchText: String {
    guard let layers = matches.map(\.cosines.count).max() else { return "" }
    var table = AlignedText(heading: ["steps t"] + (0..<layers).map { "layer \($0 + 1)" })
    table.rows = matches.map { match in
      let cells = (0..<layers).map { layer in
        Figures.belowOne(match.cosines.indices.contains(layer) ? match.cosines[layer] : nil)
      }
      return ["\(match.step)"] + cells
    }
    let caption = "step by step: 1 − cosine of t nudged steps and backpropagation through the last t steps\n"
    return caption + table.text
  }

  private var checkText: String {
    guard !checks.isEmpty else { return "" }
    // The table's columns stand flush right; names read better flush left.
    let width = checks.map(\.name.count).max() ?? 0
    let table = AlignedText(
      heading: ["", "check" + String(repeating: " ", count: max(width - 5, 0)), "measured", "limit"],
      rows: checks.map { check in
        let name = check.name + String(repeating: " ", count: width - check.name.count)
        return [check.isPassed ? "ok" : "FAILED", name, check.shownValue, check.shownLimit]
      })
    let lines = table.text.split(separator: "\n")
    let advised = zip(lines.dropFirst(), checks).map { line, check in
      guard !check.isPassed, let advice = check.advice else { return "\(line)\n" }
      return "\(line)\n        \(advice)\n"
    }
    return lines[0] + "\n" + advised.joined()
  }
}
