import ArgumentParser
import DataSets
import FileFormats
import Foundation
import MessagePassing
import Reporting
import RunFiles
import Training

/// `eqprop sweep RUNFILE`: settings × seeds, dealt to the ranks of one job.
struct Sweep: RankCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Trains every combination of some settings with every seed, and tells mean and deviation over seeds.",
    discussion: """
      Example: launch/run -n 4 sweep launch/recipes/digits.yaml --set nudging.beta=0.1,0.2 --seeds 1..3

      --ranks says how many ranks train a run; groups of so many take the runs one after the other. What is done is not done \
      again: the same command goes on, also as several jobs at once (a job array). A run that fails is told and stops no other.
      """)

  @Argument(help: "The run file (YAML).", transform: Recipes.path)
  var runFile: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Sets a key; values parted by commas make a run each.", valueName: "key=value,value"),
    completion: .list(RunFile.keys.map { $0 + "=" }))
  var settings: [String] = []

  @Option(
    help: ArgumentHelp(
      "The seeds of each combination, such as 1..5 or 1,7 (default: the run file's).", valueName: "seeds"))
  var seeds: String?

  @Option(help: "Ranks that train a run.")
  var ranks = 1

  @Option(help: ArgumentHelp("The folder of the runs; runs/NAME-sweep without.", valueName: "dir"))
  var output: String?

  @Option(help: ArgumentHelp("Also writes a line a run as comma-separated values.", valueName: "file"))
  var csv: String?

  @Flag(help: "Prints JSON.")
  var json = false

  @OptionGroup var grid: GridOptions

  var stallLimit: Double { grid.stallLimit }

  func validate() throws {
    if let seeds, SweepPlan.seeds(seeds) == nil {
      throw ValidationError("--seeds \(seeds): such as 1..5, or 1,7 with no number twice")
    }
    try FileEnding.check("--csv", csv, among: ["csv"], instead: ["json": "--json prints that"])
    try FileEnding.check(folder: "--output", output, instead: "--csv FILE writes a table")
    if ranks < 1 { throw ValidationError("--ranks \(ranks): at least 1 is needed") }
    if plan == nil {
      throw ValidationError("--set: KEY=VALUE or KEY=VALUE,VALUE is needed, each combination once")
    }
  }

  private var plan: SweepPlan? { SweepPlan(settings: settings, seeds: seeds.flatMap(SweepPlan.seeds) ?? []) }

  func run(on world: borrowing Communicator) throws -> Int32 {
    guard let plan else { preconditionFailure("a plan that was checked") }
    let isFirst = world.rank == 0
    let runs = try world.agree {
      try plan.runs.map { try RunFile.load(path: runFile, settings: $0.settings) }
    }
    let job = String(
      decoding: try world.broadcast(isFirst ? Array(UUID().uuidString.utf8) : [], from: 0), as: UTF8.self)
    let folder = SweepFolder(output ?? "runs/\(runs[0].name)-sweep", job: job)
    try world.agree {
      guard ranks <= world.count else {
        throw UsageError("--ranks \(ranks): \(world.count) were started (launch/run -n \(ranks))")
      }
      if isFirst { try folder.prepare() }
    }
    Interruption.listen()
    let groups = world.count / ranks
    let ranksOnHost = try world.ranksOnHost()
    let number = world.rank / ranks
    if isFirst {
      complain(
        "\(runs.count) runs, \(groups) at a time on \(ranks) \(ranks == 1 ? "rank" : "ranks") each, in \(folder.path)"
      )
      if groups * ranks < world.count { complain("\(world.count - groups * ranks) ranks are left over") }
    }
    var isInterrupted = false
    if let group = try world.split(
      colour: number < groups ? number : nil, key: world.rank, label: "a run's ranks")
    {
      do {
        isInterrupted = try trainAll(plan, runs, in: folder, on: group, ranksOnHost: ranksOnHost)
      } catch let failure as AgreedFailure {
        throw GroupFailure(failure: failure)
      }
      if group.rank == 0 { try folder.leave(group: number) }
    }
    // Others may train for hours yet: whoever waited in MPI would be taken for stalled.
    let waited = Result { try folder.waitForAll(groups: groups) }
    // Marks go when all have seen them.
    try world.agree { try waited.get() }
    try world.agree {
      guard isFirst else { return }
      try folder.clean(groups: groups)
      let table = SweepTable(
        try zip(plan.runs, runs).map { try folder.outcome(of: $0, $1) }, figures: runs[0].task.task.figures)
      print(json ? table.json + "\n" : table.text, terminator: "")
      if let csv { try DurableFile.write(table.csv, to: csv) }
    }
    return isInterrupted ? 75 : 0
  }

  /// Takes one run after the other that nobody else has; whether training was asked to stop.
  private func trainAll(
    _ plan: SweepPlan, _ runs: [RunFile], in folder: SweepFolder, on group: borrowing Communicator,
    ranksOnHost: Int
  ) throws -> Bool {
    for (planned, run) in zip(plan.runs, runs) {
      let isFirst = group.rank == 0
      var claim: DirectoryLock?
      let isMine = try group.agree { () -> Bool in
        guard isFirst, try !folder.isOver(planned, run) else { return false }
        claim = try folder.claim(planned)
        guard try claim != nil && !folder.isOver(planned, run) else { return false }
        folder.forget(planned)
        return true
      }
      guard try group.broadcast([isMine ? 1 : 0], from: 0) == [1] else { continue }
      defer { withExtendedLifetime(claim) {} }
      do {
        let ending = try group.lending {
          try train(planned, run, in: folder, on: group, ranksOnHost: ranksOnHost)
        }
        if ending == .interrupted { return true }
      } catch let failure as AgreedFailure where (1...66).contains(failure.exitCode) {
        // What a disk or a host did is no fault of the run, and ends the job.
        try group.agree { if isFirst { try folder.note(failure, of: planned, run) } }
        if isFirst { complain("\(planned.name): \(failure.message)") }
      }
    }
    return false
  }

  private func train(
    _ planned: SweepPlan.Run, _ run: RunFile, in folder: SweepFolder, on group: borrowing Communicator,
    ranksOnHost: Int
  ) throws -> TrainingEnding {
    var run = run
    run.report.html = false
    let data = try group.agree { [run] in try run.openData() }
    let deal = try grid.deal(run, data: data, on: group, isTold: false)
    let began = ContinuousClock.now
    let trainer = try Trainer(
      run: run, data: data, deal: deal, grid: Grid(deal.grid, world: group, sharesMemory: grid.sharesMemory),
      output: folder.directory(planned), ranksOnHost: ranksOnHost
    ) { event in
      guard case .notice(let words) = event, !words.hasPrefix("inputs from") else { return }
      complain("\(planned.name): \(words)")
    }
    let ending = try trainer.train()
    if group.rank == 0, ending == .finished {
      complain(String(format: "%@: done in %.1f s", planned.name, began.duration(to: .now) / .seconds(1)))
    }
    return ending
  }
}

/// What some ranks agreed on and others do not know: it ends the job.
private struct GroupFailure: Error, ExitCoded, CustomStringConvertible {
  let failure: AgreedFailure
  var exitCode: Int32 { failure.exitCode }
  var description: String { failure.message }
}
