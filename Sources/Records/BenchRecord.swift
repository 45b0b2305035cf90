/// What `eqprop bench` measured: where a step's time goes, and how far it is from what the machine can do.
///
/// Times are in seconds.
public struct BenchRecord: Codable, Equatable, Sendable {
  /// What was measured and where.
  public struct Facts: Codable, Equatable, Sendable {
    /// The run's name.
    public var run: String
    /// The layers' shapes from input to output: `784-500-10`.
    public var network: String
    /// The process grid: `2x1x1`.
    public var grid: String
    /// How many ranks there were.
    public var ranks: Int
    /// Cores that the ranks of a host may run on.
    public var cores: Int
    /// Whether there are more ranks than cores, which then take turns.
    public var isOversubscribed: Bool
    /// The processor's name, as the system tells it.
    public var processor: String
    /// Instruction set and scalars: `avx512 float32`.
    public var arithmetic: String
    /// The MPI library.
    public var library: String
    /// Whether weights learn from a contrast while it is in registers, so that `contrast` holds the descent too.
    public var isFused: Bool

    public init(
      run: String, network: String, grid: String, ranks: Int, cores: Int, isOversubscribed: Bool,
      processor: String, arithmetic: String, library: String, isFused: Bool
    ) {
      (self.run, self.network, self.grid, self.ranks) = (run, network, grid, ranks)
      (self.cores, self.isOversubscribed, self.processor) = (cores, isOversubscribed, processor)
      (self.arithmetic, self.library, self.isFused) = (arithmetic, library, isFused)
    }
  }

  /// The step of one grid.
  public struct Step: Codable, Equatable, Sendable {
    /// Of the slowest rank, without its share of a checkpoint: over the repeats that count, or over all where none does.
    public var seconds: MedianRange
    /// Examples of a batch.
    public var batch: Int
    /// Repeats that count, of those that were made.
    public var counted: Int
    /// Repeats that were made, busy ones too.
    public var repeats: Int
    /// Steps of each repeat; `seconds` are those of one step.
    public var stepsPerRepeat: Int
    /// The largest share of the cores that others used in a repeat, 0…1.
    public var othersShare: Double

    public init(
      seconds: MedianRange, batch: Int, counted: Int, repeats: Int, stepsPerRepeat: Int, othersShare: Double
    ) {
      (self.seconds, self.batch, self.counted) = (seconds, batch, counted)
      (self.repeats, self.stepsPerRepeat, self.othersShare) = (repeats, stepsPerRepeat, othersShare)
    }

    /// Examples of a batch over its median time.
    public var examplesPerSecond: Double { Double(batch) / seconds.median }
  }

  /// A part of the step of one rank.
  public struct Part: Codable, Equatable, Sendable {
    /// The part that is told beside the step: a checkpoint, shared out over the steps between two.
    public static let checkpoint = "checkpoint"

    /// As tables and JSON call it: `free`, `tree sum`.
    public var name: String
    /// Of a step.
    public var seconds: MedianRange
    /// Floating-point operations in a step, counted, not measured: two a multiply-add.
    public var operations: Double
    /// Read and written in a step; those of messages are not among them.
    public var bytes: Double
    /// Seconds that it takes at the ceilings.
    public var roofline: Double

    public init(name: String, seconds: MedianRange, operations: Double, bytes: Double, roofline: Double) {
      (self.name, self.seconds) = (name, seconds)
      (self.operations, self.bytes, self.roofline) = (operations, bytes, roofline)
    }
  }

  /// A rank's parts, in the order of a step.
  public struct Rank: Codable, Equatable, Sendable {
    public var rank: Int
    /// The checkpoint is among them.
    public var parts: [Part]

    public init(rank: Int, parts: [Part]) { (self.rank, self.parts) = (rank, parts) }

    /// The parts that make up the step.
    public var inStep: [Part] { parts.filter { $0.name != Part.checkpoint } }
    /// Seconds of all parts' rooflines.
    public var roofline: Double { parts.reduce(0) { $0 + $1.roofline } }
    /// Operations of a step.
    public var operations: Double { parts.reduce(0) { $0 + $1.operations } }
    /// Bytes that a step reads and writes.
    public var bytes: Double { parts.reduce(0) { $0 + $1.bytes } }
  }

  /// How fast the kernel of one shape is.
  public struct Ceiling: Codable, Equatable, Sendable {
    /// `product` or `contrast`, with `, zeros left out` behind it where its rows are inputs.
    public var kernel: String
    /// Of a product `20×784·784×500`; of a contrast `2×(784×20·20×500) in 4`, its terms before it and its shards
    /// behind.
    public var shape: String
    /// The part of the step it belongs to.
    public var part: String
    /// How often a step does it.
    public var times: Double
    /// 10⁹ operations a second.
    public var gigaflops: Double

