import MessagePassing
import Training

/// What `eqprop bench` measured of a run on a grid.
public struct BenchFigures: Sendable {
  /// A rank's step, and what its work could take at least.
  public struct Rank: Sendable {
    public var place: Place
    /// In the order of `StepPart.allCases`, in seconds a step; a checkpoint's, shared out over the steps between two.
    public var parts: [Spread]
    /// What the step does there by count, with the iterations and the live shares that were measured.
    public var work: StepWork
    /// The ceilings that the rank found while all others measured theirs.
    public var roofline: Roofline
    /// In the order of `StepPart.allCases`, in seconds a step.
    public var leastTimes: [Double]
    /// Messages waited for in a step, and their bytes.
    public var messages: Double
    /// Bytes taken in by a step's messages; like `messages` a median over repeats.
    public var messageBytes: Double
  }

  /// The step of one grid.
  public struct Step: Sendable {
    /// Of the slowest rank, without its share of a checkpoint: over the repeats that count, or over all where none does.
    public var seconds: Spread
    /// Examples of a batch.
    public var batch: Int
    /// Repeats that count, of those that were made, and steps of each.
    public var counted: Int
    /// Repeats that were made, busy ones too.
    public var repeats: Int
    /// Steps of each repeat; `seconds` are those of one step.
    public var stepsPerRepeat: Int
    /// The largest share of the cores that others used in a repeat.
    public var othersShare: Double
  }

  /// One rank against all of them.
  public struct Scaling: Sendable {
    /// Whether the batch grows with the ranks.
    public var isWeak: Bool
    /// Rank 0 by itself with the run's own batch, while the others sleep.
    public var alone: Step
    /// All ranks of the grid; where `isWeak`, on as many times the batch as there are replicas.
    public var together: Step
  }

  public var grid: GridShape
  /// Of all ranks on the grid, with the run's own batch.
  public var step: Step
  /// In the order of the ranks.
  public var ranks: [Rank]
  /// None on one rank; else the strong one and, where the grid is of replicas alone and the examples suffice, the weak.
  public var scalings: [Scaling]
  /// Rank 0's ceilings, with the layer overhead of the `critical` rank: what `--calibrate` writes.
  public var machine: Machine
  /// The share of its cores that others may use in a repeat that counts.
  public var busyLimit: Double
  /// Repeats that must count.
  public var needed: Int
  /// Whether a host has more ranks than the cores that rank 0 may run on.
  public var isOversubscribed: Bool

  /// Whether too few repeats count, on any grid.
  public var isBusy: Bool {
    ([step] + scalings.flatMap { [$0.alone, $0.together] }).contains { $0.counted < needed }
  }

  /// The rank whose work takes longest at the ceilings; of equals the first.
  public var critical: Rank? {
    ranks.enumerated().max { a, b in
      let (x, y) = (a.element.leastTimes.reduce(0, +), b.element.leastTimes.reduce(0, +))
      return x == y ? a.offset > b.offset : x < y
    }?.element
  }
}
