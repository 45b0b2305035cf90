import Foundation
import RunFiles

/// What a machine can do, as `eqprop bench --calibrate` measured it with so many ranks at once: the figures a planner
/// multiplies counted work with.
public struct Machine: Codable, Equatable, Sendable {
  /// The processor and the program that were measured.
  public struct Host: Codable, Equatable, Sendable {
    /// The processor's own name.
    public var processor: String
    /// Cores that the ranks of this host may run on.
    public var cores: Int
    /// "avx512", "avx2" or "baseline".
    public var instructions: String
    /// Bytes of the last cache; nil where the system does not tell.
    public var lastCacheBytes: Int?
    /// The MPI library's name and version.
    public var library: String

    public init(processor: String, cores: Int, instructions: String, lastCacheBytes: Int?, library: String) {
      self.processor = processor
      self.cores = cores
      self.instructions = instructions
      self.lastCacheBytes = lastCacheBytes
      self.library = library
    }
  }

  /// How fast products, or contrasts, of one shape are.
  public struct Rate: Codable, Equatable, Sendable {
    /// Of a product those it sets, of a contrast those it sums over: examples, of a convolution times positions.
    public var rows: Int
    /// Of a product the units summed over; of a contrast those at one end of the connection.
    public var depth: Int
    /// Of a product the units it drives; of a contrast those at the other end.
    public var columns: Int
    /// Whether the rows are inputs whose zeros are left out; operations are then those of the live ones.
    public var isLive: Bool
    /// GFLOP/s of one rank, two operations a multiply-add; the median of some calls.
    public var gigaflops: Double

    public init(rows: Int, depth: Int, columns: Int, isLive: Bool, gigaflops: Double) {
      self.rows = rows
      self.depth = depth
      self.columns = columns
      self.isLive = isLive
      self.gigaflops = gigaflops
    }
  }

  /// How fast bytes stream through a rank that keeps reading and writing so many of them.
  public struct Stream: Codable, Equatable, Sendable {
    /// Of one rank's arrays together.
    public var bytes: Int
    /// 10⁹ bytes a second of a ← a + s b, two reads and a write counted.
    public var gigabytesPerSecond: Double

    public init(bytes: Int, gigabytesPerSecond: Double) {
      self.bytes = bytes
      self.gigabytesPerSecond = gigabytesPerSecond
    }
  }

  /// What talking between ranks costs; zero latencies where one rank was measured.
  public struct Messages: Codable, Equatable, Sendable {
    /// µs from a send to its receipt, half of a ping-pong of 8 bytes.
    public var latency: Double
    /// Of large messages one way.
    public var gigabytesPerSecond: Double
    /// µs of the step's small exchange over all ranks: a maximum of three integers.
    public var reduction: Double
    /// µs of a barrier over all ranks.
    public var barrier: Double

    public init(latency: Double, gigabytesPerSecond: Double, reduction: Double, barrier: Double) {
      self.latency = latency
      self.gigabytesPerSecond = gigabytesPerSecond
      self.reduction = reduction
      self.barrier = barrier
    }
  }

  /// The form of this file.
  public static let version = 1

  /// A file with another one than `Machine.version` is refused.
  public var version = Self.version
  /// That of rank 0.
  public var host: Host
  /// Ranks that were busy at once.
  public var ranks: Int
  /// The scalars that were measured: float32 or float64.
  public var precision: String
  /// Fused multiply-adds on registers alone, two operations each.
  public var peakGigaflops: Double
  /// Rank 0's: the shapes of its own step; where the bench calibrates, those of other grids and a range of others too.
  public var products: [Rate]
  /// The same of contrasts, those of biases left out.
  public var contrasts: [Rate]
  /// By rising size, each rank its own; the last one is well beyond the last cache.
  public var streams: [Stream]
  /// Of the descent's own passes over weights.
  public var descentGigabytesPerSecond: Double
  /// µs that an iteration takes besides its counted work, for each layer moved.
  public var layerOverhead: Double
  /// As the slowest rank measured it.
  public var messages: Messages

  public init(
    host: Host, ranks: Int, precision: String, peakGigaflops: Double, products: [Rate], contrasts: [Rate],
    streams: [Stream], descentGigabytesPerSecond: Double, layerOverhead: Double, messages: Messages
  ) {
    self.host = host
    self.ranks = ranks
    self.precision = precision
    self.peakGigaflops = peakGigaflops
    self.products = products
    self.contrasts = contrasts
    self.streams = streams
    self.descentGigabytesPerSecond = descentGigabytesPerSecond
    self.layerOverhead = layerOverhead
    self.messages = messages
  }
}

extension Machine {
  /// GFLOP/s of a product: of the measured shape that differs least, in factors of rows, depth and columns.
  public func productRate(rows: Int, depth: Int, columns: Int, isLive: Bool = false) -> Double? {
    nearest(products, rows, depth, columns, isLive)
  }

  /// GFLOP/s of a contrast, as `productRate`.
  public func contrastRate(rows: Int, depth: Int, columns: Int, isLive: Bool = false) -> Double? {
    nearest(contrasts, rows, depth, columns, isLive)
  }

  /// GB/s of passes over so many bytes: of the measured size next above, or the largest.
  public func bandwidth(bytes: Double) -> Double? {
    (streams.first { Double($0.bytes) >= bytes } ?? streams.last)?.gigabytesPerSecond
  }

  private func nearest(
    _ rates: [Rate], _ rows: Int, _ depth: Int, _ columns: Int, _ isLive: Bool
  ) -> Double? {
    func factor(_ a: Int, _ b: Int) -> Double { abs(log(Double(max(a, 1)) / Double(max(b, 1)))) }
    func distance(_ rate: Rate) -> Double {
      factor(rate.rows, rows) + factor(rate.depth, depth) + factor(rate.columns, columns)
        + (rate.isLive == isLive ? 0 : 10)
    }
    return rates.min { distance($0) < distance($1) }?.gigaflops
  }

  /// As read back by `init(json:)`: one fixed form, keys in order.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// Reads what `json` wrote.
  public init(json: [UInt8]) throws {
    self = try JSONDecoder().decode(Machine.self, from: Data(json))
  }
}
