import ArgumentParser
import Inspection
import MessagePassing
import Training

/// What is looked at: a checkpoint of a run directory.
struct InspectedOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The run directory.", valueName: "dir"))
  var directory: String

  @Option(help: ArgumentHelp("latest, best or a checkpoint's name.", valueName: "which"))
  var checkpoint = Evaluator.Choice.latest

  @Option(help: "The weights of the last step, or their averages over steps: last or average.")
  var weights = WeightChoice.last

  @Option(help: ArgumentHelp("Examples of another folder of the same format.", valueName: "path"))
  var data: String?

  /// Reads the whole network.
  func load() throws -> Inspection {
    try Inspection(directory: directory, choice: checkpoint, weights: weights, data: data)
  }
}

extension WeightChoice: ExpressibleByArgument {}

extension Evaluator.Choice: ExpressibleByArgument {
  /// `latest`, `best`; any other word is a checkpoint's name.
  public init(argument: String) {
    switch argument {
    case "latest": self = .latest
    case "best": self = .best
    default: self = .named(argument)
    }
  }

  public var defaultValueDescription: String {
    switch self {
    case .latest: "latest"
    case .best: "best"
    case .named(let name): name
    }
  }
}

/// What the user asked for is not to be had: one sentence, exit code 64.
struct UsageError: Error, ExitCoded, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
  var exitCode: Int32 { 64 }
}
