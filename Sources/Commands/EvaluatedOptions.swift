import ArgumentParser
import DataSets
import EquilibriumPropagation
import MessagePassing
import RunFiles
import Training

/// What commands share that let the ranks of a grid settle a checkpoint's network.
struct EvaluatedOptions: ParsableArguments {
  @Argument(help: "The run directory.")
  var directory: String

  @Option(help: ArgumentHelp("latest, best or a checkpoint's name.", valueName: "which"))
  var checkpoint = Evaluator.Choice.latest

  @Option(help: "The weights of the last step, or their averages over steps: last or average.")
  var weights = WeightChoice.last

  @Option(
    help: ArgumentHelp(
      "Iterations of the free phase (default: the run's; from zero where it lives on persistent states, up to 25 times as many, to a tolerance of 0.001).",
      valueName: "n"))
  var free: Int?

  @OptionGroup var grid: GridOptions

  func validate() throws {
    if let free, free < 1 { throw ValidationError("--free \(free): at least 1 iteration is needed") }
  }

  /// The run directory's own run file, its data in another folder where one is given.
  func load(data: String? = nil, on world: borrowing Communicator) throws -> RunFile {
    try world.agree { try RunFile.load(path: directory + "/run.yaml", data: data) }
  }

  func pick(on world: borrowing Communicator) throws -> PickedCheckpoint {
    try PickedCheckpoint(directory: directory, choice: checkpoint, over: world, notice: complain)
  }

  /// The network of a checkpoint on a grid for these examples, once `check` has let them pass.
  func evaluator(
    _ run: RunFile, _ picked: PickedCheckpoint, of examples: DataSet, on world: borrowing Communicator,
    check: (Deal) throws -> Void
  ) throws -> Evaluator {
    let deal = try grid.deal(run, data: examples, trains: false, on: world)
    try world.agree { try check(deal) }
    var relaxation = Evaluator.relaxation(of: run)
    if let free { relaxation.free = Duration(atMost: free) }
    return try Evaluator(
      run: run, checkpoint: picked, weights: weights, relaxation: relaxation, deal: deal,
      grid: Grid(deal.grid, world: world, sharesMemory: grid.sharesMemory))
  }
}
