import ArgumentParser
import DataSets
import FileFormats
import Foundation
import MessagePassing
import Reporting
import RunFiles
import Training

/// `eqprop predict DIR`: what a trained network makes of examples that need no labels.
struct Predict: RankCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tells the class, or the outputs, of every example of a file: nothing needs to answer them.",
    discussion: """
      Example: launch/run -n 2 predict runs/mnist-best --data digits.npy --output classes.npz

      DATA is a file of images (a NumPy array, n × height × width, × channels, or n × features; an IDX file; each plain or \
      .gz), or a folder of the run's format, whose test images are taken. The ending of FILE says what is written: .npz \
      (outputs, classes, margins, and what --states and --activity ask for), .npy (outputs alone) or .csv (a line an \
      example). Without --output the lines go to standard output.
      """)

  @Option(help: ArgumentHelp("A file of images, or a folder; the run's own without.", valueName: "path"))
  var data: String?

  @Option(help: "Of the run's own data: training, validation or test.")
  var split = Split.test

  @Option(help: ArgumentHelp("Where the predictions go: a name in .npz, .npy or .csv.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Also the states of a layer at rest; may be repeated.", valueName: "layer"))
  var states: [Int] = []

  @Option(
    help: ArgumentHelp("Also what the neighbours of a layer see of it; may be repeated.", valueName: "layer"))
  var activity: [Int] = []

  @Option(help: "What the stored numbers of --data are divided by (default: as the run's own).")
  var divisor: Double?

  @OptionGroup var options: EvaluatedOptions

  func validate() throws {
    if let divisor {
      guard divisor > 0, divisor.isFinite else {
        throw ValidationError("--divisor \(divisor): a number above 0 is needed")
      }
      if data == nil { throw ValidationError("--divisor is for --data; the run's own has one") }
    }
    if let data, let output, isSamePath(data, output) {
      throw ValidationError("--output \(output): would replace the examples of --data")
    }
    guard let output else {
      if !views.isEmpty { throw ValidationError("--states and --activity need --output FILE.npz") }
      return
    }
    guard let form = PredictionForm(path: output) else {
      throw ValidationError("--output \(output): a name that ends in .npz, .npy or .csv is needed")
    }
    if form != .npz, !views.isEmpty {
      throw ValidationError("--output \(output): --states and --activity go into an .npz alone")
    }
  }

  var stallLimit: Double { options.grid.stallLimit }
  private var views: [Prediction.View] { states.map { .states($0) } + activity.map { .activity($0) } }

  func run(on world: borrowing Communicator) throws -> Int32 {
    let run = try options.load(on: world)
    try world.agree {
      guard run.task.task.answersExamples else {
        throw UsageError(
          "the task of this run is \(run.task.name), which answers no examples: sample draws from it")
      }
    }
    let picked = try options.pick(on: world)
    let examples = try world.agree { try picked.fitting(open(run)) }
    let split = data == nil ? split : .test
    let evaluator = try options.evaluator(run, picked, of: examples, on: world) {
      try check($0, count: examples.count(split))
      // Hours of settling end here otherwise.
      if world.rank == 0, let output { try PredictionFile.tryWriting(to: output) }
    }
    let isFirst = world.rank == 0
    if isFirst { complain("\(run.name), \(picked.name): \(examples.count(split)) examples") }
    let prediction = try evaluator.predict(split, of: examples, views: views)
    try world.agree {
      guard let prediction else { return }
      if let oddity = prediction.oddity { complain(oddity) }
      let file = PredictionFile(
        prediction, areClasses: run.task.task.supervision == .labels, names: picked.classNames(of: run),
        files: examples.files(split))
      guard let output, let form = PredictionForm(path: output) else {
        return print(file.csv, terminator: "")
      }
      try file.write(to: output, as: form)
      complain("\(output): \(file.contents(form))")
    }
    var diverged = [Int64(prediction?.divergedExamples ?? 0)]
    try world.maximum(&diverged)
    guard diverged[0] > 0 else { return 0 }
    if isFirst { complain("\(diverged[0]) examples did not settle: their outputs are no numbers") }
    return 1
  }

  private func open(_ run: RunFile) throws -> DataSet {
    var source = run.data
    source.divisor = divisor ?? run.data.divisor
    if let data { return try DataSet.open(unanswered: data, as: source) }
    return try DataSet.open(source, for: run.task.task.supervision, splits: [split])
  }

  private func check(_ deal: Deal, count: Int) throws {
    guard count > 0 else { throw UsageError("the run has no \(split.rawValue) examples") }
    let network = deal.tiling.network
    for view in views where !network.states.contains(view.layer) {
      throw UsageError(
        "layer \(view.layer) has no states; those that have are \(network.states.lowerBound) to \(network.depth)"
      )
    }
  }
}
