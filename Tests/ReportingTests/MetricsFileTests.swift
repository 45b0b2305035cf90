import Foundation
import Reporting
import Testing

@Suite("Metrics file")
struct MetricsFileTests {
  static let first = """
    {"event":"start","grid":"2x1x1"}
    {"event":"epoch","epoch":1,"step":20,"training_error":7.5,"validation_error":null,"cost":0.1,"energy":-3.25,\
    "examples_per_second":1e3,"seconds":2}

    """
  static let second = #"{"event":"epoch","epoch":2,"step":40,"test_error":5,"new_key":[1]}"#
  static let epochs = [
    EpochMetrics(
      epoch: 1, step: 20, trainingError: 7.5, cost: 0.1, energy: -3.25, examplesPerSecond: 1000, seconds: 2),
    EpochMetrics(epoch: 2, step: 40, testError: 5),
  ]

  func epochs(_ text: String) throws -> [EpochMetrics] {
    try MetricsFile.parse(Array(text.utf8), file: "m.jsonl").epochs
  }

  func refusal(_ text: String) -> MetricsFileError? {
    do {
      _ = try MetricsFile.parse(Array(text.utf8), file: "m.jsonl")
      return nil
    } catch {
      return error
    }
  }

  @Test("epochs are read, other events passed over")
  func read() throws {
    #expect(try epochs("").isEmpty)
    #expect(try epochs(Self.first) == [Self.epochs[0]])
    #expect(try epochs(Self.first + Self.second + "\n") == Self.epochs)
    #expect(try epochs(Self.first + "\n" + Self.second) == Self.epochs)
  }

  @Test("a last line torn anywhere is passed over")
  func torn() throws {
    let line = Array(Self.second.utf8)
    for length in 0..<line.count {
      let bytes = Array(Self.first.utf8) + line.prefix(length)
      #expect(try MetricsFile.parse(bytes, file: "m.jsonl").epochs == [Self.epochs[0]])
    }
    let cutCharacter = Array(Self.first.utf8) + Array(#"{"event":""#.utf8) + [0xC3]
    #expect(try MetricsFile.parse(cutCharacter, file: "m.jsonl").epochs == [Self.epochs[0]])
  }

  @Test(
    "a damaged line is named",
    arguments: [
      ("{\"event\":\"ep", "this line is not a JSON object of metrics"),
      ("7", "this line is not a JSON object of metrics"),
      ("{\"event\":\"epoch\",\"epoch\":\"1\",\"step\":2}", "this line is not a JSON object of metrics"),
      ("{\"event\":\"epoch\",\"epoch\":1}", "this epoch's line lacks 'epoch' or 'step'"),
      ("\u{0}", "this line is not a JSON object of metrics"),
    ])
  func damaged(line: String, problem: String) {
    let error = refusal(Self.first + line + "\n" + Self.second + "\n")
    #expect(error?.description == "m.jsonl:3: \(problem); the file was damaged after it was written")
    #expect(error?.exitCode == 65)
    #expect(refusal(Self.first + line + "\n") == error)
  }

  @Test("a file on disk, and one that is not there")
  func files() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    do {
      _ = try MetricsFile.read(path: file.path)
      Issue.record("a missing file was read")
    } catch {
      #expect(error.description == "\(file.path): there is no such file; has the run begun?")
      #expect(error.exitCode == 66)
    }
    try Data((Self.first + Self.second).utf8).write(to: file)
    #expect(try MetricsFile.read(path: file.path).epochs == Self.epochs)
    #expect(try ErrorTable(MetricsFile.read(path: file.path).epochs).best?.epoch == 1)
  }
}
