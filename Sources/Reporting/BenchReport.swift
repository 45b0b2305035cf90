/// What `eqprop bench` measured: where a step's time goes, and how far it is from what the machine can do.
public struct BenchReport: Equatable, Sendable {
  /// What was measured and where.
  public struct Facts: Equatable, Sendable {
    /// The run's name.
    public var run: String
    /// The layers' shapes from input to output: `784-500-10`.
    public var network: String
    /// Examples of a step.
    public var batch: Int
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
      run: String, network: String, batch: Int, grid: String, ranks: Int, cores: Int,
      isOversubscribed: Bool, processor: String, arithmetic: String, library: String, isFused: Bool
    ) {
      self.run = run
      self.network = network
      self.batch = batch
      self.grid = grid
      self.ranks = ranks
      self.cores = cores
      self.isOversubscribed = isOversubscribed
      self.processor = processor
      self.arithmetic = arithmetic
      self.library = library
      self.isFused = isFused
    }
  }

  /// A median with the least and the most of the repeats, in µs.
  public struct Time: Equatable, Sendable {
    /// µs, in the middle of the repeats.
    public var median: Double
    /// µs of the quickest repeat.
    public var least: Double
    /// µs of the slowest repeat.
    public var most: Double

    public init(median: Double, least: Double, most: Double) {
      self.median = median
      self.least = least
      self.most = most
    }
  }

  /// A part of the step of one rank.
  public struct Part: Equatable, Sendable {
    /// The part that is told beside the step: a checkpoint, shared out over the steps between two.
    public static let checkpoint = "checkpoint"

    /// As tables and JSON call it: `free`, `tree sum`.
    public var name: String
    /// µs of a step.
    public var time: Time
    /// Floating-point operations in a step, counted, not measured: two a multiply-add.
    public var operations: Double
    /// Read and written in a step.
    public var bytes: Double
    /// µs that it takes at the ceilings.
    public var roofline: Double

    public init(name: String, time: Time, operations: Double, bytes: Double, roofline: Double) {
      self.name = name
      self.time = time
      self.operations = operations
      self.bytes = bytes
      self.roofline = roofline
    }
  }

  /// A rank's parts, in the order of a step.
  public struct Rank: Equatable, Sendable {
    public var rank: Int
    /// The checkpoint is among them.
    public var parts: [Part]

    public init(rank: Int, parts: [Part]) {
      self.rank = rank
      self.parts = parts
    }

    /// The parts that make up the step.
    public var inStep: [Part] { parts.filter { $0.name != Part.checkpoint } }
    /// µs of all parts' rooflines.
    public var roofline: Double { parts.reduce(0) { $0 + $1.roofline } }
    /// Operations of a step.
    public var operations: Double { parts.reduce(0) { $0 + $1.operations } }
    /// Bytes that a step reads and writes; those of messages are not among them.
    public var bytes: Double { parts.reduce(0) { $0 + $1.bytes } }
  }

  /// How fast the kernel of one shape is.
  public struct Ceiling: Equatable, Sendable {
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
      self.kernel = kernel
      self.shape = shape
      self.part = part
      self.times = times
      self.gigaflops = gigaflops
    }
  }

  /// The other ceilings of the critical rank.
  public struct Limits: Equatable, Sendable {
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
    /// Messages that the critical rank waits for in a step, and their bytes.
    public var messages: Double
    /// Bytes of these messages.
    public var messageBytes: Double

    public init(
      peak: Double, weightBandwidth: Double, memoryBandwidth: Double, latency: Double?,
      messageBandwidth: Double?, messages: Double, messageBytes: Double
    ) {
      self.peak = peak
      self.weightBandwidth = weightBandwidth
      self.memoryBandwidth = memoryBandwidth
      self.latency = latency
      self.messageBandwidth = messageBandwidth
      self.messages = messages
      self.messageBytes = messageBytes
    }
  }

  /// One rank against all, in turn.
  public struct Scaling: Equatable, Sendable {
    /// Whether the batch grows with the ranks.
    public var isWeak: Bool
    /// µs of a step on one rank.
    public var alone: Time
    /// µs of a step on all ranks.
    public var together: Time
    /// Examples of a step on one rank.
    public var aloneBatch: Int
    /// Examples of a step on all ranks.
    public var togetherBatch: Int
    /// Ranks of the grid, which `together` is of.
    public var ranks: Int

    public init(
      isWeak: Bool, alone: Time, together: Time, aloneBatch: Int, togetherBatch: Int, ranks: Int
    ) {
      self.isWeak = isWeak
      self.alone = alone
      self.together = together
      self.aloneBatch = aloneBatch
      self.togetherBatch = togetherBatch
      self.ranks = ranks
    }

    /// Examples a second on all ranks over those on one.
    public var speedUp: Double {
      (Double(togetherBatch) / together.median) / (Double(aloneBatch) / alone.median)
    }
    /// The speed-up over the ranks: 1 is linear.
    public var efficiency: Double { speedUp / Double(ranks) }
  }

  /// Whether the machine was left alone.
  public struct Quiet: Equatable, Sendable {
    /// Repeats that count, of the grid that has fewest.
    public var counted: Int
    /// Repeats that were made of each grid.
    public var repeats: Int
    /// Repeats of each grid that must count: 3, or all where fewer were made.
    public var needed: Int
    /// Steps of a repeat on the whole grid; one rank alone makes a number of its own.
    public var stepsPerRepeat: Int
    /// The largest share of the cores that others used in a repeat, 0…1.
    public var othersShare: Double
    /// The share of a host's cores that others may use in a repeat that counts, 0…1.
    public var limit: Double

    public init(
      counted: Int, repeats: Int, needed: Int, stepsPerRepeat: Int, othersShare: Double, limit: Double
    ) {
      self.counted = counted
      self.repeats = repeats
      self.needed = needed
      self.stepsPerRepeat = stepsPerRepeat
      self.othersShare = othersShare
      self.limit = limit
    }
  }

  public var facts: Facts
  /// µs of a step, the slowest rank's, without its share of a checkpoint.
  public var step: Time
  /// In their order.
  public var ranks: [Rank]
  /// Of the critical rank.
  public var ceilings: [Ceiling]
  public var limits: Limits
  /// With the same batch, then with a larger one where the grid is of replicas alone; empty on one rank.
  public var scalings: [Scaling]
  public var quiet: Quiet

  public init(
    facts: Facts, step: Time, ranks: [Rank], ceilings: [Ceiling], limits: Limits, scalings: [Scaling],
    quiet: Quiet
  ) {
    self.facts = facts
    self.step = step
    self.ranks = ranks
    self.ceilings = ceilings
    self.limits = limits
    self.scalings = scalings
    self.quiet = quiet
  }

  /// The rank whose counted work takes longest; of equals the first.
  public var critical: Rank? {
    ranks.dropFirst().reduce(ranks.first) { best, rank in
      rank.roofline > best?.roofline ?? 0 ? rank : best
    }
  }

  /// Whether too few repeats count: then nothing is compared.
  public var isBusy: Bool { quiet.counted < quiet.needed }

  /// The step's time over the least it can take; nil where nothing is compared.
  public var ratio: Double? {
    guard !isBusy, let roofline = critical?.roofline, roofline > 0 else { return nil }
    return step.median / roofline
  }

  /// The share of the peak that a step's counted operations make; nil where nothing is compared.
  public var peakShare: Double? {
    guard !isBusy, let operations = critical?.operations, limits.peak > 0 else { return nil }
    return operations / (step.median * 1e-6) / (limits.peak * 1e9)
  }

  /// Examples of a step over its median time.
  public var examplesPerSecond: Double { Double(facts.batch) / (step.median * 1e-6) }
}
