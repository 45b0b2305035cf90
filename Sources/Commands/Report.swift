import ArgumentParser
import FileFormats
import MessagePassing
import Reporting
import Training

/// `eqprop report DIR…`.
struct Report: RankCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes an HTML page that shows a run, or compares several on the same axes.",
    discussion: """
      Example: launch/run report runs/digits

      A folder of run directories, as sweep leaves it, stands for all of them. Runs that differ in seed alone are shown as \
      their mean, in a band from the least to the most of them.
      """)

  @Argument(help: "The run directories.")
  var directories: [String]

  @Option(
    help: ArgumentHelp(
      "The page (default: report.html in the directory; of several, in the present folder).",
      valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Examples of another folder of the same format.", valueName: "path"))
  var data: String?

  @Option(help: ArgumentHelp("latest, best or a checkpoint's name.", valueName: "which"))
  var checkpoint = Evaluator.Choice.latest

  func validate() throws {
    let figures = "export --format %@ writes the page's figures"
    let instead = ["pdf", "png", "svg"].map { ($0, figures.replacing("%@", with: $0)) }
    try FileEnding.check(
      "--output", output, among: ["html", "htm"],
      instead: Dictionary(uniqueKeysWithValues: instead + [("csv", "export --only metrics writes that")]))
  }

  func run(on world: borrowing Communicator) throws -> Int32 {
    let isFirst = world.rank == 0
    try world.agree {
      guard isFirst else { return }
      let runs = try RunDirectories(directories)
      let path = output ?? joinPath(runs.only ?? "", "report.html")
      let page = try page(runs)
      do {
        try DurableFile.write(page, to: path)
      } catch let error as FileError where output == nil && error.kind == .inputOutput {
        throw FileError(.inputOutput, path: path, error.reason + "; --output FILE puts it elsewhere")
      }
      print(path)
    }
    return 0
  }

  private func page(_ runs: RunDirectories) throws -> String {
    guard runs.paths.count == 1 else { return try runs.compared().html }
    return ReportPage(try RunRecord.told(directory: runs.paths[0], inspected: checkpoint, data: data)).html
  }
}
