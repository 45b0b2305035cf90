import Foundation
import Records
import Reporting
import Testing

@Suite struct BenchRecordTests {
  /// Two ranks of which the second has more to do.
  static func record(
    counted: Int = 5, isOversubscribed: Bool = false, step: Double = 200, stepsPerRepeat: Int = 2500
  ) -> BenchRecord {
    /// A time in µs.
    func time(_ median: Double) -> MedianRange {
      var time = MedianRange(median * 1e-6)
      (time.least, time.most) = ((median - 1) * 1e-6, (median + 3) * 1e-6)
      return time
    }
    func steps(_ median: Double, batch: Int = 20, counted: Int = 7) -> BenchRecord.Step {
      .init(
        seconds: time(median), batch: batch, counted: counted, repeats: 7, stepsPerRepeat: stepsPerRepeat,
        othersShare: counted < 7 ? 0.034 : 0.01)
    }
    func rank(_ rank: Int, _ scale: Double) -> BenchRecord.Rank {
      BenchRecord.Rank(
        rank: rank,
        parts: [
          .init(
            name: "free", seconds: time(120), operations: 4e6 * scale, bytes: 1e6, roofline: 60e-6 * scale),
          .init(name: "checkpoint", seconds: time(50), operations: 0, bytes: 0, roofline: 0),
          .init(name: "waiting", seconds: time(80), operations: 0, bytes: 0, roofline: 20e-6 * scale),
        ])
    }
    return BenchRecord(
      facts: .init(
        run: "small", network: "64-100-10", grid: "1x2x1", ranks: 2, cores: 2,
        isOversubscribed: isOversubscribed, processor: "a processor", arithmetic: "avx2 float32",
        library: "an MPI", isFused: true),
      step: steps(step, counted: counted), ranks: [rank(0, 1), rank(1, 1.25)],
      ceilings: [
        .init(kernel: "product", shape: "20×10·10×100", part: "free", times: 15, gigaflops: 40)
      ],
      limits: .init(
        peak: 100, weightBandwidth: 30, memoryBandwidth: 10, latency: 0.5, messageBandwidth: 6, messages: 30,
        messageBytes: 12_345),
      scalings: [
        .init(isWeak: false, alone: steps(360), together: steps(200), ranks: 2),
        .init(isWeak: true, alone: steps(360), together: steps(400, batch: 40), ranks: 2),
      ], busyLimit: 0.1, needed: 3)
  }

  @Test("The critical rank is the one whose roofline is highest; ratio and speed-up follow from medians")
  func figures() throws {
    let record = Self.record()
    #expect(record.critical?.rank == 1)
    #expect(abs(try #require(record.critical).roofline - 100e-6) < 1e-15)
    #expect(abs(try #require(record.ratio) - 2) < 1e-12)
    // 5 MFLOP in 200 µs are 25 of 100 GFLOP/s.
    #expect(abs(try #require(record.peakShare) - 0.25) < 1e-12)
    #expect(abs(record.step.examplesPerSecond - 100_000) < 1e-6)
    #expect(record.scalings.allSatisfy { abs($0.speedUp - 1.8) < 1e-12 })
    #expect(record.scalings.allSatisfy { abs($0.efficiency - 0.9) < 1e-12 })
    #expect(record.counted == 5 && record.othersShare == 0.034)
  }

