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
  /// What is wrong with each line that cannot be read, and where it stands.
  public var unreadable: [String] = []

  /// Reads the file at `path`, of any length; a torn last line, which a killed run leaves, is passed over, and what is
  /// wrong with any other that cannot be read is told.
  ///
  /// Throws `MetricsFileError` naming the file.
  public static func read(path: String) throws(MetricsFileError) -> MetricsFile {
    var tail = MetricsTail(path: path)
    let epochs = try tail.next()
    return MetricsFile(epochs: epochs, unreadable: tail.unreadable)
  }

  /// Reads the bytes of a file; `file` names it in messages.
  ///
  /// Throws `MetricsFileError` naming the line that is damaged.
  public static func parse(_ bytes: [UInt8], file: String) throws(MetricsFileError) -> MetricsFile {
    var epochs: [EpochMetrics] = []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      // What follows the last line's end was still being written.
      let isEnded = index < lines.count - 1
      let plain = Array(line.plainLine(isFirst: index == 0))
      if let epoch = try epoch(plain, isEnded, at: "\(file):\(index + 1)") { epochs.append(epoch) }
    }
    return MetricsFile(epochs: epochs)
  }

  /// The epoch of a line; nil of an empty one, one of another event, and one that is damaged for want of its end.
  fileprivate static func epoch(
    _ bytes: [UInt8], _ isEnded: Bool, at line: String
  ) throws(MetricsFileError) -> EpochMetrics? {
    guard !bytes.isEmpty else { return nil }
    do throws(MetricsLineDamage) {
      return try EpochMetrics(line: bytes)
    } catch {
      guard isEnded else { return nil }
      throw MetricsFileError(
        description: "\(line): \(error.problem); the file was damaged after it was written", exitCode: 65)
    }
  }
}

/// The lines of a `metrics.jsonl` that a run still writes, each read once.
public struct MetricsTail: Sendable {
  private let path: String
  /// Bytes and lines that have been read.
  private var offset = 0
  private var lines = 0
  /// What is wrong with each line that could not be read, and where it stands.
  public private(set) var unreadable: [String] = []
  /// What stood between the epochs that the last call has read.
  public private(set) var steps: [StepMetrics] = []

  /// Begins with the file's first line; the file need not be there yet.
  public init(path: String) { self.path = path }

  /// The epochs whose lines have been written since the last call; a line that has no end yet is left for the next one
  /// unless it is whole.
  ///
  /// Throws `MetricsFileError` naming the file.
  public mutating func next() throws(MetricsFileError) -> [EpochMetrics] {
    var epochs: [EpochMetrics] = []
    steps = []
    var reader = try fileErrors { () throws(FileError) in try LineReader(path: path, from: offset) }
    while let line = try fileErrors({ () throws(FileError) in try reader.next() }) {
      var epoch: EpochMetrics?
      do throws(MetricsFileError) {
        epoch = try MetricsFile.epoch(line, reader.isEnded, at: "\(path):\(lines + 1)")
      } catch {
        unreadable.append(error.description)
      }
      guard reader.isEnded || epoch != nil else { break }
      if let epoch { epochs.append(epoch) } else if let step = StepMetrics(line: line) { steps.append(step) }
      (offset, lines) = (reader.offset, lines + 1)
    }
    return epochs
  }
}

private func fileErrors<Result: ~Copyable>(
  _ body: () throws(FileError) -> Result
) throws(MetricsFileError) -> Result {
  do {
    return try body()
  } catch {
    throw MetricsFileError(error)
  }
}
