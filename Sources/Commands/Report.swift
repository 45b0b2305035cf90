import ArgumentParser
import FileFormats
import MessagePassing
import Reporting
import Training

/// `eqprop report DIR…`.
struct Report: RankCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes an HTML page that shows a run, or compares several on the same axes.",
    discussion: "Example: launch/run report runs/digits")

  @Argument(help: "The run directories.")
  var directories: [String]

  @Option(
    help: ArgumentHelp(
      "The page (default: report.html in the run directory; of several, in the present folder).",
      valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Examples of another folder of the same format.", valueName: "path"))
  var data: String?

  @Option(help: ArgumentHelp("latest, best or a checkpoint's name.", valueName: "which"))
  var checkpoint = Evaluator.Choice.latest

  func run(on world: borrowing Communicator) throws -> Int32 {
    let isFirst = world.rank == 0
    try world.agree {
      guard isFirst else { return }
      let path = output ?? (directories.count == 1 ? joinPath(directories[0], "report.html") : "report.html")
      try DurableFile.write(try page, to: path)
      print(path)
    }
    return 0
  }

  private var page: String {
    get throws {
      if directories.count == 1 {
        let run = try RunRecord.read(
          directory: directories[0], inspected: checkpoint, data: data)
        return ReportPage(run).html
      }
      return ComparisonPage(try directories.map { try RunRecord.read(directory: $0, data: data) }).html
    }
  }
}
