import ArgumentParser
import DataSets
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

  @Option(help: ArgumentHelp("Examples of another folder of the same format.", valueName: "path"))
  var data: String?

  @Option(
    help: "training, validation or test; may be repeated (default: validation and test, where there are any)."
  )
  var split: [Split] = []

  @Flag(
    help:
      "Of a model of inputs how likely it holds them: exact where at most 20 units are hidden, and by annealed importance sampling."
  )
  var logLikelihood = false

  @Option(help: ArgumentHelp("Temperatures of the annealing.", valueName: "n"))
  var temperatures = 10_000

  @Option(help: ArgumentHelp("Chains of the annealing.", valueName: "n"))
  var chains = 100

  @OptionGroup var options: EvaluatedOptions

  @Flag(help: "Prints JSON.")
  var json = false

  var stallLimit: Double { options.grid.stallLimit }

  func validate() throws {
    if temperatures < 1 { throw ValidationError("--temperatures \(temperatures): at least 1 is needed") }
    if chains < 2 { throw ValidationError("--chains \(chains): at least 2 are needed") }
  }

  func run(on world: borrowing Communicator) throws -> Int32 {
    let run = try options.load(data: data, on: world)
    try world.agree {
      guard logLikelihood, !Evaluator.knowsLikelihood(of: run) else { return }
      throw UsageError("--log-likelihood: \(run.name) is no model of inputs whose units are all binary")
    }
    let picked = try options.pick(on: world)
    let examples = try world.agree { try picked.fitting(open(run)) }
    let usual: [Split] = logLikelihood ? [.test] : [.validation, .test]
    let asked = (split.isEmpty ? usual : split).filter { examples.count($0) > 0 }
    let evaluator = try options.evaluator(run, picked, of: examples, on: world) { _ in
      guard asked.isEmpty else { return }
      let hint = split.isEmpty ? "; --split training evaluates what it was trained on" : ""
      throw UsageError("there are no such examples: \(examples)\(hint)")
    }
    let isFirst = world.rank == 0
    if isFirst { complain("\(run.name), \(evaluator.checkpoint): \(examples)") }
    if logLikelihood { return try tellLikelihoods(asked, of: examples, by: evaluator, isFirst: isFirst) }
    for (index, split) in asked.enumerated() {
      let result = try evaluator.evaluate(split, of: examples)
      let readOuts = try evaluator.readOuts(split, of: examples, own: result)
      guard isFirst else { continue }
      var shown =
        run.task.task.supervision == .labels
        ? classes(result, split, run.classNames(of: examples)) : figures(result, split, run)
      if let readOuts {
        shown = json ? shown.dropLast() + ",\"read_outs\":" + readOuts.json + "}" : shown + readOuts.text
      }
      if json {
        print(
          (index == 0 ? "{" : "") + "\"\(split.rawValue)\":\(shown)" + (index == asked.count - 1 ? "}" : ","))
      } else {
        print(shown)
      }
    }
    return 0
  }

  private func tellLikelihoods(
    _ splits: [Split], of examples: DataSet, by evaluator: Evaluator, isFirst: Bool
  ) throws -> Int32 {
    let found = try splits.map {
      ($0, try evaluator.logLikelihood($0, of: examples, temperatures: temperatures, chains: chains))
    }
    guard isFirst else { return 0 }
    if !json {
      for (split, likelihood) in found { print("\(split.rawValue): \(likelihood.text)") }
    } else if found.count == 1 {
      print(found[0].1.json)
    } else {
      print("{" + found.map { "\"\($0.rawValue)\":\($1.json)" }.joined(separator: ",") + "}")
    }
    return 0
  }

  /// What was asked for, or all; another folder may hold test files alone.
  private func open(_ run: RunFile) throws -> DataSet {
    guard split.isEmpty else { return try run.openData(splits: split) }
    do {
      return try run.openData()
    } catch {
      guard case .file(let absent) = error, absent.kind == .missing, data != nil,
        let test = try? run.openData(splits: [.test])
      else { throw error }
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