    public init(kernel: String, shape: String, part: String, times: Double, gigaflops: Double) {
      (self.kernel, self.shape, self.part) = (kernel, shape, part)
      (self.times, self.gigaflops) = (times, gigaflops)
    }
  }

  /// The other ceilings of the critical rank.
  public struct Limits: Codable, Equatable, Sendable {
    /// GFLOP/s of fused multiply-adds on registers alone.
    public var peak: Double
    /// GB/s of updating as many bytes as the step's weights are.
    public var weightBandwidth: Double
    /// GB/s of updating memory beyond all caches.
    public var memoryBandwidth: Double
    /// µs of a message between the slowest pair of ranks; nil of one rank.
    public var latency: Double?
    /// GB/s of large messages, 32 kB each; nil of one rank.
    public var messageBandwidth: Double?
    /// Messages that the critical rank waits for in a step.
    public var messages: Double
    /// Bytes of these messages.
    public var messageBytes: Double

    public init(
      peak: Double, weightBandwidth: Double, memoryBandwidth: Double, latency: Double?,
      messageBandwidth: Double?, messages: Double, messageBytes: Double
    ) {
      (self.peak, self.weightBandwidth, self.memoryBandwidth) = (peak, weightBandwidth, memoryBandwidth)
      (self.latency, self.messageBandwidth) = (latency, messageBandwidth)
      (self.messages, self.messageBytes) = (messages, messageBytes)
    }
  }

  /// One rank against all of them, in turn.
  public struct Scaling: Codable, Equatable, Sendable {
    /// Whether the batch grows with the ranks.
    public var isWeak: Bool
    /// Rank 0 by itself with the run's own batch, while the others sleep.
    public var alone: Step
    /// All ranks of the grid; where `isWeak`, on as many times the batch as there are replicas.
    public var together: Step
    /// Ranks of the grid, which `together` is of.
    public var ranks: Int

    public init(isWeak: Bool, alone: Step, together: Step, ranks: Int) {
      (self.isWeak, self.alone, self.together, self.ranks) = (isWeak, alone, together, ranks)
    }

    /// Examples a second on all ranks over those on one.
    public var speedUp: Double { together.examplesPerSecond / alone.examplesPerSecond }
    /// The speed-up over the ranks: 1 is linear.
    public var efficiency: Double { speedUp / Double(ranks) }
  }

  public var facts: Facts
  /// Of all ranks on the grid, with the run's own batch.
  public var step: Step
  /// In their order.
  public var ranks: [Rank]
  /// Of the critical rank.
  public var ceilings: [Ceiling]
  public var limits: Limits
  /// None on one rank; else the strong one and, where the grid is of replicas alone and the examples suffice, the weak.
  public var scalings: [Scaling]
  /// The share of a host's cores that others may use in a repeat that counts, 0…1.
  public var busyLimit: Double
  /// Repeats of each grid that must count: 3, or all where fewer were made.
  public var needed: Int

  public init(
    facts: Facts, step: Step, ranks: [Rank], ceilings: [Ceiling], limits: Limits, scalings: [Scaling],
    busyLimit: Double, needed: Int
  ) {
    (self.facts, self.step, self.ranks, self.ceilings) = (facts, step, ranks, ceilings)
    (self.limits, self.scalings, self.busyLimit, self.needed) = (limits, scalings, busyLimit, needed)
  }

  /// The rank whose counted work takes longest; of equals the first.
  public var critical: Rank? { ranks.critical }

  private var steps: [Step] { [step] + scalings.flatMap { [$0.alone, $0.together] } }

  /// Repeats that count, of the grid that has fewest.
  public var counted: Int { steps.map(\.counted).min() ?? 0 }

  /// The largest share of the cores that others used in a repeat, 0…1.
  public var othersShare: Double { steps.map(\.othersShare).max() ?? 0 }

  /// Whether too few repeats count: then nothing is compared.
  public var isBusy: Bool { counted < needed }

  /// The step's time over the least it can take; nil where nothing is compared.
  public var ratio: Double? {
    guard !isBusy, let roofline = critical?.roofline, roofline > 0 else { return nil }
    return step.seconds.median / roofline
  }

  /// The share of the peak that a step's counted operations make; nil where nothing is compared.
  public var peakShare: Double? {
    guard !isBusy, let operations = critical?.operations, limits.peak > 0 else { return nil }
    return operations / step.seconds.median / (limits.peak * 1e9)
  }
}

extension [BenchRecord.Rank] {
  /// The rank whose counted work takes longest at the ceilings; of equals the first.
  public var critical: BenchRecord.Rank? {
    dropFirst().reduce(first) { best, rank in rank.roofline > best?.roofline ?? 0 ? rank : best }
  }
}
