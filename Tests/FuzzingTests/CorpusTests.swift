import Foundation
import Testing

/// Gives every input that fuzzing kept to the ordinary build of its parser.
@Suite struct CorpusTests {
  static let parsers = [
    "run", "set", "idx", "cifar", "npy", "csv", "picture", "gzip", "safetensors", "manifest", "index",
    "state", "pointer", "metrics", "machine", "grid",
  ]

  @Test("Every hostile input ends in a value or in its parser's own error", arguments: parsers)
  func replay(parser: String) throws {
    let folder = try Replay.corpus(parser)
    let count = try FileManager.default.contentsOfDirectory(atPath: folder).count
    let replay = try Replay(parser, folder)
    #expect(replay.status == 0, "\(replay.errors)\nlast input: \(replay.lines.last ?? "none")")
    #expect(replay.lines.count == count)
    // The program itself checks that a good checkpoint is taken: a file of another version would not be.
    if !["manifest", "state"].contains(parser) {
      #expect(replay.lines.contains { $0.contains(": a value [") }, "something is taken")
    }
    #expect(replay.lines.contains { !$0.contains(": a value [") }, "something is refused")
    #expect(replay.slowest < 2000, "milliseconds of the slowest input")
  }

  @Test("Every folder of the corpus has a parser, and the corpus is small")
  func corpus() throws {
    let root = try Replay.corpus("")
    #expect(try Set(FileManager.default.contentsOfDirectory(atPath: root)) == Set(Self.parsers))
    var bytes = 0
    for parser in Self.parsers {
      let folder = try Replay.corpus(parser)
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
        let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)
        bytes += attributes[.size] as? Int ?? 0
      }
    }
    #expect(bytes < 1 << 20)
  }

  @Test("An input that is no file of the parser is refused in one sentence")
  func sentence() throws {
    let replay = try Replay("safetensors", try Replay.corpus("safetensors") + "/huge")
    let line = try #require(replay.lines.first)
    #expect(line.contains("65: ") && line.contains("has an impossible shape [2147483648, 2147483648]"))
  }
}
