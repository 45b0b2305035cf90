extension VerificationReport {
  /// A line for each β, a column for each nudging, and last the order by which the error falls with β.
  var sweepText: String {
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

  /// An error, in parentheses where the fit does not use it; the space keeps the digits in line.
  private static func cell(_ sweep: Sweep, _ beta: Double) -> String {
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
