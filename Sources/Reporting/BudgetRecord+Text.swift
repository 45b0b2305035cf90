import Foundation
import Records

extension BudgetRecord {
  /// A row for each way to relax, the run's own last.
  public var text: String {
    let caption =
      "\(run) · \(network) · \(Figures.count(examples, "example")) · cosine of at least \(cosine) in every layer\n\n"
    var table = AlignedText(heading: ["order", "factor", "start", "free", "nudged", "sweeps", "cosines"])
    table.rows = rows.map(Self.cells) + [Self.cells(own)]
    table.rows[rows.count][0] = "the run's own: " + table.rows[rows.count][0]
    let found =
      rows.first.map {
        "verify: \(Self.setting($0)) takes \(Self.number($0.sweeps)) sweeps, the run's own \(Self.number(own.sweeps))\n"
      } ?? "verify: no relaxation that was tried keeps it\n"
    return caption + table.text + "\n" + found
  }

  private static func cells(_ row: Row) -> [String] {
    [
      row.order, number(row.factor), row.start, "\(row.free)", "\(row.nudged)", number(row.sweeps),
      row.cosines.map { String(format: "%.3f", $0) }.joined(separator: " "),
    ]
  }

  /// As a run file has it.
  private static func setting(_ row: Row) -> String {
    let factor = row.factor == 1 ? "" : ", factor: \(number(row.factor))"
    return
      "relaxation: {updates: \(row.updates)\(factor), order: \(row.order), start: \(row.start), free: \(row.free), nudged: \(row.nudged)}"
  }

  private static func number(_ value: Double) -> String { String(format: "%g", value) }

  /// All of it, as one line of JSON; a cosine that is not a number is `null`.
  public var json: String {
    JSONText.object([
      ("run", .string(run)), ("network", .string(network)), ("examples", .integer(examples)),
      ("cosine", .number(cosine)), ("own", Self.json(own)), ("rows", .array(rows.map(Self.json))),
    ]).text
  }

  private static func json(_ row: Row) -> JSONText {
    .object([
      ("updates", .string(row.updates)), ("order", .string(row.order)), ("factor", .number(row.factor)),
      ("start", .string(row.start)), ("free", .integer(row.free)), ("nudged", .integer(row.nudged)),
      ("sweeps", .number(row.sweeps)), ("cosines", .array(row.cosines.map(JSONText.number))),
    ])
  }
}
