import Records

/// How the task's figures changed over a run: the table printed at its end.
public struct ErrorTable: Equatable, Sendable {
  /// Every epoch, in order.
  public let epochs: [EpochMetrics]
  /// The task's; the first one picks the best epoch.
  public let figures: [Figure]

  public init(_ epochs: [EpochMetrics], figures: [Figure] = [.error]) {
    (self.epochs, self.figures) = (epochs, figures)
  }

  /// The earliest epoch with the best first figure of the validation split, or the training split where there is none.
  public var best: EpochMetrics? { bestIndex.map { epochs[$0] } }

  /// Epochs chosen evenly over the table, besides the best one.
  static let chosen = 10

  private var bestIndex: Int? { epochs.best(by: figures.first) }

  /// The first, the best and the last epoch and some between, a line each; columns without a number are
  /// left out.
  public var text: String {
    guard !epochs.isEmpty else { return "no epoch has ended yet\n" }
    let last = epochs.count - 1
    let chosen = (0..<Self.chosen).map { (2 * $0 * last + Self.chosen - 1) / (2 * (Self.chosen - 1)) }
    let shown = Set(chosen + (bestIndex.map { [$0] } ?? [])).sorted()

    var table = AlignedText(heading: ["epoch"], rows: shown.map { ["\(epochs[$0].epoch)"] })
    for column in columns where epochs.contains(where: { column.value($0) != nil }) {
      table.heading.append(column.name)
      for (row, index) in shown.enumerated() {
        table.rows[row].append(column.shown(column.value(epochs[index])))
      }
    }
    if let bestIndex {
      table.heading.append("")
      for (row, index) in shown.enumerated() { table.rows[row].append(index == bestIndex ? "best" : "") }
    }
    return table.text
  }

  private struct Column {
    let name: String
    let value: (EpochMetrics) -> Double?
    let shown: (Double?) -> String
  }

  private var columns: [Column] {
    let scores = EpochMetrics.splits.flatMap { split, scores in
      figures.filter { !$0.isDetail }.map { figure in
        Column(
          name: "\(split) \(figure.unit ?? figure.name)", value: { $0[keyPath: scores][figure.key] },
          shown: { Figures.score($0, figure) })
      }
    }
    return scores + [
      Column(name: "cost", value: \.cost, shown: Figures.cost),
      Column(name: "accepted %", value: \.acceptance, shown: Figures.percent),
      Column(name: "examples/s", value: \.examplesPerSecond, shown: Figures.rate),
    ]
  }

  /// Every epoch and the best one's number, as one line of JSON; how the phases and the layers fared is
  /// there where it was measured.
  public var json: String { json(traffic: nil) }

  /// The same with what the ranks held and moved, where it was counted.
  public func json(traffic: RunCounts?) -> String {
    let best = best.map { JSONText.integer($0.epoch) } ?? .null
    let counted = traffic.map { [(key: "traffic", value: $0.json)] } ?? []
    return JSONText.object([("best_epoch", best), ("epochs", .array(epochs.map(json)))] + counted).text
  }

  private func json(_ metrics: EpochMetrics) -> JSONText {
    let scores = EpochMetrics.scores(figures).map {
      (key: $0.key, value: JSONText.optional($0.value(metrics)))
    }
    return .object(
      [("epoch", .integer(metrics.epoch)), ("step", .integer(metrics.step))] + scores + [
        ("cost", .optional(metrics.cost)), ("energy", .optional(metrics.energy)),
        ("examples_per_second", .optional(metrics.examplesPerSecond)),
        ("seconds", .optional(metrics.seconds)),
      ] + Self.density(metrics) + Self.dynamics(metrics))
  }

  /// What is told of a model of inputs.
  private static func density(_ metrics: EpochMetrics) -> [(key: String, value: JSONText)] {
    [
      ("free_energy", metrics.freeEnergy), ("free_energy_gap", metrics.freeEnergyGap),
      ("log_likelihood", metrics.logLikelihood),
    ].compactMap { key, value in value.map { (key, .number($0)) } }
  }

  /// How the phases and the layers fared, as far as it was measured.
  private static func dynamics(_ metrics: EpochMetrics) -> [(key: String, value: JSONText)] {
    let numbers = { (values: [Double]?) in values.map { JSONText.array($0.map(JSONText.number)) } }
    let fields: [(String, JSONText?)] = [
      ("free_iterations", metrics.freeIterations.map(JSONText.number)),
      ("nudged_iterations", metrics.nudgedIterations.map(JSONText.number)),
      ("free_residual", metrics.freeResidual.map(JSONText.number)),
      ("nudged_residual", metrics.nudgedResidual.map(JSONText.number)),
      ("at_lower", numbers(metrics.atLower)), ("at_upper", numbers(metrics.atUpper)),
      ("weight_change", numbers(metrics.weightChange)), ("rates", numbers(metrics.rates)),
      ("violations", metrics.violations.map(JSONText.number)),
      ("rejected", metrics.rejected.map(JSONText.integer)),
      ("acceptance", metrics.acceptance.map(JSONText.number)),
    ]
    return fields.compactMap { key, value in value.map { (key: key, value: $0) } }
  }
}
