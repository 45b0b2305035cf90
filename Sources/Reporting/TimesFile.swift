import FileFormats
import Foundation

/// Where the time of a run's ranks went since it was begun or last taken up again: `times.json`.
///
/// Times are not results: no two runs have the same, and a grid has its own.
public struct TimesFile: Codable, Equatable, Sendable {
  /// One rank's seconds.
  public struct Rank: Codable, Equatable, Sendable {
    /// As MPI names it.
    public var host: String
    /// In the order of `parts`.
    public var seconds: [Double]

    public init(host: String, seconds: [Double]) { (self.host, self.seconds) = (host, seconds) }

    var total: Double { seconds.reduce(0, +) }
  }

  /// Replicas x stages x slices.
  public var grid: String
  /// The first and the last of the epochs in which the time passed.
  public var epochs: ClosedRange<Int>
  /// The names of the parts: those of `bench`, and evaluation.
  public var parts: [String]
  /// In their order.
  public var ranks: [Rank]

  public init(grid: String, epochs: ClosedRange<Int>, parts: [String], ranks: [Rank]) {
    (self.grid, self.epochs, self.parts, self.ranks) = (grid, epochs, parts, ranks)
  }

  /// The file's text, times to a microsecond.
  public var json: String {
    JSONText.object([
      ("grid", .string(grid)),
      ("epochs", .array([.integer(epochs.lowerBound), .integer(epochs.upperBound)])),
      ("parts", .array(parts.map(JSONText.string))),
      (
        "ranks",
        .array(
          ranks.map { rank in
            let seconds = rank.seconds.map { JSONText.number(($0 * 1e6).rounded() / 1e6) }
            return .object([("host", .string(rank.host)), ("seconds", .array(seconds))])
          })
      ),
    ]).text + "\n"
  }

  /// Reads the file at `path`.
  ///
  /// Throws `FileError` where there is none, or it is not what a run writes.
  public static func read(path: String) throws(FileError) -> TimesFile {
    let bytes = try DurableFile.read(path)
    guard let file = try? JSONDecoder().decode(TimesFile.self, from: Data(bytes)), !file.ranks.isEmpty,
      file.ranks.allSatisfy({ $0.seconds.count == file.parts.count && $0.seconds.allSatisfy { $0 >= 0 } })
    else { throw FileError(.badData, path: path, "these are no times of a run") }
    return file
  }
}
