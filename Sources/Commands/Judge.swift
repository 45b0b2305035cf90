import ArgumentParser
import DataSets
import Inspection
import MessagePassing
import Records
import Reporting
import RunFiles
import Tasks
import Tensors
import Training

/// `eqprop judge DIR`.
struct Judge: RankCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judges samples of a flow by the data that they should be like: distances, classes, copies.",
    discussion: """
      Example: launch/run -n 2 judge runs/digits-flow --limit frechet_pixels=1.5 --limit confident_share=0.8

      A classifier is trained first, in DIR/judge, on four fifths of the examples that the flow was trained on; its error \
      is that on the others. Exit code 1 where a limit is missed.
      """)

  @OptionGroup var inspected: InspectedOptions

  @Option(help: ArgumentHelp("Samples that are drawn.", valueName: "n"))
  var count = 1000

  @OptionGroup var flow: FlowOptions

  @Option(help: "The step of t.")
  var step = 0.01

  @Option(help: "Of the noise that samples start from.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "What a figure must keep: at most of frechet_pixels, frechet_features and copied_share, at least of class_shares, confident_share, label_share and nearest_ratio; may be repeated.",
      valueName: "figure=value"))
  var limit: [String] = []

  @Flag(help: "Prints the figures as JSON.")
  var json = false

  @OptionGroup var grid: GridOptions

  var stallLimit: Double { grid.stallLimit }
  /// Of which four fifths teach the classifier, and one in a hundred tells what is near.
  private static let leastExamples = 100

  private func limits() throws -> [(measure: SampleRecord.Measure, threshold: Double)] {
    try limit.map { text in
      let parts = text.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let measure = SampleRecord.Measure(rawValue: String(parts[0])),
        let threshold = Double(parts[1]), threshold.isFinite
      else {
        let known = SampleRecord.Measure.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--limit \(text): FIGURE=VALUE is needed, a figure of \(known)")
      }
      return (measure, threshold)
    }
  }

  func validate() throws {
    _ = try limits()
    guard 100...1_000_000 ~= count else {
      throw ValidationError("--count \(count): from 100 to 1000000 samples are needed")
    }
    guard step > 0, step <= 1 else {
      throw ValidationError("--step \(step): above 0 and at most 1 is needed")
    }
  }

  func run(on world: borrowing Communicator) throws -> Int32 {
    let inspection = try world.agree { () -> Inspection in
      let inspection = try inspected.load()
      guard inspection.run.task.task is Flow else {
        throw UsageError(
          "the task of this run is \(inspection.run.task.name), which draws no samples to judge")
      }
      let known = inspection.data.count(.training)
      guard known >= Judge.leastExamples else {
        throw UsageError(
          "\(known) training examples are there to judge by, \(Judge.leastExamples) are needed")
      }
      return inspection
    }
    let classifier = JudgingClassifier(of: inspection, directory: inspected.directory)
    // Every rank reads the labels, or none trains.
    var isMissing: [Int64] = [classifier == nil ? 1 : 0]
    try world.maximum(&isMissing)
    var judging: String?
    if isMissing[0] == 0, let classifier {
      guard try classifier.train(grid, on: world) == .finished else {
        if world.rank == 0 { complain("stopped while the classifier was trained; judge goes on from there") }
        return TrainingEnding.interrupted.exitCode
      }
      judging = classifier.directory
    }
    let course = flow.course(step: step, seed: seed)
    if world.rank == 0 { complain("\(inspection.run.name), \(inspection.checkpoint): \(count) samples") }
    let draw = try FlowDraw(inspection, labels: [], on: world)
    let paths = try draw.follow(count: count, course, on: world)
    let limits = try limits()
    let isFirst = world.rank == 0
    var missed: [Int64] = [0]
    try world.agree {
      guard isFirst else { return }
      let drawn = paths.frames[0]
      let samples = Matrix(rows: drawn.count, columns: inspection.network.inputs, precision: .float64) {
        drawn[$0][$1]
      }
      let data = inspection.inputs(of: try inspection.examples(.training))
      let record = try SampleRecord(
        samples: samples, data: data, classifier: try judging.map { try Inspection(directory: $0) },
        labels: inspection.network.clampedLayers.isEmpty ? [] : draw.labels(count: count))
      print(json ? record.json : record.text(thresholds: limits), terminator: json ? "\n" : "")
      if limits.contains(where: { !record.keeps($0.threshold, of: $0.measure) }) { missed[0] = 1 }
    }
    try world.maximum(&missed)
    return missed[0] > 0 ? 1 : 0
  }
}
