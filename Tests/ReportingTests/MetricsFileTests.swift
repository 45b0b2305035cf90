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
      epoch: 1, step: 20, training: ["error": 7.5], cost: 0.1, energy: -3.25, examplesPerSecond: 1000,
      seconds: 2),
    EpochMetrics(epoch: 2, step: 40, test: ["error": 5]),
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

  /// Every field of an epoch's line, in the order of the error table's JSON.
  static let full = """
    {"event":"epoch","epoch":3,"step":60,"training_error":1.5,"validation_error":2.5,"test_error":3.5,\
    "cost":0.25,"energy":-1.5,"examples_per_second":10.5,"seconds":2.25,"free_iterations":14.5,\
    "nudged_iterations":4.25,"free_residual":0.001,"nudged_residual":0.002,"at_lower":[0.25,0.0],\
    "at_upper":[0.125,1.0],"weight_change":[0.01,null],"rates":[0.2,0.1],"violations":1.25,"rejected":7,\
    "acceptance":56.5}
    """

  @Test("phases and layers: every field is read and written under its own name")
  func dynamics() throws {
    let epoch = try #require(try epochs(Self.full).first)
    #expect(epoch.freeIterations == 14.5 && epoch.nudgedIterations == 4.25)
    #expect(epoch.freeResidual == 0.001 && epoch.nudgedResidual == 0.002)
    #expect(epoch.atLower == [0.25, 0] && epoch.atUpper == [0.125, 1] && epoch.rates == [0.2, 0.1])
    #expect(epoch.weightChange?.first == 0.01 && epoch.weightChange?.last?.isNaN == true)
    #expect(epoch.violations == 1.25 && epoch.rejected == 7 && epoch.acceptance == 56.5)
    let written = Self.full.replacingOccurrences(of: #""event":"epoch","#, with: "")
    #expect(ErrorTable([epoch]).json == #"{"best_epoch":3,"epochs":["# + written + "]}")
    #expect(try epochs(Self.second)[0].rates == nil)
    #expect(
      refusal(#"{"event":"epoch","epoch":1,"step":2,"rates":0.1}"# + "\n")?.description
        == "m.jsonl:1: this line is not a JSON object of metrics; the file was damaged after it was written")
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

  @Test("lines that a run adds are read once each, when they are whole")
  func tail() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    func write(_ text: String) throws { try Data(text.utf8).write(to: file) }
    var tail = MetricsTail(path: file.path)
    #expect(throws: MetricsFileError.self) { _ = try tail.next() }
    try write(Self.first)
    #expect(try tail.next() == [Self.epochs[0]])
    #expect(try tail.next() == [])
    try write(Self.first + Self.second.prefix(20))
    #expect(try tail.next() == [])
    try write(Self.first + Self.second)
    #expect(try tail.next() == [Self.epochs[1]])
    try write(Self.first + Self.second + "\n" + Self.second + "\n7\n")
    #expect(try tail.next() == [Self.epochs[1]])
    let whole = try MetricsFile.read(path: file.path).unreadable
    for unreadable in [tail.unreadable, whole] {
      #expect(unreadable.count == 1 && unreadable[0].contains("is not a JSON object"), "\(unreadable)")
    }
    // What went through Windows or an editor is the same.
    let windows = Self.first.replacing("\n", with: "\r\n") + Self.second.replacing("\n", with: "\r\n")
    try Data([0xEF, 0xBB, 0xBF] + Array(windows.utf8)).write(to: file)
    let plain = try MetricsFile.read(path: file.path)
    #expect(plain.epochs == Self.epochs && plain.unreadable.isEmpty)
  }

  @Test("more than 64 MiB are read, and what a run adds then in next to no time")
  func large() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    let note = String(repeating: "x", count: 24_000)
    let line = { (epoch: Int) in
      #"{"event":"epoch","epoch":\#(epoch),"step":\#(epoch),"note":""# + note + "\"}\n"
    }
    try Data((1...2900).map(line).joined().utf8).write(to: file)
    let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
    #expect(size > 64 << 20)
    var tail = MetricsTail(path: file.path)
    let began = Date()
    #expect(try tail.next().map(\.epoch) == Array(1...2900))
    let whole = Date().timeIntervalSince(began)
    let handle = try FileHandle(forWritingTo: file)
    try handle.seekToEnd()
    var fastest = Double.infinity
    for epoch in 2901...2910 {
      try handle.write(contentsOf: Data(line(epoch).utf8))
      let began = Date()
      #expect(try tail.next().map(\.epoch) == [epoch])
      fastest = min(fastest, Date().timeIntervalSince(began))
    }
    #expect(fastest < whole / 50, "\(fastest) s, all of it \(whole) s")
    #expect(try MetricsFile.read(path: file.path).epochs.count == 2910)
  }

  @Test("what is no file of lines is refused before it is read")
  func noFile() throws {
    let folder = FileManager.default.temporaryDirectory
    #expect(throws: MetricsFileError.self) { _ = try MetricsFile.read(path: folder.path) }
    // Reading this one would never end.
    let error = try #require(throws: MetricsFileError.self) { _ = try MetricsFile.read(path: "/dev/zero") }
    #expect(error.description == "/dev/zero: is not a regular file" && error.exitCode == 66)
    let large = folder.appendingPathComponent("\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: large) }
    try Data().write(to: large)
    // A file that is a hole takes no room on the disk.
    #expect(truncate(large.path, 1 << 40) == 0)
    let refused = try #require(throws: MetricsFileError.self) { _ = try MetricsFile.read(path: large.path) }
    #expect(refused.exitCode == 65 && refused.description.contains("has a line of more than 16777216 bytes"))
  }
}
