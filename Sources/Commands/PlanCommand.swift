import ArgumentParser
import DataSets
import FileFormats
import Foundation
import MessagePassing
import Planning
import Records
import Reporting
import RunFiles
import Training

/// `eqprop plan RUNFILE`: plans for any number of ranks, on one.
struct PlanCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Predicts the step time, memory and messages of every grid of so many ranks.",
    discussion: "Example: launch/run plan launch/recipes/mnist-paper-1h.yaml -n 16")

  @Argument(help: "The run file (YAML).", transform: Recipes.path)
  var runFile: String

  @Option(name: .customShort("n"), help: ArgumentHelp("How many ranks.", valueName: "ranks"))
  var ranks: Int?

  @Option(help: "Only this process grid, replicas x stages x slices.")
  var grid: String?

  @Option(
    help: ArgumentHelp("What `bench --calibrate` measured; an ordinary core without.", valueName: "file"))
  var machine: String?

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Sets a key of the run file.", valueName: "key=value"),
    completion: .list(RunFile.keys.map { $0 + "=" }))
  var settings: [String] = []

  @Flag(help: "Prints JSON.")
  var json = false

  func validate() throws {
    let shape = grid.flatMap(GridShape.init)
    if let grid, shape == nil {
      throw ValidationError("--grid \(grid): three counts joined by 'x' are needed, such as 2x2x1")
    }
    if let ranks, !(1...1_000_000 ~= ranks) {
      throw ValidationError("-n \(ranks): a number of ranks from 1 to 1,000,000 is needed")
    }
    if let ranks, let shape, shape.ranks != ranks {
      throw ValidationError("--grid \(shape) has \(shape.ranks) ranks, not \(ranks)")
    }
    if ranks == nil && grid == nil { throw ValidationError("-n RANKS or --grid is needed") }
  }

  func run(on world: borrowing Communicator) throws -> Int32 {
    let isFirst = world.rank == 0
    try world.agree {
      guard isFirst else { return }
      let run = try RunFile.load(path: runFile, settings: settings)
      let data = try run.openData()
      let shape = grid.flatMap(GridShape.init)
      let plan = try Plan(
        ranks: ranks ?? shape?.ranks ?? 1, grid: shape, tiling: try Tiling(run, data: data), run: run,
        machine: try machine.map(Machine.load) ?? .ordinary, liveShare: .init(run, data: data))
      let record = PlanRecord(plan, of: run, data: data)
      print(json ? record.json + "\n" : record.text, terminator: "")
    }
    return 0
  }
}
