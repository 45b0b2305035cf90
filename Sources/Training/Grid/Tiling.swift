import DataSets
import EnergyModels
import MessagePassing
import RunFiles
import Tasks

/// How the run file cuts the work: shards of the data, layers, slices of the layers. No word of ranks.
public struct Tiling: Equatable, Sendable {
  /// Fixed parts of each split: its example i belongs to shard i mod `shards`.
  public let shards: Int
  /// The network, and how its layers are cut into slices.
  public let slicing: Slicing
  /// Examples that a batch takes from each shard.
  public let perShard: Int

  public init(shards: Int, perShard: Int, slicing: Slicing) {
    self.shards = shards
    self.perShard = perShard
    self.slicing = slicing
  }

  /// The tiling of a run on its data; throws where they do not fit each other: see `RunFile.check(against:)`.
  ///
  /// - Parameter trains: whether the data train it, and are not only looked at by a network that was trained on others.
  public init(_ run: RunFile, data: DataSet, trains: Bool = true) throws {
    try run.check(against: data, trains: trains)
    self.init(run, input: data.shape)
  }

  /// The tiling of a run on inputs of a shape that its layers fit.
  public init(_ run: RunFile, input: Shape) {
    let network: Network
    do {
      network = try run.network.network(input: input, costWeight: run.costWeight)
    } catch {
      preconditionFailure("data that were not checked: \(error)")
    }
    self.init(
      shards: run.tiling.shards, perShard: run.training.batch / run.tiling.shards,
      slicing: Slicing(network: network, slices: run.tiling.slices))
  }

  public var network: Network { slicing.network }
}

extension DataSet {
  /// Of an example: height, width and units of a position; without a picture all units at one position.
  public var shape: Shape {
    switch extents.count {
    case 2: Shape(height: extents[0], width: extents[1], units: 1)
    case 3: Shape(height: extents[0], width: extents[1], units: extents[2])
    default: Shape(units: inputs)
    }
  }
}

extension RunFile {
  /// Checks what only the data can tell: that the layers fit each other from the input on, that the output has one
  /// position and the units that the task needs and a batch fits the training set.
  public func check(against data: DataSet, trains: Bool = true) throws {
    let outputs = network.output == 0 ? data.inputs : network.layers[network.output - 1].units
    let name = network.output == 0 ? "network.input" : "network.layers.\(network.output - 1)"
    let output: Shape
    do {
      output = try network.network(input: data.shape).shape(network.output)
    } catch {
      throw RunMismatch(description: "network: \(error); the input is \(data.shape)")
    }
    let answer =
      switch task.task.supervision {
      case .labels: "a class"
      case .targets: "a target"
      case .inputs: "a number of the input"
      }
    guard output.positions == 1 else {
      throw RunMismatch(
        description:
          "\(name): the output has \(output) units, \(answer) needs "
          + "one; let a layer without a kernel be the last")
    }
    guard trains || data.supervision == supervision else { return }
    let needed = task.task.outputs(for: data)
    // Other data may lack the last classes.
    let isLess = !trains && data.supervision == .labels && needed.units <= outputs
    guard outputs == needed.units || isLess else {
      throw RunMismatch(
        description: "\(name)\(network.output == 0 ? "" : ".units"): the output has \(outputs) units, "
          + needed.reason)
    }
    if let index = network.layers.firstIndex(where: \.isClamped),
      network.layers[index].units != data.classes
    {
      throw RunMismatch(
        description: "network.layers.\(index).units: the layer that labels clamp has "
          + "\(network.layers[index].units) units, the data \(data.classes) classes")
    }
    if trains, let mismatch = task.task.mismatch(with: data) { throw RunMismatch(description: mismatch) }
    if trains, let figure = training.stop?.figure,
      let split = Split.allCases.first(where: { figure.hasPrefix("\($0.rawValue)_") }), data.count(split) == 0
    {
      throw RunMismatch(
        description: "training.stop.figure: \(figure) is asked for, there are no \(split.rawValue) examples")
    }
    guard !trains || training.batch <= data.count(.training) else {
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
