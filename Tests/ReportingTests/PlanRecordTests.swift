import Foundation
import Records
import Reporting
import Testing

@Suite struct PlanRecordTests {
  static let record = PlanRecord(
    run: "m", batch: 20, ranks: 4,
    grids: [
      .init(
        shape: "2x2x1", time: time(0.001, 0.0002345), memory: memory(1_200_000, step: 34_567),
        sent: .init(messages: 4321, bytes: 999)),
      .init(
        shape: "4x1x1", time: time(2.5), memory: memory(12_000_000_000),
        sent: .init(messages: 8, bytes: 65_536)),
    ],
    best: .init(replicas: 2, stages: 2, slices: 1, shards: 4, examples: 10),
    firstReplica: [rank(0, 1...2, units: [128, 64], work: 0.5), rank(1, 3...3, units: [10], work: 1)])

  static func memory(_ weights: Int, step: Int = 0) -> MemoryCount {
    MemoryCount(
      weights: weights, moments: 0, relaxation: 0, persistentStates: 0, messages: 0, data: 0, step: step)
  }

  static func time(_ relaxation: Double, _ neighbours: Double = 0) -> StepTime {
    var time = StepTime()
    (time.relaxation, time.neighbours) = (relaxation, neighbours)
    return time
  }

  /// A rank that hands the other one 100 bytes, and other slices where it has any.
  static func rank(
    _ stage: Int, _ layers: ClosedRange<Int>, units: [Int], work: Double, slice: Int = 0, slices: Int = 1
  ) -> PlanRecord.Rank {
    var traffic = Traffic()
    traffic.activity = MessageFlow(
      sent: .init(messages: 1, bytes: 2), received: .init(messages: 3, bytes: 4))
    traffic.replicaSums.sent.bytes = 2000
    return .init(
      stage: stage, slice: slice, layers: layers, units: units,
      counts: RankCounts(
        rank: stage * slices + slice,
        memory: .init(
          weights: 1000, moments: 0, relaxation: 0, persistentStates: 0, messages: 0, data: 500),
        traffic: traffic),
      work: work,
      parcels: (0..<slices).filter { $0 != slice }.map {
        .init(rank: stage * slices + $0, stage: stage, bytes: 50)
      } + [.init(rank: (1 - stage) * slices + slice, stage: 1 - stage, bytes: 100 + stage)])
  }

  @Test("Parts that a terminal would break within a word stand on a second line")
  func narrow() {
    var record = Self.record
    let each = 123.4e-6
    record.grids[0].time = Self.time(each, each)
    (record.grids[0].time.learning, record.grids[0].time.sums) = (each, each)
    record.grids[0].time.reductions = each
    let parts = """
      a step on 2x2x1: relaxation 123.4 µs, neighbours 123.4 µs, learning 123.4 µs,
        sums 123.4 µs, reductions 123.4 µs

      """
    #expect(record.text.contains(parts), "\(record.text)")
  }

  @Test("Grids, the best one's parts, and who holds what")
  func text() {
    #expect(
      Self.record.text == """
         grid     step  examples/s   memory  messages     sent
        2x2x1  1.23 ms      16,201   1.2 MB     4,321    999 B  best
        4x1x1   2.50 s        8.00  12.0 GB         8  65.5 kB

        a step on 2x2x1: relaxation 1.00 ms, neighbours 234.5 µs, learning 0.0 µs,
          sums 0.0 µs, reductions 0.0 µs
        memory of its fullest rank: weights 1.2 MB, a step 34.6 kB

        replica 0 of 2 alike: 4 shards, 10 examples of a step; output above, input below
        ┌───────────────┐
        │ rank 1        │
        │ layer 3       │
        │ units 10      │
        │ memory 1.5 kB │
        │ work 100 %    │
        │ Σ 2.0 kB      │
        └───────────────┘
          ↓ 101 B
          ↑ 100 B
        ┌───────────────┐
        │ rank 0        │
        │ layers 1-2    │
        │ units 128+64  │
        │ memory 1.5 kB │
        │ work 50 %     │
        │ Σ 2.0 kB      │
        └───────────────┘
        work: its time in a step, against that of the busiest rank
        ↑ ↓: to each rank of the next stage in an iteration
        Σ: to the other replicas in a step

        """)
  }

  @Test("Of many slices the first ones and the last are drawn, and how many more there are is told")
  func slices() {
    var record = Self.record
    record.best = .init(replicas: 1, stages: 2, slices: 12, shards: 1, examples: 1)
    record.firstReplica = [0, 1].flatMap { stage in
      [0, 1, 2, 11].map { slice in
        Self.rank(
          stage, stage + 1...stage + 1, units: [64], work: 1 + Double(slice), slice: slice, slices: 12)
      }
    }
    let lines = record.text.components(separatedBy: "\n")
    #expect(lines.contains("one replica: 1 shard, 1 example of a step; output above, input below"))
    #expect(
      lines.contains("│ rank 12       │ rank 13       │ rank 14       │ 8 more │ rank 23       │"))
    #expect(
      lines.contains("│ ↔ 11 × 50 B   │ ↔ 11 × 50 B   │ ↔ 11 × 50 B   │ …      │ ↔ 11 × 50 B   │"))
    #expect(lines.contains("  ↓ 101 B         ↓ 101 B         ↓ 101 B                  ↓ 101 B"))
    #expect(!record.text.contains("Σ"))
  }

  @Test("Only the grids near the best are shown, the others counted")
  func many() {
    var record = Self.record
    record.grids = Array(repeating: Self.record.grids[0], count: 15)
    #expect(record.text.components(separatedBy: "2x2x1  1.23 ms").count == 1 + 12)
    #expect(record.text.contains("\nand 3 slower grids\n"))
  }

  @Test("JSON holds every grid and every count")
  func json() throws {
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(Self.record.json.utf8)) as? [String: Any])
    let grids = try #require(object["grids"] as? [[String: Any]])
    #expect(grids.map { $0["best"] as? Bool } == [true, false])
    #expect(grids[1]["memory_bytes"] as? Int == 12_000_000_000)
    let memory = try #require(grids[0]["memory"] as? [String: Int])
    #expect(memory["weights"] == 1_200_000 && memory["step"] == 34_567 && memory["peak"] == 1_234_567)
    let ranks = try #require(object["first_replica"] as? [[String: Any]])
    #expect(ranks.map { $0["layers"] as? [Int] } == [[1, 2], [3, 3]])
    #expect(ranks[0]["units"] as? [Int] == [128, 64] && ranks[1]["work_seconds"] as? Double == 1)
    #expect(ranks[0]["bytes_an_iteration"] as? [[String: Int]] == [["rank": 1, "bytes": 100]])
    let largest = try #require(ranks[0]["step"] as? [String: Any])
    let messages = try #require(largest["messages"] as? [String: [String: Int]])
    #expect(
      messages["activity"] == ["sent": 1, "bytes_sent": 2, "received": 3, "bytes_received": 4])
    #expect((object["step"] as? [String: Double])?["relaxation"] == 0.001)
  }
}
