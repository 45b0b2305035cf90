import ArgumentParser
import DataSets
import Foundation
import Inspection
import MessagePassing
import Reporting

/// `eqprop watch-relaxation DIR`: one example's states while they settle.
struct WatchRelaxation: RankCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows how one example's states settle, free then nudged.",
    discussion: "Example: launch/run watch-relaxation runs/digits --example 12")

  @OptionGroup var inspected: InspectedOptions

  @Option(help: ArgumentHelp("Which example of the split, from 0.", valueName: "n"))
  var example = 0

  @Option(help: "The split: training, validation or test.")
  var split = Split.test

  @Option(help: ArgumentHelp("Iterations a second on a terminal.", valueName: "n"))
  var speed = 8.0

  @Option(help: "How to show it: line (redrawn) or plain (a line an iteration); by the terminal without.")
  var progress: ProgressLine.Mode?

  func validate() throws {
    guard speed >= 0.001, speed.isFinite else {
      throw ValidationError("--speed \(speed): at least 0.001 is needed")
    }
    guard example >= 0 else { throw ValidationError("--example \(example): a number from 0 up is needed") }
  }

  func run(on world: borrowing Communicator) throws -> Int32 {
    let isFirst = world.rank == 0
    try world.agree {
      guard isFirst else { return }
      let inspection = try inspected.load()
      let examples = try inspection.examples(split)
      guard example < examples.count else {
        throw UsageError(
          "--example \(example): the \(split) split has \(examples.count) examples, counted from 0")
      }
      guard let trace = try inspection.trace(inspection.clamp(example, of: examples)) else {
        throw UsageError("the rule \(inspection.run.rule.name) has no relaxation to watch")
      }
      show(
        RelaxationView(
          title: "\(inspected.directory) · \(inspection.checkpoint) · \(split) example \(example)",
          label: examples.labels.isEmpty ? nil : Int(examples.labels[example]), trace: trace))
    }
    return 0
  }

  private func show(_ view: RelaxationView) {
    let environment = ProcessInfo.processInfo.environment
    let asked = progress ?? environment["EQPROP_PROGRESS"].flatMap(ProgressLine.Mode.init) ?? .plain
    guard asked.allowed(in: environment) == .line else { return print(view.text, terminator: "") }
    let back = "\u{1B}[\(view.height)A\u{1B}[J"
    let screens = view.screens(width: environment["COLUMNS"].flatMap { Int($0) } ?? 80)
    for (index, screen) in screens.enumerated() {
      print((index == 0 ? "" : back) + screen, terminator: "")
      fflush(nil)
      usleep(UInt32(1e6 / speed))
    }
  }
}
