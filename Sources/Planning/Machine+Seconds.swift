import Foundation
import MessagePassing
import Records
import RunFiles

extension Machine {
  /// An ordinary core, and ranks that share memory: what is assumed of a machine that was not measured.
  public static let ordinary = Machine(
    host: Host(processor: "ordinary", cores: 1, instructions: "avx2", lastCacheBytes: nil, library: ""),
    ranks: 2, precision: "float32", peakGigaflops: 100,
    products: [
      Rate(rows: 20, depth: 500, columns: 500, isLive: false, gigaflops: 80),
      Rate(rows: 20, depth: 500, columns: 500, isLive: true, gigaflops: 50),
    ],
    contrasts: [
      Rate(rows: 20, depth: 500, columns: 500, isLive: false, gigaflops: 50),
      Rate(rows: 20, depth: 500, columns: 500, isLive: true, gigaflops: 40),
    ],
    streams: [
      Stream(bytes: 1 << 20, gigabytesPerSecond: 50), Stream(bytes: 32 << 20, gigabytesPerSecond: 20),
      Stream(bytes: 1 << 30, gigabytesPerSecond: 10),
    ],
    descentGigabytesPerSecond: 15, layerOverhead: 1,
    messages: Messages(latency: 1, gigabytesPerSecond: 4, reduction: 3, barrier: 3))

  /// The same where ranks are on several hosts: messages over an ordinary network.
  public static let network: Machine = {
    var machine = ordinary
    machine.messages = Messages(latency: 30, gigabytesPerSecond: 1, reduction: 100, barrier: 100)
    return machine
  }()

  /// Seconds of a call once, at a rank that keeps reading so many bytes of weights.
  func seconds(_ call: StepWork.Call, weights: Double) -> Double {
    func streamed(_ bytes: Double, within all: Double) -> Double {
      bytes / (1e9 * (bandwidth(bytes: all) ?? 10))
    }
    switch call.kind {
    case .product(let rows, let depth, let columns, let isLive):
      let rate = productRate(rows: rows, depth: depth, columns: columns, isLive: isLive)
      return max(call.operations / (1e9 * (rate ?? peakGigaflops)), streamed(call.bytes, within: weights))
    case .contrast(_, let depth, let columns, let rows, _, let isLive):
      let rate = contrastRate(rows: rows, depth: depth, columns: columns, isLive: isLive)
      return call.operations / (1e9 * (rate ?? peakGigaflops))
    case .elements: return streamed(call.bytes, within: call.bytes)
    case .transpose: return streamed(call.bytes, within: weights)
    case .descent: return call.bytes / (1e9 * descentGigabytesPerSecond)
    }
  }

  /// The share of a message's latency that keeps a rank busy, so that messages that travel at once cost this each.
  private static var busyShare: Double { 0.25 }

  /// Seconds of exchanging messages that travel at once, waited for in so many rounds.
  func seconds(_ flow: MessageFlow, rounds: Int) -> Double {
    let messages = max(flow.sent.messages, flow.received.messages)
    let bytes = Double(max(flow.sent.bytes, flow.received.bytes))
    return (Double(rounds) + Self.busyShare * Double(max(messages - rounds, 0))) * talk.latency * 1e-6
      + bytes / (1e9 * talk.gigabytesPerSecond)
  }

  /// Seconds of a reduction of a few numbers over so many ranks.
  func reductionSeconds(ranks: Int) -> Double {
    guard ranks > 1 else { return 0 }
    return talk.reduction * 1e-6 * log2(Double(ranks)) / log2(Double(max(self.ranks, 2)))
  }

  /// Where a single rank was measured nothing is known of messages.
  private var talk: Messages { messages.latency > 0 ? messages : Machine.ordinary.messages }
}
