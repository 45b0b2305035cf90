import FileFormats
import Foundation
import Reporting
import RunFiles
import Training

/// The run directories that a command was given: each one itself, or those in a folder of them, as `sweep` leaves it.
struct RunDirectories {
  let paths: [String]
  /// The only thing that was given, where what is written goes by default.
  let only: String?

  init(_ given: [String]) throws {
    paths = try given.flatMap(Self.runs)
    only = given.count == 1 ? given[0] : nil
  }

  /// A folder without a run file has the runs in it, ordered by their settings; with none it is taken for a run directory,
  /// which says what it lacks.
  private static func runs(in path: String) throws -> [String] {
    func isRun(_ path: String) -> Bool { FileStatus.exists(joinPath(path, "run.yaml")) }
    guard !isRun(path), FileStatus.isDirectory(path) else { return [path] }
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    let found = names.map { joinPath(path, $0) }.filter(isRun)
    return found.isEmpty ? [path] : found
  }

  /// What is compared of them, those of one folder ordered by their settings; what cannot be shown is told.
  func compared() throws -> ComparisonPage {
    let runs = try paths.map { try RunRecord.told(directory: $0) }
    return ComparisonPage(only == nil ? runs : runs.sorted { $0.comesBefore($1) })
  }
}

extension RunRecord {
  /// The same as `read`; what should be shown and cannot be is told.
  static func told(
    directory: String, inspected: Evaluator.Choice? = nil, data folder: String? = nil
  ) throws -> RunRecord {
    let run = try read(directory: directory, inspected: inspected, data: folder)
    for words in run.unshown { complain("\(directory): not shown: \(words)") }
    return run
  }
}