  @Test("The text has a line a part, the step, the ceilings and the ratio")
  func text() {
    let lines = Self.record().text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[0] == "small · 64-100-10 · batch 20 · grid 1x2x1")
    #expect(lines[1] == "a processor · 2 cores · one thread a rank · avx2 float32 · an MPI")
    #expect(
      lines.contains(
        "a step of rank 1, whose counted work takes longest: medians over 5 repeats of 2,500 steps"))
    #expect(
      lines.contains {
        $0.split(separator: " ") == [
          "free", "120.0", "60.0", "119.0", "123.0", "5.00", "1.00", "41.7", "75.0",
        ]
      })
    #expect(
      lines.contains {
        $0.split(separator: " ") == ["waiting", "80.0", "40.0", "79.0", "83.0", "0.00", "0.00", "–", "25.0"]
      })
    // Beside the step: its share of a checkpoint.
    let step = lines.firstIndex { $0.split(separator: " ").first == "step" } ?? 0
    #expect(lines[step + 1].split(separator: " ").starts(with: ["checkpoint", "50.0", "25.0"]))
    #expect(lines.contains { $0.hasSuffix("40.0         40") && $0.contains("20×10·10×100") })
    #expect(lines.contains("contrast holds the descent too, which is done while a sum is in registers"))
    #expect(lines.contains("100,000 examples a second"))
    #expect(
      lines.contains("messages: 0.50 µs, 6.0 GB/s; a step waits for 30 of 12,345 bytes in all"))
    #expect(lines.contains { $0.split(separator: " ").first == "weak" && $0.hasSuffix("1.80        0.90") })
    #expect(
      lines.dropLast().last
        == "bench: time / roofline time 2.00; 25.0 % of the peak; 5 of 7 repeats count, others used up to 3.4 % of the "
        + "cores")
    #expect(lines.last == "" && !lines.contains { $0.hasSuffix(" ") })
  }

  @Test("A step of a minute is told of with decimals, and one of a thing is no plural")
  func longStep() {
    let text = Self.record(counted: 1, step: 63e6, stepsPerRepeat: 1).text
    #expect(text.contains("medians over 1 repeat of 1 step\n"))
    #expect(text.contains("\n0.32 examples a second\n"))
    #expect(Self.record(step: 1.9e6).text.contains("\n11 examples a second\n"))
    #expect(Self.record(step: 2e6).text.contains("\n10 examples a second\n"))
    #expect(Self.record(step: 2.1e6).text.contains("\n9.52 examples a second\n"))
  }

  @Test("More ranks than cores are told, and that scaling then tells nothing")
  func oversubscribed() {
    let text = Self.record(isOversubscribed: true).text
    #expect(text.contains("2 ranks on 2 cores: MORE RANKS THAN CORES\n"))
    #expect(text.contains("in turn (more ranks than cores: this tells nothing of scaling)\n"))
    #expect(!Self.record().text.contains("than cores"))
  }

  @Test("On a busy machine nothing is compared")
  func busy() throws {
    let record = Self.record(counted: 2)
    #expect(record.isBusy && record.ratio == nil && record.peakShare == nil)
    #expect(!record.text.contains("roofline time") && !record.text.contains("speed-up"))
    #expect(
      record.text.hasSuffix(
        "bench: the machine was busy: 2 of 7 repeats count, 3 are needed; others used up to 3.4 % of the cores, "
          + "10.0 % are allowed. Nothing is compared.\n"))
    let object = try Self.object(record)
    #expect(object["time_over_roofline"] is NSNull && object["scaling"] is NSNull)
    #expect((object["quiet"] as? [String: Any])?["verdict"] as? String == "busy")
  }

  private static func object(_ record: BenchRecord) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(record.json.utf8)) as? [String: Any])
  }

  @Test("The JSON holds every rank's parts, and the same figures")
  func json() throws {
    let object = try Self.object(Self.record())
    #expect(object["critical_rank"] as? Int == 1)
    #expect(abs(try #require(object["time_over_roofline"] as? Double) - 2) < 1e-12)
    let ranks = try #require(object["by_rank"] as? [[String: Any]])
    #expect(ranks.count == 2)
    let parts = try #require(ranks[1]["parts"] as? [[String: Any]])
    #expect(parts.map { $0["part"] as? String } == ["free", "checkpoint", "waiting"])
    #expect(parts[0]["flop"] as? Double == 5e6)
    #expect(abs(try #require(parts[0]["least_us"] as? Double) - 119) < 1e-9)
    let scaling = try #require(object["scaling"] as? [[String: Any]])
    #expect(scaling.map { $0["kind"] as? String } == ["strong", "weak"])
    #expect(!Self.record().json.contains("\n"))
  }
}
