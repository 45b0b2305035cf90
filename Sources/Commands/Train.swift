import ArgumentParser
import DataSets
import FileFormats
import Foundation
import MessagePassing
import Reporting
import Training

/// `eqprop train RUNFILE`.
struct Train: RankCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains a network, going on where an earlier run of the same directory stopped.",
    discussion: "Example: launch/run -n 2 train launch/recipes/digits.yaml --set training.epochs=5")

  @OptionGroup var options: RunOptions

  @Option(help: ArgumentHelp("The run directory; runs/NAME without.", valueName: "dir"))
  var output: String?

  @Option(help: ArgumentHelp("Stops with a checkpoint after so many steps in all.", valueName: "n"))
  var limitSteps: Int?

  @Flag(help: "Starts over: removes the checkpoints that the run directory holds.")
  var fresh = false

  @Option(
    help: ArgumentHelp(
      "Begins with the weights of a safetensors file, PyTorch's too, or of a run directory.",
      valueName: "path"))
  var weights: String?

  @Option(help: ArgumentHelp("Of --weights only these layers, such as 1,2.", valueName: "numbers"))
  var layers: String?

  @Option(
    help: ArgumentHelp(
      "Goes on from what the run directory holds, with a run file that may differ, in a new directory.",
      valueName: "dir"))
  var continueAs: String?

  @Option(
    help: ArgumentHelp(
      "Steps between comparisons of the weights that several ranks hold; 0 for none.", valueName: "n"))
  var compareWeights = 500

  @Option(help: "The progress line: never, plain (a line an epoch) or line (redrawn).")
  var progress: ProgressLine.Mode?

  @Flag(help: "Prints the figures as JSON, and what every rank held and sent.")
  var json = false

  func validate() throws {
    if let limitSteps, limitSteps < 1 {
      throw ValidationError("--limit-steps \(limitSteps): at least 1 is needed")
    }
    if layers != nil, weights == nil { throw ValidationError("--layers says which of --weights are taken") }
    if let layers, layerNumbers == nil {
      throw ValidationError("--layers \(layers): numbers of layers joined by commas are needed, such as 1,2")
    }
    if weights != nil, continueAs != nil {
      throw ValidationError("--continue-as goes on from a run's own weights: leave --weights out")
    }
    guard compareWeights >= 0 else {
      throw ValidationError("--compare-weights \(compareWeights): a number of steps is needed, or 0")
    }
  }

  var stallLimit: Double { options.grid.stallLimit }

  private var layerNumbers: [Int]? {
    guard let layers else { return nil }
    let numbers = layers.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    return numbers.contains { ($0 ?? -1) < 0 } ? nil : numbers.compactMap(\.self)
  }

  /// What the run begins with.
  private func origin(_ directory: String) -> Origin {
    if let weights { return .weights(weights, layers: layerNumbers) }
    return continueAs == nil ? .drawn : .run(directory)
  }

  func run(on world: borrowing Communicator) throws -> Int32 {
    let run = try options.load(on: world)
    let data = try world.agree { try run.openData() }
    let deal = try options.grid.deal(run, data: data, on: world)
    Interruption.listen()
    let given = output ?? "runs/\(run.name)"
    try world.agree {
      guard let continueAs, isSamePath(continueAs, given) else { return }
      throw UsageError("--continue-as \(continueAs): a directory other than --output is needed")
    }
    let directory = continueAs ?? given
    let display = TrainingDisplay(run: run, grid: deal.grid, mode: progress)
    if world.rank == 0 { display.say("\(run.name): \(data)") }
    let trainer = try Trainer(
      run: run, data: data, deal: deal,
      grid: Grid(deal.grid, world: world, sharesMemory: options.grid.sharesMemory), output: directory,
      report: display.show)
    if world.rank == 0 {
      display.displays = RunDisplays(directory: directory, run: run, notice: display.say)
    }
    trainer.comparesEvery = compareWeights
    defer { display.finish() }
    let ending = try trainer.train(isFresh: fresh, from: origin(given), limitSteps: limitSteps)
    display.finish()
    let isFirst = world.rank == 0
    let counts = json ? try trainer.counts() : nil
    // The others wait here, and not for the end of MPI, while the last page is written.
    try world.agree {
      guard isFirst else { return }
      let metrics = try MetricsFile.told(directory).epochs
      display.displays?.finish(isOver: ending == .finished)
      let table = ErrorTable(metrics, figures: run.task.task.figures)
      print(json ? table.json(traffic: counts) : table.text)
      switch ending {
      case .finished: display.say("the run is in \(directory)")
      case .limitReached: display.say("stopped at the step limit; the run is in \(directory)")
      case .interrupted:
        display.say("stopped with a checkpoint in \(directory); run the same command again to go on")
      }
    }
    return ending.exitCode
  }
}

extension TrainingEnding {
  var exitCode: Int32 { self == .interrupted ? 75 : 0 }
}

extension ProgressLine.Mode: ExpressibleByArgument {}
extension MetricsFileError: ExitCoded {}
