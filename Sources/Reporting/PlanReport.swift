import Foundation

/// What a number of ranks would do on each grid, and who holds what on the best one.
public struct PlanReport: Equatable, Sendable {
  /// A grid and its prediction; of memory and messages those of the rank that has most.
  public struct Grid: Equatable, Sendable {
    public var shape: String
    public var seconds: Double
    public var examplesPerSecond: Double
    public var memory: Int
    public var messages: Int
    public var bytes: Int

    public init(
      shape: String, seconds: Double, examplesPerSecond: Double, memory: Int, messages: Int, bytes: Int
    ) {
      (self.shape, self.seconds, self.examplesPerSecond) = (shape, seconds, examplesPerSecond)
      (self.memory, self.messages, self.bytes) = (memory, messages, bytes)
    }
  }

  /// What the ranks of one stage hold on the best grid.
  public struct Stage: Equatable, Sendable {
    public var layers: ClosedRange<Int>
    public var ranks: Int
    /// Of each rank.
    public var slices: Int
    public var shards: Int
    /// The rank that holds most.
    public var largest: RankCounts

    public init(layers: ClosedRange<Int>, ranks: Int, slices: Int, shards: Int, largest: RankCounts) {
      (self.layers, self.ranks, self.slices, self.shards) = (layers, ranks, slices, shards)
      self.largest = largest
    }
  }

  public var run: String
  public var ranks: Int
  /// The best first.
  public var grids: [Grid]
  public var stages: [Stage]
  /// Seconds of the parts of a step on the best grid.
  public var parts: [(kind: String, seconds: Double)] {
    partNames.indices.map { (partNames[$0], partSeconds[$0]) }
  }
  private var partNames: [String]
  private var partSeconds: [Double]

  public init(
    run: String, ranks: Int, grids: [Grid], stages: [Stage], parts: [(kind: String, seconds: Double)]
  ) {
    (self.run, self.ranks, self.grids, self.stages) = (run, ranks, grids, stages)
    (partNames, partSeconds) = (parts.map(\.kind), parts.map(\.seconds))
  }

  /// Grids shown.
  static let most = 12

  /// The grids near the best, a line each, then a line for each stage of the best.
  public var text: String {
    var table = AlignedText(heading: [
      "grid", "step", "examples/s", "memory", "messages", "sent", "",
    ])
    for (index, grid) in grids.prefix(Self.most).enumerated() {
      table.rows.append([
        grid.shape, Self.time(grid.seconds), Figures.rate(grid.examplesPerSecond), Figures.bytes(grid.memory),
        Figures.grouped(grid.messages), Figures.bytes(grid.bytes), index == 0 ? "best" : "",
      ])
    }
    let more = grids.count > Self.most ? "and \(grids.count - Self.most) slower grids\n" : ""
    let parts = parts.map { "\($0.kind) \(Self.time($0.seconds))" }.joined(separator: ", ")
    return table.text + more + "\na step on \(grids.first?.shape ?? ""): \(parts)\n\n" + stageTable.text
  }

  private var stageTable: AlignedText {
    var table = AlignedText(heading: ["stage", "layers", "ranks", "slices each", "shards each", "memory"])
    for (index, stage) in stages.enumerated() {
      let (first, last) = (stage.layers.lowerBound, stage.layers.upperBound)
      table.rows.append([
        "\(index)", first == last ? "\(first)" : "\(first)-\(last)", Figures.grouped(stage.ranks),
        "\(stage.slices)", "\(stage.shards)",
        Figures.bytes(stage.largest.memory.reduce(0) { $0 + $1.bytes }),
      ])
    }
    return table
  }

  /// All of it as one line of JSON.
  public var json: String {
    let grids = grids.enumerated().map { index, grid in
      JSONText.object([
        ("grid", .string(grid.shape)), ("seconds", .number(grid.seconds)),
        ("examples_per_second", .number(grid.examplesPerSecond)), ("memory_bytes", .integer(grid.memory)),
        ("messages", .integer(grid.messages)), ("bytes_sent", .integer(grid.bytes)),
        ("best", .boolean(index == 0)),
      ])
    }
    let stages = stages.map { stage in
      JSONText.object([
        ("layers", .array([.integer(stage.layers.lowerBound), .integer(stage.layers.upperBound)])),
        ("ranks", .integer(stage.ranks)), ("slices_each", .integer(stage.slices)),
        ("shards_each", .integer(stage.shards)), ("largest", stage.largest.json),
      ])
    }
    return JSONText.object([
      ("run", .string(run)), ("ranks", .integer(ranks)), ("grids", .array(grids)),
      ("step", .object(parts.map { ($0.kind, .number($0.seconds)) })), ("stages", .array(stages)),
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
