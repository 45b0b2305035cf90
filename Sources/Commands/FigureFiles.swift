import ArgumentParser
import FileFormats
import Foundation
import MessagePassing
import Reporting

/// The form of a figure's file.
enum FigureFormat: String, CaseIterable, ExpressibleByArgument { case svg, png, pdf }

/// Figures as files, SVG and what librsvg's `rsvg-convert` draws of it.
struct FigureFiles {
  private let formats: [FigureFormat]
  private let size: FigureSize
  private let converter: String?

  /// - Parameter asked: none for SVG and, where it can be drawn, PNG.
  ///
  /// Throws `FileError` where something asked for cannot be drawn.
  init(_ asked: [FigureFormat], size: FigureSize) throws {
    self.size = size
    let wanted = asked.isEmpty ? [.svg, .png] : FigureFormat.allCases.filter(asked.contains)
    converter = Self.converter
    formats = converter == nil ? wanted.filter { $0 == .svg } : wanted
    guard formats != wanted else { return }
    let lacking = wanted.filter { $0 != .svg }.map { $0.rawValue.uppercased() }.joined(separator: " and ")
    let words = "no \(lacking) files: they need rsvg-convert (apt-get install librsvg2-bin)"
    if !asked.isEmpty { throw UndrawnFigures(description: words) }
    complain(words)
  }

  /// Nil where no folder of the PATH has it.
  private static var converter: String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let programs = folders.map { joinPath(String($0), "rsvg-convert") }
    return programs.first(where: FileManager.default.isExecutableFile)
  }

  /// Writes a figure into a folder and tells the files.
  func write(_ figure: PageFigure, to folder: String) throws {
    let path = joinPath(folder, figure.name)
    let drawing = formats.contains(.svg) ? path + ".svg" : joinPath(folder, ".partial-\(figure.name).svg")
    try DurableFile.write(figure.svg, to: drawing)
    defer { if !formats.contains(.svg) { unlink(drawing) } }
    for format in formats {
      let file = "\(path).\(format.rawValue)"
      if format != .svg { try convert(drawing, to: file, format) }
      print(file)
    }
  }

  /// A picture of a length on paper has 300 pixels an inch, one of a width in pixels has these, any other twice its size.
  private func convert(_ drawing: String, to file: String, _ format: FigureFormat) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: converter ?? "")
    let scale: [String] =
      switch (format, size.width?.unit) {
      case (.png, nil): ["--zoom", "2"]
      case (.png, .px): []
      case (.png, _): ["--dpi-x", "300", "--dpi-y", "300"]
      default: []
      }
    process.arguments = ["--format", format.rawValue] + scale + ["--output", file, drawing]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw FileError(.inputOutput, path: file, "rsvg-convert ended with \(process.terminationStatus)")
    }
  }
}

/// Files that were asked for and that this machine cannot draw.
private struct UndrawnFigures: Error, ExitCoded, CustomStringConvertible {
  let description: String
  var exitCode: Int32 { 66 }
}
