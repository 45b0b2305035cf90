import ArgumentParser
import DataSets
import FileFormats
import Foundation
import Inspection
import MessagePassing
import Reporting
import RunFiles
import Tasks

/// `eqprop sample DIR`: what the network takes for a class, as pictures.
struct Sampling: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract:
      "Draws what the network takes for a class, what a model of inputs takes for one, or where a flow leads: a PNG, and an NPY.",
    discussion: """
      Example: launch/run sample runs/mnist-fast-1h --label 7

      Of a classifier the output is held at a class and the input settles. Of a model of inputs chains move from noise: \
      launch/run sample runs/mnist-rbm --count 64; with --frames each is a row, its states over time. A flow is followed \
      from noise: launch/run sample runs/digits-flow --count 64 --until 1.2, the work shared among ranks.
      """)

  @OptionGroup var inspected: InspectedOptions

  @Option(help: "A class; may be repeated (default: every class, a row each).")
  var label: [Int] = []

  @Option(
    help: ArgumentHelp(
      "Samples of a class (default: 4), chains (16) or points of a flow (64).", valueName: "n")
  )
  var count: Int?

  @Option(
    help: ArgumentHelp(
      "Iterations of input and hidden layers (default: 200), or sweeps of chains (1,000).", valueName: "n"))
  var iterations: Int?

  @Option(
    help: ArgumentHelp(
      "States of a chain over its sweeps (default: 1), or of a flow's first points on their way (10).",
      valueName: "n"))
  var frames: Int?

  @OptionGroup var flow: FlowOptions

  @Option(
    help: "The input's step ε, above 0 and at most 1 (default: 0.1), or of a flow the step of t (0.01).")
  var step: Double?

  @Option(help: "Of the inputs that the samples start from.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("The picture; DIR/sample.png, or DIR/sample-LABEL.png, without.", valueName: "file"))
  var output: String?

  func validate() throws {
    try FileEnding.check("--output", output, among: ["png"])
    if let count, !(1...100_000 ~= count) {
      throw ValidationError("--count \(count): from 1 to 100000 samples are needed")
    }
    if let iterations, !(1...1_000_000 ~= iterations) {
      throw ValidationError("--iterations \(iterations): from 1 to 1000000 iterations are needed")
    }
    if let frames, !(1...min(100, iterations ?? 100) ~= frames) {
      throw ValidationError("--frames \(frames): from 1 to 100 are needed, at most one an iteration")
    }
    if let step, !(step > 0 && step <= 1) {
      throw ValidationError("--step \(step): above 0 and at most 1 is needed")
    }
  }

  func run(on world: borrowing Communicator) throws -> Int32 {
    let isFirst = world.rank == 0
    let run = try world.agree { try RunFile.load(path: inspected.directory + "/run.yaml") }
    if run.task.task is Flow {
      try drawFlow(on: world)
    } else {
      try world.agree { if isFirst { try draw() } }
    }
    return 0
  }

  private func draw() throws {
    let inspection = try inspected.load()
    if inspection.run.task.task.isOfInputs { return try drawChains(of: inspection) }
    guard !inspection.network.hasReadOut else {
      throw UsageError("the output of this run is a soft-max read-out and no state: it cannot be held")
    }
    guard inspection.run.task.task.supervision == .labels else {
      throw UsageError("the task of this run is \(inspection.run.task.name), which has no classes to hold")
    }
    guard !inspection.network.isState(0) else {
      throw UsageError(
        "the input of this run is a layer of states: it is not what settles to a held output here")
    }
    let classes = inspection.network.units(inspection.network.output)
    if let wrong = label.first(where: { !(0..<classes).contains($0) }) {
      throw UsageError("--label \(wrong): the classes are 0 to \(classes - 1)")
    }
    let extents = inspection.data.extents
    guard inspection.data.isPicture else { throw UsageError("the inputs of this run are no pictures") }
    var rows: [[[Double]]] = []
    for label in label.isEmpty ? Array(0..<classes) : label {
      let samples = try inspection.samples(
        of: label, count: count ?? 4, iterations: iterations ?? 200, step: step ?? 0.1, seed: seed)
      print(
        "label \(label): energy "
          + samples.map { String(format: "%.3f", $0.energy) }.joined(separator: " ")
          + String(format: ", largest residual %.1e", samples.map(\.residual).max() ?? 0))
      rows.append(samples.map { inspection.brightness(of: $0.input) })
    }
    let name = label.count == 1 ? "/sample-\(label[0]).png" : "/sample.png"
    let path = output ?? inspected.directory + name
    try DurableFile.write(Picture(samples: rows, extents).png, to: path)
    print(path)
  }
}

extension Picture {
  /// Samples in rows, large enough to be seen, the largest number of each row white.
  init(samples rows: [[[Double]]], _ extents: [Int]) {
    let shown = rows.map { pictures in
      let white = max(pictures.joined().max() ?? 1, 1e-9)
      return pictures.map { $0.map { $0 / white } }
    }
    self.init(shown, extents, gap: 4, scale: max(1, 84 / max(extents[0], extents[1])))
  }
}
