import Foundation
import Reporting
import Testing

@Suite struct BenchReportTests {
  /// Two ranks of which the second has more to do.
  static func report(
    counted: Int = 5, isOversubscribed: Bool = false, step: Double = 200, stepsPerRepeat: Int = 2500
  ) -> BenchReport {
    func time(_ median: Double) -> BenchReport.Time {
      .init(median: median, least: median - 1, most: median + 3)
    }
    func rank(_ rank: Int, _ scale: Double) -> BenchReport.Rank {
      BenchReport.Rank(
        rank: rank,
        parts: [
          .init(name: "free", time: time(120), operations: 4e6 * scale, bytes: 1e6, roofline: 60 * scale),
          .init(name: "checkpoint", time: time(50), operations: 0, bytes: 0, roofline: 0),
          .init(name: "waiting", time: time(80), operations: 0, bytes: 0, roofline: 20 * scale),
        ])
    }
    return BenchReport(
      facts: .init(
        run: "small", network: "64-100-10", batch: 20, grid: "1x2x1", ranks: 2, cores: 2,
        isOversubscribed: isOversubscribed, processor: "a processor", arithmetic: "avx2 float32",
        library: "an MPI", isFused: true),
      step: time(step), ranks: [rank(0, 1), rank(1, 1.25)],
      ceilings: [
        .init(kernel: "product", shape: "20×10·10×100", part: "free", times: 15, gigaflops: 40)
      ],
      limits: .init(
        peak: 100, weightBandwidth: 30, memoryBandwidth: 10, latency: 0.5, messageBandwidth: 6, messages: 30,
        messageBytes: 12_345),
      scalings: [
        .init(
          isWeak: false, alone: time(360), together: time(200), aloneBatch: 20, togetherBatch: 20, ranks: 2),
        .init(
          isWeak: true, alone: time(360), together: time(400), aloneBatch: 20, togetherBatch: 40, ranks: 2),
      ],
      quiet: .init(
        counted: counted, repeats: 7, needed: 3, stepsPerRepeat: stepsPerRepeat, othersShare: 0.034,
        limit: 0.1))
  }

  @Test("The critical rank is the one whose roofline is highest; ratio and speed-up follow from medians")
  func figures() throws {
    let report = Self.report()
    #expect(report.critical?.rank == 1)
    #expect(report.critical?.roofline == 100)
    #expect(report.ratio == 2)
    // 5 MFLOP in 200 µs are 25 of 100 GFLOP/s.
    #expect(abs(try #require(report.peakShare) - 0.25) < 1e-12)
    #expect(abs(report.examplesPerSecond - 100_000) < 1e-6)
    #expect(report.scalings.allSatisfy { abs($0.speedUp - 1.8) < 1e-12 })
    #expect(report.scalings.allSatisfy { abs($0.efficiency - 0.9) < 1e-12 })
  }

  @Test("The text has a line a part, the step, the ceilings and the ratio")
  func text() {
    let lines = Self.report().text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
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
    let text = Self.report(counted: 1, step: 63e6, stepsPerRepeat: 1).text
    #expect(text.contains("medians over 1 repeat of 1 step\n"))
    #expect(text.contains("\n0.32 examples a second\n"))
    #expect(Self.report(step: 1.9e6).text.contains("\n11 examples a second\n"))
    #expect(Self.report(step: 2e6).text.contains("\n10 examples a second\n"))
    #expect(Self.report(step: 2.1e6).text.contains("\n9.52 examples a second\n"))
  }

  @Test("More ranks than cores are told, and that scaling then tells nothing")
  func oversubscribed() {
    let text = Self.report(isOversubscribed: true).text
    #expect(text.contains("2 ranks on 2 cores: MORE RANKS THAN CORES\n"))
    #expect(text.contains("in turn (more ranks than cores: this tells nothing of scaling)\n"))
    #expect(!Self.report().text.contains("than cores"))
  }

  @Test("On a busy machine nothing is compared")
  func busy() throws {
    let report = Self.report(counted: 2)
    #expect(report.isBusy && report.ratio == nil && report.peakShare == nil)
    #expect(!report.text.contains("roofline time") && !report.text.contains("speed-up"))
    #expect(
      report.text.hasSuffix(
        "bench: the machine was busy: 2 of 7 repeats count, 3 are needed; others used up to 3.4 % of the cores, "
          + "10.0 % are allowed. Nothing is compared.\n"))
    let object = try Self.object(report)
    #expect(object["time_over_roofline"] is NSNull && object["scaling"] is NSNull)
    #expect((object["quiet"] as? [String: Any])?["verdict"] as? String == "busy")
  }

  private static func object(_ report: BenchReport) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
  }

  @Test("The JSON holds every rank's parts, and the same figures")
  func json() throws {
    let object = try Self.object(Self.report())
    #expect(object["time_over_roofline"] as? Double == 2 && object["critical_rank"] as? Int == 1)
    let ranks = try #require(object["by_rank"] as? [[String: Any]])
    #expect(ranks.count == 2)
    let parts = try #require(ranks[1]["parts"] as? [[String: Any]])
    #expect(parts.map { $0["part"] as? String } == ["free", "checkpoint", "waiting"])
    #expect(parts[0]["flop"] as? Double == 5e6 && parts[0]["least_us"] as? Double == 119)
    let scaling = try #require(object["scaling"] as? [[String: Any]])
    #expect(scaling.map { $0["kind"] as? String } == ["strong", "weak"])
    #expect(!Self.report().json.contains("\n"))
  }
}
