import ArgumentParser
import DataSets
import FileFormats
import Foundation
import MessagePassing
import Reporting
import RunFiles
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

  @Option(help: ArgumentHelp("Of --weights: latest, best or a checkpoint's name.", valueName: "which"))
  var checkpoint = Evaluator.Choice.latest

  @Option(help: ArgumentHelp("Draws the error over β as SVG.", valueName: "file"))
  var plot: String?

  @Option(
    help: ArgumentHelp(
      "Writes the gradients that are compared: the estimate, the exact one, those of steps and through time.",
      valueName: "file.safetensors"))
  var gradients: String?

  @Option(help: ArgumentHelp("β of the sweeps, such as 0.2,0.1,0.05.", valueName: "numbers"))
  var betas: String?

  @Option(
    help: ArgumentHelp("Nudged steps held against as many through time, such as 5,20.", valueName: "numbers"))
  var steps: String?

  @Option(
    help: ArgumentHelp(
      "Instead: the least sweeps whose gradient keeps this cosine with the exact one in every layer, such as 0.95.",
      valueName: "cosine"))
  var budget: Double?

  @Flag(help: "Prints JSON.")
  var json = false

  func validate() throws {
    if examples < 1 { throw ValidationError("--examples \(examples): at least 1 is needed") }
    if let betas, choices.betas == nil {
      throw ValidationError("--betas \(betas): numbers above 0 joined by commas are needed, such as 0.2,0.1")
    }
    if let steps, choices.steps == nil {
      throw ValidationError(
        "--steps \(steps): whole numbers from 1 up joined by commas are needed, such as 5,20")
    }
    if checkpoint != .latest, weights == nil {
      throw ValidationError("--checkpoint says which of --weights DIR is taken")
    }
    if let budget {
      guard budget > 0, budget < 1 else {
        throw ValidationError("--budget \(budget): a cosine between 0 and 1 is needed, such as 0.95")
      }
      if plot != nil || gradients != nil || betas != nil || steps != nil {
        throw ValidationError(
          "--budget compares relaxations; --plot, --gradients, --betas and --steps do not go with it")
      }
    }
    try FileEnding.check("--plot", plot, among: ["svg"])
    if let gradients, !gradients.hasSuffix(".safetensors") {
      throw ValidationError("--gradients \(gradients): a name that ends in .safetensors is needed")
    }
  }

  var stallLimit: Double { options.grid.stallLimit }

  private var choices: Verifier.Choices {
    var choices = Verifier.Choices()
    func numbers<Number>(_ text: String?, _ number: (Substring) -> Number?) -> [Number]? {
      guard let parts = text?.split(separator: ",", omittingEmptySubsequences: false) else { return nil }
      let found = parts.compactMap(number)
      return found.count == parts.count ? found : nil
    }
    choices.betas = numbers(betas) { part in Double(part).flatMap { $0 > 0 && $0.isFinite ? $0 : nil } }
    choices.steps = numbers(steps) { part in Int(part).flatMap { 1...10_000 ~= $0 ? $0 : nil } }
    choices.checkpoint = checkpoint
    return choices
  }

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
      run: run, data: data, examples: examples, weights: weights, choices: choices, deal: deal,
      grid: Grid(deal.grid, world: world, sharesMemory: options.grid.sharesMemory), notice: complain)
    if let budget { return try spend(budget, of: run, verifier, on: world) }
    let verdict = try verifier.verify { complain("\(run.name): \($0)") }
    let record = verdict.record
    let isFirst = world.rank == 0
    try world.agree {
      guard isFirst else { return }
      print(json ? record.json + "\n" : record.text, terminator: "")
      if let plot { try DurableFile.write(record.chart.svg, to: plot) }
      if let gradients { try verdict.writeGradients(to: gradients) }
    }
    var code = [Int64(isFirst && !record.isPassed ? 1 : 0)]
    try world.maximum(&code)
    return Int32(code[0])
  }

  /// The least sweeps that keep a cosine; 1 where none do.
  private func spend(
    _ cosine: Double, of run: RunFile, _ verifier: Verifier, on world: borrowing Communicator
  ) throws -> Int32 {
    try world.agree {
      guard !verifier.hasBudget else { return }
      throw UsageError(
        "--budget is for runs whose states come to rest by sweeps, free and nudged; those of \(run.name) may not"
      )
    }
    let record = try verifier.budget(cosine: cosine) { complain("\(run.name): \($0)") }
    try world.agree {
      guard record != nil else {
        throw UsageError("the free phase does not come to rest: see verify without --budget")
      }
    }
    if world.rank == 0, let record { print(json ? record.json + "\n" : record.text, terminator: "") }
    return record.map { $0.isKept ? 0 : 1 } ?? 1
  }
}
