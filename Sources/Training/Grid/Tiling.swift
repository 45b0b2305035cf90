import DataSets
import EnergyModels
import MessagePassing

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

extension RunFile {
  /// Checks what only the data can tell: that the output has a unit for every class and a batch fits the training set.
  public func check(against data: DataSet) throws {
    let outputs = network.layers[network.layers.count - 1].units
    guard outputs == data.classes else {
      throw RunMismatch(
        description: "network.layers.\(network.layers.count - 1).units: the output has \(outputs) units, "
          + "the data \(data.classes) classes")
    }
    guard training.batch <= data.count(.training) else {
      throw RunMismatch(
        description:
          "training.batch: \(training.batch) examples are asked of \(data.count(.training)) in the training set"
      )
    }
  }
}

/// A run file and data that do not fit each other.
struct RunMismatch: Error, Sendable, ExitCoded, CustomStringConvertible {
  let description: String
  var exitCode: Int32 { 64 }
}
