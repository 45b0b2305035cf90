import Records

/// A grid drawn in text: the ranks of one replica, stages one above the other, slices beside each other.
struct PlanDrawing {
  let grid: PlanRecord.Best
  /// Stage by stage.
  let ranks: [PlanRecord.Rank]

  /// The output's stage on top, the input below, what the figures mean last.
  var text: String {
    let replicas = grid.replicas == 1 ? "one replica" : "replica 0 of \(grid.replicas) alike"
    let head =
      "\(replicas): \(grid.shards) \(grid.shards == 1 ? "shard" : "shards"), "
      + "\(grid.examples) \(grid.examples == 1 ? "example" : "examples") of a step; output above, input below\n"
    let stages = (0..<grid.stages).reversed().map { stage -> String in
      box(ranks.filter { $0.stage == stage }) + (stage > 0 ? arrows(above: stage - 1) : "")
    }
    return head + stages.joined() + legend
  }

  private var columns: [Int] { ranks.filter { $0.stage == ranks.first?.stage }.map(\.slice) }
  private var busiest: Double { ranks.map(\.work).max() ?? 0 }
  /// Columns between the sides of a box.
  private var width: Int {
    ranks.flatMap { [lines($0), [up($0), down($0)]].joined() }.map(\.count).max() ?? 0
  }

  private func lines(_ rank: PlanRecord.Rank) -> [String] {
    let (first, last) = (rank.layers.lowerBound, rank.layers.upperBound)
    let beside = Self.parcels(rank.parcels.filter { $0.stage == rank.stage })
    let share = busiest > 0 ? Int((100 * rank.work / busiest).rounded()) : 0
    return [
      "rank \(Figures.grouped(rank.counts.rank))",
      first == last ? "layer \(first)" : "layers \(first)-\(last)",
      "units \(rank.units.map(String.init).joined(separator: "+"))",
      "memory \(Figures.bytes(rank.counts.memory.peak))",
      "work \(share) %",
    ] + (grid.slices > 1 ? ["↔ \(beside)"] : [])
      + (grid.replicas > 1 ? ["Σ \(Figures.bytes(rank.replicaBytes))"] : [])
  }

  private func up(_ rank: PlanRecord.Rank) -> String {
    "↑ " + Self.parcels(rank.parcels.filter { $0.stage > rank.stage })
  }

  private func down(_ rank: PlanRecord.Rank) -> String {
    "↓ " + Self.parcels(rank.parcels.filter { $0.stage < rank.stage })
  }

  /// `1.2 kB`, `3 × 1.2 kB`, or their sum where they differ.
  private static func parcels(_ parcels: [PlanRecord.Parcel]) -> String {
    let bytes = Set(parcels.map(\.bytes))
    guard let first = bytes.first else { return Figures.none }
    if parcels.count == 1 { return Figures.bytes(first) }
    return bytes.count == 1
      ? "\(parcels.count) × \(Figures.bytes(first))"
      : "\(Figures.bytes(parcels.reduce(0) { $0 + $1.bytes })) to \(parcels.count)"
  }

  /// Cells of one row beside each other; where slices are left out, how many.
  private func row(_ cells: [String], left: String, middle: String, right: String, gap: String) -> String {
    var text = left
    for (index, cell) in cells.enumerated() {
      if index > 0 { text += isGap(before: index) ? gap : middle }
      text += cell
    }
    return Self.trimmed(text + right) + "\n"
  }

  private func isGap(before index: Int) -> Bool { columns[index] > columns[index - 1] + 1 }

  private func box(_ ranks: [PlanRecord.Rank]) -> String {
    let bar = String(repeating: "─", count: width + 2)
    let bars = ranks.map { _ in bar }
    let cells = ranks.map(lines)
    let left = grid.slices - ranks.count
    let body = (cells.first ?? []).indices.map { line in
      row(
        cells.map { " " + Self.padded($0[line], to: width) + " " }, left: "│", middle: "│", right: "│",
        gap: line == 0 ? "│ \(left) more │" : "│ \(Self.padded("…", to: "\(left) more".count)) │")
    }
    let gap = String(repeating: " ", count: "\(left) more".count + 2)
    return row(bars, left: "┌", middle: "┬", right: "┐", gap: "┐\(gap)┌")
      + body.joined() + row(bars, left: "└", middle: "┴", right: "┘", gap: "┘\(gap)└")
  }

  /// What goes up from a stage and comes down to it.
  private func arrows(above stage: Int) -> String {
    let gap = String(repeating: " ", count: "\(grid.slices - columns.count) more".count + 4)
    func line(_ stage: Int, _ text: (PlanRecord.Rank) -> String) -> String {
      let cells = ranks.filter { $0.stage == stage }.map { " " + Self.padded(text($0), to: width) + " " }
      return row(cells, left: " ", middle: " ", right: "", gap: gap)
    }
    return line(stage + 1, down) + line(stage, up)
  }

  private var legend: String {
    var lines = ["work: its time in a step, against that of the busiest rank"]
    if grid.slices > 1 { lines.append("↔: to each other slice in an iteration") }
    if grid.stages > 1 { lines.append("↑ ↓: to each rank of the next stage in an iteration") }
    if grid.replicas > 1 { lines.append("Σ: to the other replicas in a step") }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }

  private static func trimmed(_ text: String) -> String {
    var text = text
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}
