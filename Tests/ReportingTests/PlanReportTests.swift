import Foundation
import Reporting
import Testing

@Suite struct PlanReportTests {
  static let report = PlanReport(
    run: "m", ranks: 4,
    grids: [
      .init(
        shape: "2x2x1", seconds: 0.0012345, examplesPerSecond: 12345.6, memory: 1_234_567, messages: 4321,
        bytes: 999),
      .init(
        shape: "4x1x1", seconds: 2.5, examplesPerSecond: 8, memory: 12_000_000_000, messages: 8,
        bytes: 65_536),
    ],
    stages: [stage(1...2), stage(3...3)], parts: [("relaxation", 0.001), ("neighbours", 0.0002345)])

  static func stage(_ layers: ClosedRange<Int>) -> PlanReport.Stage {
    .init(
      layers: layers, ranks: 2, slices: 8, shards: 4,
      largest: RankCounts(
        rank: 1, memory: [.init("weights", bytes: 1000), .init("data", bytes: 500)],
        messages: [.init("activity", sent: 1, bytesSent: 2, received: 3, bytesReceived: 4)]))
  }

  @Test("Grids, the best one's parts, and who holds what")
  func text() {
    #expect(
      Self.report.text == """
         grid     step  examples/s   memory  messages     sent
        2x2x1  1.23 ms      12,346   1.2 MB     4,321    999 B  best
        4x1x1   2.50 s           8  12.0 GB         8  65.5 kB

        a step on 2x2x1: relaxation 1.00 ms, neighbours 234.5 µs

        stage  layers  ranks  slices each  shards each  memory
            0     1-2      2            8            4  1.5 kB
            1       3      2            8            4  1.5 kB

        """)
  }

  @Test("Only the grids near the best are shown, the others counted")
  func many() {
    var report = Self.report
    report.grids = Array(repeating: Self.report.grids[0], count: 15)
    #expect(report.text.components(separatedBy: "2x2x1  1.23 ms").count == 1 + 12)
    #expect(report.text.contains("\nand 3 slower grids\n"))
  }

  @Test("JSON holds every grid and every count")
  func json() throws {
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(Self.report.json.utf8)) as? [String: Any])
    let grids = try #require(object["grids"] as? [[String: Any]])
    #expect(grids.map { $0["best"] as? Bool } == [true, false])
    #expect(grids[1]["memory_bytes"] as? Int == 12_000_000_000)
    let stages = try #require(object["stages"] as? [[String: Any]])
    let largest = try #require(stages[0]["largest"] as? [String: Any])
    let messages = try #require(largest["messages"] as? [String: [String: Int]])
    #expect(
      messages["activity"] == ["sent": 1, "bytes_sent": 2, "received": 3, "bytes_received": 4])
    #expect((object["step"] as? [String: Double])?["relaxation"] == 0.001)
  }
}
