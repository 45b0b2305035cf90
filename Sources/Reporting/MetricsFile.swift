import FileFormats
import Foundation

/// A `metrics.jsonl` that is missing or damaged.
public struct MetricsFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, the line where there is one, and what is wrong.
  public let description: String
  /// 66 for a file that is missing or cannot be read, 65 for a damaged one.
  public let exitCode: Int32

  init(description: String, exitCode: Int32) {
    self.description = description
    self.exitCode = exitCode
  }

  init(_ error: FileError) {
    let isAbsent = error.kind == .missing && !FileStatus.exists(error.path)
    let problem = isAbsent ? "there is no such file; has the run begun?" : error.reason
    self.init(description: "\(error.path): \(problem)", exitCode: error.kind == .badData ? 65 : 66)
  }
}

/// The epochs of a run, read from its `metrics.jsonl`: one JSON object a line.
public struct MetricsFile: Equatable, Sendable {
  /// In the order of the file.
  public let epochs: [EpochMetrics]

  /// Reads the file at `path`; a torn last line, which a killed run leaves, is passed over.
  ///
  /// Throws `MetricsFileError` naming the file, and the line that is damaged; a file of more than 64 MiB is refused.
  public static func read(path: String) throws(MetricsFileError) -> MetricsFile {
    let bytes: [UInt8]
    do {
      bytes = try DurableFile.read(path)
    } catch {
      throw MetricsFileError(error)
    }
    return try parse(bytes, file: path)
  }

  /// Reads the bytes of a file; `file` names it in messages.
  ///
  /// Throws `MetricsFileError` naming the line that is damaged.
  public static func parse(_ bytes: [UInt8], file: String) throws(MetricsFileError) -> MetricsFile {
    var epochs: [EpochMetrics] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      do throws(Damage) {
        if let epoch = try epoch(line) { epochs.append(epoch) }
      } catch {
        // What follows the last line's end was still being written.
        if index == lines.count - 1 { break }
        let problem = "\(file):\(index + 1): \(error.problem); the file was damaged after it was written"
        throw MetricsFileError(description: problem, exitCode: 65)
      }
    }
    return MetricsFile(epochs: epochs)
  }

  private struct Damage: Error {
    let problem: String
  }

  /// The epoch of a line; nil for a line of another event.
  private static func epoch(_ line: ArraySlice<UInt8>) throws(Damage) -> EpochMetrics? {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let object = try? decoder.decode(Line.self, from: Data(line)) else {
      throw Damage(problem: "this line is not a JSON object of metrics")
    }
    guard object.event == "epoch" else { return nil }
    guard let epoch = object.epoch, let step = object.step else {
      throw Damage(problem: "this epoch's line lacks 'epoch' or 'step'")
    }
    return EpochMetrics(
      epoch: epoch, step: step, trainingError: object.trainingError,
      validationError: object.validationError, testError: object.testError, cost: object.cost,
      energy: object.energy, examplesPerSecond: object.examplesPerSecond, seconds: object.seconds,
      freeIterations: object.freeIterations, nudgedIterations: object.nudgedIterations,
      freeResidual: object.freeResidual, nudgedResidual: object.nudgedResidual,
      atLower: numbers(object.atLower), atUpper: numbers(object.atUpper),
      weightChange: numbers(object.weightChange), rates: numbers(object.rates),
      violations: object.violations, rejected: object.rejected, ranks: object.ranks)
  }

  /// JSON has no NaN: what was not finite was written as `null`.
  private static func numbers(_ values: [Double?]?) -> [Double]? { values?.map { $0 ?? .nan } }

  /// A line as it is written, its names in snake case.
  private struct Line: Decodable {
    let event: String?
    let epoch: Int?
    let step: Int?
    let trainingError: Double?
    let validationError: Double?
    let testError: Double?
    let cost: Double?
    let energy: Double?
    let examplesPerSecond: Double?
    let seconds: Double?
    let freeIterations: Double?
    let nudgedIterations: Double?
    let freeResidual: Double?
    let nudgedResidual: Double?
    let atLower: [Double?]?
    let atUpper: [Double?]?
    let weightChange: [Double?]?
    let rates: [Double?]?
    let violations: Double?
    let rejected: Int?
    let ranks: Int?
  }
}
