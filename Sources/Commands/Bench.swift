import ArgumentParser
import DataSets
import FileFormats
import MessagePassing
import Planning
import Reporting

/// `eqprop bench RUNFILE`.
struct BenchCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract:
      "Measures where a step's time goes and how far it is from the machine's limits; exit code 1 when others used "
      + "the machine.",
    discussion: "Example: launch/run -n 2 bench launch/recipes/mnist-paper-1h.yaml --grid 2x1x1")

  @OptionGroup var options: RunOptions

  @Option(help: ArgumentHelp("Repeats of each grid, in turn.", valueName: "n"))
  var repeats = 7

  @Option(help: ArgumentHelp("The least length of a repeat.", valueName: "seconds"))
  var seconds = 0.5

  @Option(
    help: ArgumentHelp(
      "The share of the cores that others may use in a repeat that counts.", valueName: "share"))
  var busyLimit = 0.1

  @Option(
    help: ArgumentHelp(
      "Writes what the machine can do, for the planner: the shapes of this run and a range of others.",
      valueName: "file"))
  var calibrate: String?

  @Flag(help: "Prints JSON.")
  var json = false

  func validate() throws {
    try FileEnding.check("--calibrate", calibrate, among: ["json"])
    if repeats < 1 { throw ValidationError("--repeats \(repeats): at least 1 is needed") }
    guard seconds > 0, seconds <= 3600 else {
      throw ValidationError("--seconds \(seconds): more than 0 and at most 3600 is needed")
    }
    guard 0...1 ~= busyLimit else {
      throw ValidationError("--busy-limit \(busyLimit): a share of 0 to 1 is needed")
    }
  }

  var stallLimit: Double { options.grid.stallLimit }

  func run(on world: borrowing Communicator) throws -> Int32 {
    let run = try options.load(on: world)
    let data = try world.agree { try run.openData() }
    let deal = try options.grid.deal(run, data: data, on: world)
    var how = Bench.Options()
    (how.repeats, how.seconds, how.busyLimit) = (repeats, seconds, busyLimit)
    how.output = "runs/.bench-\(run.name)"
    how.sharesMemory = options.grid.sharesMemory
    how.calibrates = calibrate != nil
    let measured = try Bench(run, data: data, deal: deal, options: how).measure(on: world)
    var code = [Int64(0)]
    try world.agree {
      guard let (record, machine) = measured else { return }
      print(json ? record.json + "\n" : record.text, terminator: "")
      if record.isBusy { code[0] = 1 }
      if let calibrate { try DurableFile.write(machine.json(), to: calibrate) }
    }
    try world.maximum(&code)
    return Int32(code[0])
  }
}
