import EnergyModels
import MessagePassing

/// The ranks of a run as a grid, with the communicators that its parts talk through.
public final class Grid {
  /// As many ranks as `world` has.
  public let shape: GridShape
  /// Where this rank stands in it.
  public let place: Place
  /// Every rank.
  public let world: Communicator
  /// The ranks of this replica; rank stage × slices + slice.
  public let replica: Communicator
  /// The ranks that hold the same weights: this place in every replica, rank = replica.
  public let twins: Communicator

  /// Whether ranks of a replica that are all on one host hand each other parcels through its memory.
  package let sharesMemory: Bool
  /// Where the time of steps on this grid goes; nil where nobody asks.
  public var clock: StepClock?

  /// Every rank of `world` must call it.
  public init(_ shape: GridShape, world: borrowing Communicator, sharesMemory: Bool = true) throws {
    precondition(shape.ranks == world.count, "a grid of other ranks than there are")
    self.shape = shape
    self.sharesMemory = sharesMemory
    place = shape.place(ofRank: world.rank)
    self.world = try world.duplicate(label: "all ranks")
    let inReplica = place.stage * shape.slices + place.slice
    guard let replica = try world.split(colour: place.replica, key: inReplica, label: "replica"),
      let twins = try world.split(colour: inReplica, key: place.replica, label: "replicas")
    else { preconditionFailure("a rank with a colour has a part") }
    flags = try SharedMaximum(
      over: self.world, most: 8, behind: shape.stages - 1, sharesMemory: sharesMemory)
    self.replica = replica
    self.twins = twins
  }

  /// The largest of each of at most eight values over all ranks: the step's own small exchange.
  private let flags: SharedMaximum

  package func maximumOfFlags(_ values: inout [Double]) throws { try flags.apply(to: &values, over: world) }

  /// The largest of each of those that all ranks handed out so many steps ago; nil where there is none.
  package func maximumOfFlags(_ values: [Double], behind: Int) throws -> [Double]? {
    try flags.exchange(values, behind: behind, over: world)
  }

  /// Those of the steps since.
  package func restOfFlags() -> [[Double]] { flags.rest() }

  /// Whether this is rank 0 of all, which picks checkpoints, writes metrics and tells of the run.
  public var isFirst: Bool { world.rank == 0 }
}
