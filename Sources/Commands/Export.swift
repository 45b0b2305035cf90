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
    abstract: "Writes metrics as CSV, weights as NPZ and safetensors, the report's figures as SVG and PNG.",
    discussion: """
      Example: launch/run export runs/digits

      Of several run directories the figures that compare them are written. PNG files are drawn by rsvg-convert (Debian's \
      librsvg2-bin); without it there are SVG files only.
      """)

  enum Part: String, CaseIterable, ExpressibleByArgument { case metrics, weights, figures }

  @Argument(help: ArgumentHelp("The run directories.", valueName: "dir"))
  var directories: [String]

  @Option(
    help: ArgumentHelp("metrics, weights or figures; may be repeated (default: all).", valueName: "part"))
  var only: [Part] = []

  @Option(
    help: ArgumentHelp(
      "Where the files go (default: export in the run directory; of several, in the present folder).",
      valueName: "dir"))
  var output: String?

  @Option(help: ArgumentHelp("latest, best or a checkpoint's name.", valueName: "which"))
  var checkpoint = Evaluator.Choice.latest

  @Option(help: ArgumentHelp("Examples of another folder of the same format.", valueName: "path"))
  var data: String?

  func validate() throws {
    if directories.count > 1, only.contains(where: { $0 != .figures }) {
      throw ValidationError("of several run directories only figures are exported")
    }
  }

  func run(on world: borrowing Communicator) throws -> Int32 {
    let isFirst = world.rank == 0
    try world.agree {
      guard isFirst else { return }
      let folder = output ?? (directories.count == 1 ? joinPath(directories[0], "export") : "export")
      try DurableFile.createDirectory(folder)
      let all: [Part] = directories.count == 1 ? Part.allCases : [.figures]
      for part in only.isEmpty ? all : only {
        switch part {
        case .metrics: try writeMetrics(to: folder)
        case .weights: try writeWeights(to: folder)
        case .figures: try writeFigures(to: joinPath(folder, "figures"))
        }
      }
    }
    return 0
  }

  private func writeMetrics(to folder: String) throws {
    let path = joinPath(folder, "metrics.csv")
    let metrics = try MetricsFile.told(directories[0])
    let run = try RunFile.load(path: joinPath(directories[0], "run.yaml"))
    try DurableFile.write(metrics.csv(figures: run.task.task.figures), to: path)
    print(path)
  }

  private func writeWeights(to folder: String) throws {
    let weights = try StoredWeights(directory: directories[0], choice: checkpoint)
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

  private func writeFigures(to folder: String) throws {
    try DurableFile.createDirectory(folder)
    let converter = SVGConverter()
    if converter == nil {
      complain("no PNG files: they need rsvg-convert (apt-get install librsvg2-bin)")
    }
    for figure in try figures {
      let path = joinPath(folder, figure.name)
      try DurableFile.write(figure.svg, to: path + ".svg")
      print(path + ".svg")
      guard let converter else { continue }
      try converter.convert(path + ".svg", to: path + ".png")
      print(path + ".png")
    }
  }

  private var figures: [PageFigure] {
    get throws {
      guard directories.count == 1 else {
        return ComparisonPage(try directories.map { try RunRecord.read(directory: $0, data: data) }).figures
      }
      return ReportPage(
        try RunRecord.read(directory: directories[0], inspected: checkpoint, data: data)
      ).figures
    }
  }
}

/// librsvg's `rsvg-convert`, which draws SVG files as PNG.
private struct SVGConverter {
  private let program: String

  /// Nil where no folder of the PATH has it.
  init?() {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let programs = folders.map { joinPath(String($0), "rsvg-convert") }
    guard let program = programs.first(where: FileManager.default.isExecutableFile) else { return nil }
    self.program = program
  }

  /// Draws a file at twice its size; throws `FileError` where that fails.
  func convert(_ drawing: String, to picture: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["--zoom", "2", "--output", picture, drawing]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw FileError(.inputOutput, path: picture, "rsvg-convert ended with \(process.terminationStatus)")
    }
  }
}
