import ArgumentParser
import FileFormats
import Foundation
import MessagePassing
import Reporting
import RunFiles
import Training

/// `eqprop export DIR…`: a run's results in files that other programs read.
struct Export: RankCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Writes metrics as CSV, weights as NPZ and safetensors, the report's figures as SVG, PNG and PDF.",
    discussion: """
      Example: launch/run export runs/digits

      Of several run directories, or a folder of them as sweep leaves it, the figures that compare them are written, and one \
      metrics.csv with the run, its seed and the settings that differ before each line. PNG and PDF files are drawn by \
      rsvg-convert (Debian's librsvg2-bin); without it there are SVG files only.
      """)

  enum Part: String, CaseIterable, ExpressibleByArgument { case metrics, weights, figures }

  @Argument(help: ArgumentHelp("The run directories.", valueName: "dir"))
  var directories: [String]

  @Option(
    help: ArgumentHelp(
      "metrics, weights or figures; may be repeated (default: all; of several runs no weights).",
      valueName: "part"))
  var only: [Part] = []

  @Option(
    help: ArgumentHelp(
      "Where the files go (default: export in the directory; of several, in the present folder).",
      valueName: "dir"))
  var output: String?

  @Option(help: ArgumentHelp("latest, best or a checkpoint's name.", valueName: "which"))
  var checkpoint = Evaluator.Choice.latest

  @Option(help: ArgumentHelp("Examples of another folder of the same format.", valueName: "path"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "Of figures: svg, png or pdf; may be repeated (default: svg and png).", valueName: "form"))
  var format: [FigureFormat] = []

  @Option(
    help: ArgumentHelp(
      "Of figures, such as 88mm, 3.5in or 400px; PNG files of a length on paper have 300 pixels an inch.",
      valueName: "length"))
  var width: String?

  @Option(
    help: ArgumentHelp(
      "Of a figure's numbers and names in points; titles and labels are a little larger.", valueName: "pt"))
  var fontSize = 9.0

  private var size: FigureSize {
    FigureSize(width: width.flatMap(FigureSize.Length.init), fontSize: fontSize)
  }

  func validate() throws {
    try FileEnding.check(
      folder: "--output", output, instead: "--format says what figures are, --only what is written")
    if let width, FigureSize.Length(width) == nil {
      throw ValidationError("--width \(width): a length in mm, cm, in, pt or px is needed, such as 88mm")
    }
    guard 4...72 ~= fontSize else {
      throw ValidationError("--font-size \(fontSize): from 4 to 72 points are needed")
    }
    if !size.isDrawable {
      let asked = "--width \(width ?? "412px") with --font-size \(fontSize)"
      throw ValidationError(
        "\(asked): a figure is from 17 to 330 times as wide as its letters are high"
      )
    }
  }

  func run(on world: borrowing Communicator) throws -> Int32 {
    let isFirst = world.rank == 0
    try world.agree {
      guard isFirst else { return }
      let runs = try RunDirectories(directories)
      let isOne = runs.paths.count == 1
      if !isOne, only.contains(.weights) {
        throw UsageError("--only weights: of several run directories metrics and figures are exported")
      }
      let folder = output ?? joinPath(runs.only ?? "", "export")
      try DurableFile.createDirectory(folder)
      let parts = only.isEmpty ? Part.allCases.filter { isOne || $0 != .weights } : only
      let compared = isOne ? nil : try runs.compared()
      for part in parts {
        switch part {
        case .metrics: try writeMetrics(compared, of: runs.paths[0], to: folder)
        case .weights: try writeWeights(of: runs.paths[0], to: folder)
        case .figures: try writeFigures(compared, of: runs.paths[0], to: joinPath(folder, "figures"))
        }
      }
    }
    return 0
  }

  private func writeMetrics(_ compared: ComparisonPage?, of directory: String, to folder: String) throws {
    let path = joinPath(folder, "metrics.csv")
    try DurableFile.write(try compared?.csv ?? csv(of: directory), to: path)
    print(path)
  }

  private func csv(of directory: String) throws -> String {
    let metrics = try MetricsFile.told(directory)
    return metrics.csv(figures: try RunFile.load(path: joinPath(directory, "run.yaml")).task.task.figures)
  }

  private func writeWeights(of directory: String, to folder: String) throws {
    let weights = try StoredWeights(directory: directory, choice: checkpoint)
    let paths = ["weights.npz", "weights.safetensors"].map { joinPath(folder, $0) }
    var arrays = try NPZ.Writer(path: paths[0])
    var tensors = try Safetensors.Writer(
      path: paths[1], tensors: weights.tensors,
      metadata: [
        "checkpoint": weights.checkpoint, "epoch": "\(weights.epoch)", "step": "\(weights.step)",
      ])
    for (index, tensor) in weights.tensors.enumerated() {
      let bytes = try weights.bytes(of: index)
      try tensors.append(bytes)
      try arrays.append(tensor, bytes)
    }
    _ = try arrays.finish()
    _ = try tensors.finish()
    for path in paths { print(path) }
  }

  private func writeFigures(_ compared: ComparisonPage?, of directory: String, to folder: String) throws {
    let files = try FigureFiles(format, size: size)
    try DurableFile.createDirectory(folder)
    let figures =
      try compared?.figures(size)
      ?? ReportPage(try RunRecord.told(directory: directory, inspected: checkpoint, data: data)).figures(size)
    for figure in figures { try files.write(figure, to: folder) }
  }
}
