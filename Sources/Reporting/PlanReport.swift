import Foundation

/// What a number of ranks would do on each grid, and who holds what on the best one.
public struct PlanReport: Equatable, Sendable {
  /// A grid and its prediction; of memory and messages those of the rank that has most.
  public struct Grid: Equatable, Sendable {
    /// Replicas x stages x slices.
    public var shape: String
    /// Predicted time of a step.
    public var seconds: Double
    /// Examples of a step over that.
    public var examplesPerSecond: Double
    /// The most bytes that a rank holds.
    public var memory: Int
    /// The most messages that a rank sends in a step, MPI's reductions left out.
    public var messages: Int
    /// The most bytes that a rank sends in a step, MPI's reductions left out.
    public var bytes: Int

    public init(
      shape: String, seconds: Double, examplesPerSecond: Double, memory: Int, messages: Int, bytes: Int
    ) {
      (self.shape, self.seconds, self.examplesPerSecond) = (shape, seconds, examplesPerSecond)
      (self.memory, self.messages, self.bytes) = (memory, messages, bytes)
    }
  }

  /// A rank of the best grid's first replica.
  public struct Rank: Equatable, Sendable {
    /// Its place among the stages, from 0.
    public var stage: Int
    /// Its place among the slices, from 0.
    public var slice: Int
    /// Its stage's layers, counted from 1.
    public var layers: ClosedRange<Int>
    /// Of each layer, those computed by this rank.
    public var units: [Int]
    /// What it holds, and moves in a step.
    public var counts: RankCounts
    /// Seconds of a step that are work.
    public var work: Double
    /// Bytes to ranks of the same replica in an iteration.
    public var parcels: [Parcel]
    /// Bytes to other replicas in a step.
    public var replicaBytes: Int

    public init(
      stage: Int, slice: Int, layers: ClosedRange<Int>, units: [Int], counts: RankCounts, work: Double,
      parcels: [Parcel], replicaBytes: Int
    ) {
      (self.stage, self.slice, self.layers, self.units) = (stage, slice, layers, units)
      (self.counts, self.work, self.parcels, self.replicaBytes) = (counts, work, parcels, replicaBytes)
    }

    var memory: Int { counts.memory.reduce(0) { $0 + $1.bytes } }
  }

  /// What one rank hands another.
  public struct Parcel: Equatable, Sendable {
    /// The receiver.
    public var rank: Int
    /// The receiver's place among the stages, from 0.
    public var stage: Int
    /// Bytes in an iteration.
    public var bytes: Int

    public init(rank: Int, stage: Int, bytes: Int) {
      (self.rank, self.stage, self.bytes) = (rank, stage, bytes)
    }
  }

  /// Of the best grid.
  public struct Shape: Equatable, Sendable {
    public var replicas: Int
    public var stages: Int
    public var slices: Int
    /// Of each replica.
    public var shards: Int
    /// Of a step, in each replica.
    public var examples: Int

    public init(replicas: Int, stages: Int, slices: Int, shards: Int, examples: Int) {
      (self.replicas, self.stages, self.slices) = (replicas, stages, slices)
      (self.shards, self.examples) = (shards, examples)
    }
  }

  /// The run's name.
  public var run: String
  /// How many ranks each of the grids has.
  public var ranks: Int
  /// The best first.
  public var grids: [Grid]
  /// Of the first of `grids`.
  public var best: Shape
  /// The ranks of the first replica, stage by stage; of many slices some.
  public var firstReplica: [Rank]
  /// Seconds of the parts of a step on the best grid.
  public var parts: [(kind: String, seconds: Double)] {
    partNames.indices.map { (partNames[$0], partSeconds[$0]) }
  }
  private var partNames: [String]
  private var partSeconds: [Double]

  public init(
    run: String, ranks: Int, grids: [Grid], best: Shape, firstReplica: [Rank],
    parts: [(kind: String, seconds: Double)]
  ) {
    (self.run, self.ranks, self.grids, self.best) = (run, ranks, grids, best)
    self.firstReplica = firstReplica
    (partNames, partSeconds) = (parts.map(\.kind), parts.map(\.seconds))
  }

  /// Slices drawn at most; of more the first two and the last.
  public static let slicesDrawn = 4

  /// Grids shown.
  static let most = 12

  /// The grids near the best, a line each, then a drawing of the best.
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
    return table.text + more + "\n" + step + "\n" + PlanDrawing(grid: best, ranks: firstReplica).text
  }

  /// The parts of a step, in lines that a terminal of 80 columns need not break.
  private var step: String {
    var lines = ["a step on \(grids.first?.shape ?? ""):"]
    for (index, part) in parts.enumerated() {
      let words = " \(part.kind) \(Self.time(part.seconds))" + (index < parts.count - 1 ? "," : "")
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
        ("grid", .string(grid.shape)), ("seconds", .number(grid.seconds)),
        ("examples_per_second", .number(grid.examplesPerSecond)), ("memory_bytes", .integer(grid.memory)),
        ("messages", .integer(grid.messages)), ("bytes_sent", .integer(grid.bytes)),
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
