import EnergyModels

/// How the run file cuts the work: shards of the data, layers, slices of the layers. No word of ranks.
public struct Tiling: Equatable, Sendable {
  public let shards: Int
  public let slicing: Slicing
  /// Examples that a batch takes from each shard.
  public let perShard: Int

  public init(shards: Int, perShard: Int, slicing: Slicing) {
    self.shards = shards
    self.perShard = perShard
    self.slicing = slicing
  }

  /// The tiling of a run on inputs of so many units.
  public init(_ run: RunFile, inputs: Int) {
    self.init(
      shards: run.tiling.shards, perShard: run.training.batch / run.tiling.shards,
      slicing: Slicing(network: run.network.network(inputs: inputs), slices: run.tiling.slices))
  }

  public var network: Network { slicing.network }
}
