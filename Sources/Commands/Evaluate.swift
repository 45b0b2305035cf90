import ArgumentParser
import DataSets
import EquilibriumPropagation
import Foundation
import MessagePassing
import Records
import Reporting
import RunFiles
import Training

/// `eqprop evaluate DIR`.
struct Evaluate: RankCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Evaluates a checkpoint: the task's figures; of classes the error of each and the confusion matrix.",
    discussion: "Example: launch/run -n 2 evaluate runs/digits --split test")

  @Argument(help: "The run directory.")
  var directory: String

  @Option(help: ArgumentHelp("Examples of another folder of the same format.", valueName: "path"))
  var data: String?

  @Option(
    help: "training, validation or test; may be repeated (default: validation and test, where there are any)."
  )
  var split: [Split] = []

  @Option(help: ArgumentHelp("latest, best or a checkpoint's name.", valueName: "which"))
  var checkpoint = Evaluator.Choice.latest

  @Option(
    help: ArgumentHelp(
      "Iterations of the free phase (default: the run's; from zero where it lives on persistent states, up to 25 times as many, to a tolerance of 0.001).",
      valueName: "n"))
  var free: Int?

  @OptionGroup var grid: GridOptions

  @Flag(help: "Prints JSON.")
  var json = false

  func validate() throws {
    if let free, free < 1 { throw ValidationError("--free \(free): at least 1 iteration is needed") }
  }

  var stallLimit: Double { grid.stallLimit }

  func run(on world: borrowing Communicator) throws -> Int32 {
    let run = try world.agree { try RunFile.load(path: directory + "/run.yaml", data: data) }
    let picked = try PickedCheckpoint(
      directory: directory, choice: checkpoint, over: world, notice: complain)
    let examples = try world.agree { try picked.fitting(open(run)) }
    let deal = try grid.deal(run, data: examples, trains: false, on: world)
    var relaxation = Evaluator.relaxation(of: run)
    if let free { relaxation.free = Duration(atMost: free) }
    let evaluator = try Evaluator(
      run: run, checkpoint: picked, relaxation: relaxation, deal: deal,
      grid: Grid(deal.grid, world: world, sharesMemory: grid.sharesMemory))
    let isFirst = world.rank == 0
    if isFirst { complain("\(run.name), \(evaluator.checkpoint): \(examples)") }
    let asked = (split.isEmpty ? [.validation, .test] : split).filter { examples.count($0) > 0 }
    try world.agree {
      guard asked.isEmpty else { return }
      let hint = split.isEmpty ? "; --split training evaluates what it was trained on" : ""
      throw UsageError("there are no such examples: \(examples)\(hint)")
    }
    for (index, split) in asked.enumerated() {
      let result = try evaluator.evaluate(split, of: examples)
      guard isFirst else { continue }
      let shown =
        run.task.task.supervision == .labels
        ? classes(result, split, run.classNames(of: examples)) : figures(result, split, run)
      if json {
        print(
          (index == 0 ? "{" : "") + "\"\(split.rawValue)\":\(shown)" + (index == asked.count - 1 ? "}" : ","))
      } else {
        print(shown)
      }
    }
    return 0
  }

  /// What was asked for, or all; another folder may hold test files alone.
  private func open(_ run: RunFile) throws -> DataSet {
    guard split.isEmpty else { return try run.openData(splits: split) }
    do {
      return try run.openData()
    } catch {
      guard data != nil, let test = try? run.openData(splits: [.test]) else { throw error }
      return test
    }
  }

  private func classes(_ result: EvaluationResult, _ split: Split, _ names: [String]) -> String {
    let table = ConfusionTable(counts: result.confusion, names: names)
    return json
      ? table.json : "\(split.rawValue): \(table.wrong) of \(table.examples) wrong\n\(table.text)"
  }

  private func figures(_ result: EvaluationResult, _ split: Split, _ run: RunFile) -> String {
    let table = ScoreTable(result.tally.scores(run.task), examples: result.tally.totalExamples)
    return json ? table.json : "\(split.rawValue): \(table.text)"
  }
}

extension Split: ExpressibleByArgument {}
