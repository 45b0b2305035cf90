import FileFormats
import Foundation
import Reporting
import Testing

@Suite struct TensorBoardEventsTests {
  static let epoch = EpochMetrics(
    epoch: 2, step: 300, training: ["error": 1.5], test: ["error": 7.25], cost: 0.125,
    examplesPerSecond: 1000,
    atLower: [0.5, 0.25], rates: [0.1, 0.05])

  static var file: [UInt8] {
    TensorBoardEvents.opening(time: 1.5e9) + TensorBoardEvents.epoch(epoch, time: 1.5e9 + 1)
  }

  /// The messages of a file whose lengths and checksums are right.
  private func records(_ file: [UInt8]) throws -> [[UInt8]] {
    func masked(_ bytes: ArraySlice<UInt8>) -> UInt32 {
      let sum = CRC32C.checksum(of: bytes)
      return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    }
    func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    var rest = file[...]
    var found: [[UInt8]] = []
    while !rest.isEmpty {
      let length = rest.prefix(8)
      let count = Int(number(length))
      try #require(rest.count >= 16 + count && UInt32(number(rest.dropFirst(8).prefix(4))) == masked(length))
      let message = rest.dropFirst(12).prefix(count)
      #expect(UInt32(number(rest.dropFirst(12 + count).prefix(4))) == masked(message))
      found.append(Array(message))
      rest = rest.dropFirst(16 + count)
    }
    return found
  }

  @Test("A record an epoch, after one that names the form; lengths and checksums are right")
  func framing() throws {
    let records = try records(Self.file)
    try #require(records.count == 2)
    #expect(String(decoding: records[0], as: UTF8.self).contains("brain.Event:2"))
    let text = String(decoding: records[1], as: UTF8.self)
    for name in ["error/training", "error/test", "layer 2/at lower bound", "layer 1/rate", "cost"] {
      #expect(text.contains(name), "\(name)")
    }
    #expect(!text.contains("error/validation") && !text.contains("violations"))
  }

  @Test("Steps within an epoch are read apart from epochs, and have names of their own")
  func steps() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/eqprop-steps-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let lines = [
      #"{"event":"steps","epoch":1,"step":3,"training_error":40.5,"cost":0.5,"weight_norm":[2.5,1.0],"gradient_norm":[0.25,null]}"#,
      #"{"event":"epoch","epoch":1,"step":5,"training_error":30.0}"#,
    ]
    try (lines.joined(separator: "\n") + "\n").write(
      toFile: folder + "/metrics.jsonl", atomically: true, encoding: .utf8)
    var tail = MetricsTail(path: folder + "/metrics.jsonl")
    #expect(try tail.next().map(\.step) == [5])
    let steps = try #require(tail.steps.first)
    #expect(tail.steps.count == 1 && tail.unreadable.isEmpty)
    #expect(steps.step == 3 && steps.training == ["error": 40.5] && steps.cost == 0.5)
    #expect(steps.weightNorms == [2.5, 1] && steps.gradientNorms[0] == 0.25 && steps.gradientNorms[1].isNaN)
    #expect(try tail.next().isEmpty && tail.steps.isEmpty)
    let text = String(
      decoding: try #require(try records(TensorBoardEvents.steps(steps, time: 1)).first), as: UTF8.self)
    for name in ["error/steps", "cost/steps", "layer 1/weight norm", "layer 2/gradient norm"] {
      #expect(text.contains(name), "\(name)")
    }
  }

  /// A Python that has TensorBoard's reader.
  static let python = ProcessInfo.processInfo.environment["EQPROP_TENSORBOARD_PYTHON"] ?? "python3"

  private static func run(_ script: String, _ arguments: [String]) throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, "-c", script] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }

  static let hasTensorBoard = (try? run("import tensorboard", []).code) == 0

  @Test(
    "TensorBoard's own reader finds the scalars", .enabled(if: hasTensorBoard, "needs Python's tensorboard"))
  func tensorBoard() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/eqprop-events-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try DurableFile.write(Self.file, to: folder + "/events.out.tfevents.1500000000.eqprop")
    let script = """
      import sys
      from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
      events = EventAccumulator(sys.argv[1])
      events.Reload()
      for tag in sorted(events.Tags()['scalars']):
          for event in events.Scalars(tag): print(tag, event.step, event.value, event.wall_time)
      """
    let (code, output) = try Self.run(script, [folder])
    try #require(code == 0)
    let lines = output.split(separator: "\n")
    #expect(lines.count == 8, "\(output)")
    #expect(lines.contains("error/test 300 7.25 1500000001.0"), "\(output)")
    #expect(lines.contains("layer 2/at lower bound 300 0.25 1500000001.0"), "\(output)")
  }
}
