import Foundation
import Records

extension PlanRecord {
  /// Grids shown.
  static let most = 12

  /// The grids near the best, a line each, then a drawing of the best.
  public var text: String {
    var table = AlignedText(heading: [
      "grid", "step", "examples/s", "memory", "messages", "sent", "",
    ])
    for (index, grid) in grids.prefix(Self.most).enumerated() {
      table.rows.append([
        grid.shape, Self.time(grid.time.total), Figures.rate(examplesPerSecond(grid)),
        Figures.bytes(grid.memory.peak), Figures.grouped(grid.sent.messages), Figures.bytes(grid.sent.bytes),
        index == 0 ? "best" : "",
      ])
    }
    let more = grids.count > Self.most ? "and \(grids.count - Self.most) slower grids\n" : ""
    return table.text + more + "\n" + step + memory + "\n" + PlanDrawing(grid: best, ranks: firstReplica).text
  }

  private func examplesPerSecond(_ grid: Grid) -> Double { Double(batch) / grid.time.total }

  /// The parts of a step on the best grid, in their order.
  private var parts: [(kind: String, seconds: Double)] {
    guard let time = grids.first?.time else { return [] }
    return [
      ("relaxation", time.relaxation), ("neighbours", time.neighbours), ("learning", time.learning),
      ("sums", time.sums), ("reductions", time.reductions),
    ]
  }

  private var step: String {
    Self.lines(
      "a step on \(grids.first?.shape ?? ""):", parts.map { "\($0.kind) \(Self.time($0.seconds))" })
  }

  /// What the rank that takes most memory has it for.
  private var memory: String {
    guard let memory = grids.first?.memory else { return "" }
    return Self.lines(
      "memory of its fullest rank:", memory.parts.map { "\($0.name) \(Figures.bytes($0.bytes))" })
  }

  /// A heading and its parts, in lines that a terminal of 80 columns need not break.
  private static func lines(_ heading: String, _ parts: [String]) -> String {
    var lines = [heading]
    for (index, part) in parts.enumerated() {
      let words = " " + part + (index < parts.count - 1 ? "," : "")
      if lines[lines.count - 1].count + words.count < 80 {
        lines[lines.count - 1] += words
      } else {
        lines.append(" " + words)
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// All of it as one line of JSON.
  public var json: String {
    let grids = grids.enumerated().map { index, grid in
      JSONText.object([
        ("grid", .string(grid.shape)), ("seconds", .number(grid.time.total)),
        ("examples_per_second", .number(examplesPerSecond(grid))),
        ("memory_bytes", .integer(grid.memory.peak)),
        ("memory", grid.memory.json),
        ("messages", .integer(grid.sent.messages)), ("bytes_sent", .integer(grid.sent.bytes)),
        ("best", .boolean(index == 0)),
      ])
    }
    let ranks = firstReplica.map { rank in
      JSONText.object([
        ("stage", .integer(rank.stage)), ("slice", .integer(rank.slice)),
        ("layers", .array([.integer(rank.layers.lowerBound), .integer(rank.layers.upperBound)])),
        ("units", .array(rank.units.map(JSONText.integer))), ("work_seconds", .number(rank.work)),
        (
          "bytes_an_iteration",
          .array(
            rank.parcels.map { .object([("rank", .integer($0.rank)), ("bytes", .integer($0.bytes))]) })
        ),
        ("bytes_to_replicas_a_step", .integer(rank.replicaBytes)), ("step", rank.counts.json),
      ])
    }
    return JSONText.object([
      ("run", .string(run)), ("ranks", .integer(self.ranks)), ("grids", .array(grids)),
      ("step", .object(parts.map { ($0.kind, .number($0.seconds)) })),
      ("first_replica", .array(ranks)),
    ]).text
  }

  /// `1.25 ms`.
  private static func time(_ seconds: Double) -> String {
    switch seconds {
    case ..<1e-3: String(format: "%.1f µs", seconds * 1e6)
    case ..<1: String(format: "%.2f ms", seconds * 1e3)
    default: String(format: "%.2f s", seconds)
    }
  }
}
