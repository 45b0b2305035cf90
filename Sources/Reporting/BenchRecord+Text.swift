import Foundation
import Records

extension BenchRecord {
  /// The report as tables: the parts of a step, the ceilings, the scaling, and whether the machine was quiet.
  public var text: String {
    let sections = [partsText, ceilingsText, limitsText, scalingText].filter { !$0.isEmpty }
    return headText + sections.map { "\n" + $0 }.joined() + "\n" + lastLines
  }

  private var headText: String {
    var first = [facts.run, facts.network, "batch \(step.batch)", "grid \(facts.grid)"]
    if facts.isOversubscribed {
      first.append(
        "\(facts.ranks) ranks on \(Figures.count(facts.cores, "core")): MORE RANKS THAN CORES")
    }
    let second = [
      facts.processor, Figures.count(facts.cores, "core"), "one thread a rank",
      facts.arithmetic, facts.library,
    ]
    return first.joined(separator: " · ") + "\n" + second.joined(separator: " · ") + "\n"
  }

  private var partsText: String {
    guard let critical else { return "" }
    var table = AlignedText(
      heading: ["part", "µs", "%", "least", "most", "MFLOP", "MB", "GFLOP/s", "roofline µs"])
    let total = critical.inStep.reduce(0) { $0 + $1.seconds.median }
    table.rows = critical.inStep.map { row($0, of: total) }
    table.rows.append([
      "step", micro(step.seconds.median), "", micro(step.seconds.least), micro(step.seconds.most),
      fixed(critical.operations / 1e6, 2), fixed(critical.bytes / 1e6, 2),
      fixed(critical.operations / (step.seconds.median * 1e9), 1), micro(critical.roofline),
    ])
    table.rows += critical.parts.filter { $0.name == Part.checkpoint }.map { row($0, of: total) }
    let rank = ranks.count > 1 ? " of rank \(critical.rank), whose counted work takes longest" : ""
    let repeats = Figures.count(counted > 0 ? counted : step.repeats, "repeat")
    let caption = "a step\(rank): medians over \(repeats) of \(Figures.count(step.stepsPerRepeat, "step"))"
    let fused =
      facts.isFused ? "contrast holds the descent too, which is done while a sum is in registers\n" : ""
    return caption + "\n" + table.text + fused + "\(Figures.rate(step.examplesPerSecond)) examples a second\n"
  }

  private func row(_ part: Part, of total: Double) -> [String] {
    let rate = part.operations / (part.seconds.median * 1e9)
    return [
      part.name, micro(part.seconds.median), fixed(100 * part.seconds.median / max(total, 1e-15), 1),
      micro(part.seconds.least), micro(part.seconds.most), fixed(part.operations / 1e6, 2),
      fixed(part.bytes / 1e6, 2), part.operations > 0 ? fixed(rate, 1) : Figures.none, micro(part.roofline),
    ]
  }

  private var ceilingsText: String {
    guard !ceilings.isEmpty else { return "" }
    var table = AlignedText(heading: ["part", "kernel", "shape", "a step", "GFLOP/s", "% of peak"])
    table.rows = ceilings.map {
      [
        $0.part, $0.kernel, $0.shape, Figures.plain($0.times), fixed($0.gigaflops, 1),
        limits.peak > 0 ? fixed(100 * $0.gigaflops / limits.peak, 0) : Figures.none,
      ]
    }
    return "the kernels at the step's own shapes\n" + table.text
  }

  private var limitsText: String {
    var text = "a core's peak: \(fixed(limits.peak, 1)) GFLOP/s of fused multiply-adds\n"
    text +=
      "bandwidth: \(fixed(limits.weightBandwidth, 1)) GB/s over the step's weights, "
      + "\(fixed(limits.memoryBandwidth, 1)) beyond all caches\n"
    guard let latency = limits.latency, let bandwidth = limits.messageBandwidth else { return text }
    let messages =
      limits.messages > 0
      ? "; a step waits for \(Figures.plain(limits.messages)) of \(Figures.grouped(Int(limits.messageBytes))) bytes in all"
      : ""
    return text + "messages: \(fixed(latency, 2)) µs, \(fixed(bandwidth, 1)) GB/s\(messages)\n"
  }

  private var scalingText: String {
    guard !scalings.isEmpty, !isBusy else { return "" }
    var table = AlignedText(heading: [
      "scaling", "ranks", "batch", "µs", "1 rank: batch", "µs", "speed-up", "efficiency",
    ])
    table.rows = scalings.map {
      [
        $0.isWeak ? "weak" : "strong", "\($0.ranks)", "\($0.together.batch)",
        micro($0.together.seconds.median), "\($0.alone.batch)", micro($0.alone.seconds.median),
        fixed($0.speedUp, 2), fixed($0.efficiency, 2),
      ]
    }
    let warning = facts.isOversubscribed ? " (more ranks than cores: this tells nothing of scaling)" : ""
    return "one rank against \(facts.ranks), in turn\(warning)\n" + table.text
  }

  private var lastLines: String {
    let others = "others used up to \(fixed(100 * othersShare, 1)) % of the cores"
    guard !isBusy else {
      return
        "bench: the machine was busy: \(counted) of \(step.repeats) repeats count, \(needed) are "
        + "needed; \(others), \(fixed(100 * busyLimit, 1)) % are allowed. Nothing is compared.\n"
    }
    let ratio = ratio.map { fixed($0, 2) } ?? Figures.none
    let share = peakShare.map { fixed(100 * $0, 1) } ?? Figures.none
    return "bench: time / roofline time \(ratio); \(share) % of the peak; "
      + "\(counted) of \(step.repeats) repeats count, \(others)\n"
  }

  /// Seconds in µs, with a decimal.
  private func micro(_ seconds: Double) -> String { fixed(seconds * 1e6, 1) }

  private func fixed(_ value: Double, _ decimals: Int) -> String {
    value.isFinite ? String(format: "%.\(decimals)f", value) : Figures.none
  }
}
