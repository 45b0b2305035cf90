import Foundation
import Records

extension VerificationRecord {
  /// The report as tables: the gradient layer by layer, its error over β, the contrast step by step, and
  /// the checks; the last line counts those that passed.
  public var text: String {
    let sections = [gradientText, drawnText, sweepText, cosineText, matchText, checkText].filter {
      !$0.isEmpty
    }
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
    table.rows = gradient.enumerated().map { index, layer in
      ["\(index + 1)", Figures.belowOne(layer.cosine), Figures.scientific(layer.relativeError)]
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

extension VerificationRecord {
  /// A line for each β, a column for each nudging, and last the order by which the error falls with β.
  fileprivate var sweepText: String {
    let betas = Set(sweeps.flatMap { $0.points.map(\.beta) }).sorted(by: >)
    guard !betas.isEmpty else { return "" }
    var table = AlignedText(heading: ["β"], rows: betas.map { [Figures.plain($0)] })
    table.rows += [["expected order"], ["fitted order"]]
    for sweep in sweeps {
      table.heading.append(sweep.nudging + " ")
      for (row, beta) in betas.enumerated() { table.rows[row].append(Self.cell(sweep, beta)) }
      table.rows[betas.count].append("\(sweep.expectedOrder) ")
      table.rows[betas.count + 1].append(Figures.order(sweep.fittedOrder) + " ")
    }
    return "relative error of all layers over β\n" + table.text + unfittedNote
  }

  /// A line for each β, a column for each nudging.
  fileprivate var cosineText: String {
    let betas = Set(sweeps.flatMap { $0.points.map(\.beta) }).sorted(by: >)
    guard !betas.isEmpty else { return "" }
    let rows = betas.map { beta in
      [Figures.plain(beta)]
        + sweeps.map { sweep in
          Figures.belowOne(sweep.points.first { $0.beta == beta }.map { $0.match.all.cosine })
        }
    }
    return "1 − cosine of all layers over β\n"
      + AlignedText(heading: ["β"] + sweeps.map(\.nudging), rows: rows).text
  }

  /// An error, in parentheses where the fit does not use it; the space keeps the digits in line.
  private static func cell(_ sweep: GradientSweep, _ beta: Double) -> String {
    guard let point = sweep.points.first(where: { $0.beta == beta }) else { return Figures.none + " " }
    let error = Figures.scientific(point.relativeError)
    return sweep.isFitted(point) ? error + " " : "(\(error))"
  }

  private var unfittedNote: String {
    let all = sweeps.allSatisfy { sweep in sweep.points.allSatisfy(sweep.isFitted) }
    guard !all else { return "" }
    return "(…) is not fitted: rounding or the free phase's residual may hide the order, or β is too large\n"
  }
}

extension VerificationRecord.Check {
  /// The value with as many digits as it takes to see the verdict in it: 3 mostly, more beside the limit.
  package var shownValue: String {
    guard value.isFinite else { return value.isNaN ? "not a number" : "infinite" }
    for digits in 3...17 {
      let text = String(format: "%.\(digits)g", value)
      if let shown = Double(text), limit.isKept(by: shown) == isPassed, isTellingFromOne(shown) {
        return text
      }
    }
    return "\(value)"
  }

  /// Whether a text's value tells how far a value just below 1, as cosines are, stays from it.
  private func isTellingFromOne(_ shown: Double) -> Bool {
    guard value > 0.9, value < 1 - 1e-12 else { return true }
    return abs(shown - value) <= 0.05 * (1 - value)
  }

  /// The limit in words: `at most 0.005`, `2 ± 5 %`.
  package var shownLimit: String {
    switch limit {
    case .atMost(let most): "at most \(Self.short(most))"
    case .atLeast(let least): "at least \(Self.short(least))"
    case .within(let expected, let share): "\(Self.short(expected)) ± \(Self.short(100 * share)) %"
    }
  }

  private static func short(_ value: Double) -> String { String(format: "%.10g", value) }
}
