import ArgumentParser
import DataSets
import FileFormats
import Foundation
import MessagePassing
import Reporting
import Training
import Verification

/// `eqprop verify RUNFILE`.
struct Verify: RankCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Checks the gradient that a run's rule computes against exact ones; exit code 1 when a check fails.",
    discussion: "Example: launch/run -n 2 verify launch/recipes/digits.yaml --plot error.svg")

  @OptionGroup var options: RunOptions

  @Option(help: ArgumentHelp("Examples of the first batch, at least one a shard.", valueName: "n"))
  var examples = 16

  @Option(
    help: ArgumentHelp(
      "The weights of this run directory's newest checkpoint, instead of those before the first step.",
      valueName: "dir"))
  var weights: String?

  @Option(help: ArgumentHelp("Draws the error over β as SVG.", valueName: "file"))
  var plot: String?

  @Flag(help: "Prints JSON.")
  var json = false

  func validate() throws {
    if examples < 1 { throw ValidationError("--examples \(examples): at least 1 is needed") }
  }

  var stallLimit: Double { options.grid.stallLimit }

  func run(on world: borrowing Communicator) throws -> Int32 {
    let run = try options.load(on: world)
    try world.agree {
      guard !run.hasExactGradient else { return }
      throw UsageError(
        "no exact gradient goes through soft pooling between layers here: verify with pool: max or average")
    }
    let data = try world.agree { try run.openData() }
    let deal = try options.grid.deal(run, data: data, on: world)
    let verifier = try Verifier(
      run: run, data: data, examples: examples, weights: weights, deal: deal,
      grid: Grid(deal.grid, world: world, sharesMemory: options.grid.sharesMemory), notice: complain)
    let record = try verifier.verify { complain("\(run.name): \($0)") }
    let isFirst = world.rank == 0
    try world.agree {
      guard isFirst else { return }
      print(json ? record.json + "\n" : record.text, terminator: "")
      if let plot { try DurableFile.write(record.chart.svg, to: plot) }
    }
    var code = [Int64(isFirst && !record.isPassed ? 1 : 0)]
    try world.maximum(&code)
    return Int32(code[0])
  }
}
