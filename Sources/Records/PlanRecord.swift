/// What a number of ranks would do on each grid, and who holds what on the best one.
public struct PlanRecord: Codable, Equatable, Sendable {
  /// A grid and its prediction; of memory and messages those of the rank that has most.
  public struct Grid: Codable, Equatable, Sendable {
    /// Replicas x stages x slices.
    public var shape: String
    /// Of a step.
    public var time: StepTime
    /// Of the rank that takes most bytes at a time.
    public var memory: MemoryCount
    /// The most messages that a rank sends in a step, and the most bytes, MPI's reductions left out; not always of one
    /// rank.
    public var sent: MessageCount

    public init(shape: String, time: StepTime, memory: MemoryCount, sent: MessageCount) {
      (self.shape, self.time, self.memory, self.sent) = (shape, time, memory, sent)
    }
  }

  /// The best grid's axes, and what each of its replicas has.
  public struct Best: Codable, Equatable, Sendable {
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

  /// A rank of the best grid's first replica.
  public struct Rank: Codable, Equatable, Sendable {
    /// Where it stands among the stages, from 0.
    public var stage: Int
    /// Where it stands among the slices, from 0.
    public var slice: Int
    /// Its stage's layers, counted from 1.
    public var layers: ClosedRange<Int>
    /// Of each layer, those computed by this rank.
    public var units: [Int]
    /// What it holds, and moves in a step.
    public var counts: RankCounts
    /// Seconds of a step that are work, neither messages nor waiting.
    public var work: Double
    /// What it hands to ranks of the same replica in an iteration, in their order.
    public var parcels: [Parcel]

    public init(
      stage: Int, slice: Int, layers: ClosedRange<Int>, units: [Int], counts: RankCounts, work: Double,
      parcels: [Parcel]
    ) {
      (self.stage, self.slice, self.layers, self.units) = (stage, slice, layers, units)
      (self.counts, self.work, self.parcels) = (counts, work, parcels)
    }

    /// Bytes handed to other replicas in a step.
    public var replicaBytes: Int { counts.traffic.replicaSums.sent.bytes }
  }

  /// What one rank hands another: all activities and partial drives that go there while every layer is moved once.
  public struct Parcel: Codable, Equatable, Sendable {
    /// The receiver.
    public var rank: Int
    /// Where the receiver stands among the stages, from 0.
    public var stage: Int
    /// Bytes in an iteration.
    public var bytes: Int

    public init(rank: Int, stage: Int, bytes: Int) {
      (self.rank, self.stage, self.bytes) = (rank, stage, bytes)
    }
  }

  /// The run's name.
  public var run: String
  /// Examples of a step.
  public var batch: Int
  /// How many ranks each of the grids has.
  public var ranks: Int
  /// The best first.
  public var grids: [Grid]
  /// Of the first of `grids`.
  public var best: Best
  /// The ranks of the first replica, stage by stage; of many slices the first two and the last.
  public var firstReplica: [Rank]

  public init(run: String, batch: Int, ranks: Int, grids: [Grid], best: Best, firstReplica: [Rank]) {
    (self.run, self.batch, self.ranks) = (run, batch, ranks)
    (self.grids, self.best, self.firstReplica) = (grids, best, firstReplica)
  }
}

/// The predicted seconds of one training step on a grid.
public struct StepTime: Codable, Equatable, Sendable {
  /// Relaxing: set of layers after set of layers, each as long as its slowest stage takes.
  public var relaxation = 0.0
  /// Messages between stages and slices.
  public var neighbours = 0.0
  /// What is done once a batch: inputs, their drive, contrast, descent.
  public var learning = 0.0
  /// Sums over replicas.
  public var sums = 0.0
  /// Maxima and the step's agreement.
  public var reductions = 0.0

  public init() {}

  /// The sum of all five: none is taken to overlap another.
  public var total: Double { relaxation + neighbours + learning + sums + reductions }
}
