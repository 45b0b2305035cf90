import FileFormats
import Foundation
import Testing

/// One line of `Tests/Frozen/bits.txt`: a run of one rank, and what it leaves.
private struct FrozenRun: Sendable {
  /// SHA-256 of the newest checkpoint's tensors.
  var weights: String
  /// SHA-256 of the metrics without times.
  var metrics: String
  let name: String
  /// A path in the repository, or `grid:` and the name in a training method's run file.
  let file: String
  let options: [String]
  /// The name, the run file and the options as written.
  private let tail: Substring

  /// Fields are separated by spaces, options stand in `'…'` where they hold some.
  init?(_ line: Substring) {
    let fields = line.split(separator: " ", maxSplits: 2)
    guard fields.count == 3, !line.hasPrefix("#") else { return nil }
    (weights, metrics, tail) = (String(fields[0]), String(fields[1]), fields[2])
    let parts = tail.split(separator: "'", omittingEmptySubsequences: false).enumerated()
    let words = parts.flatMap { $0.isMultiple(of: 2) ? $1.split(separator: " ") : [$1] }.map(String.init)
    guard words.count >= 2 else { return nil }
    (name, file, options) = (words[0], words[1], Array(words[2...]))
  }

  var line: String { "\(weights) \(metrics) \(tail)" }
  var isLong: Bool { name.hasSuffix("+long") }

  func runFile() throws -> String {
    guard file.hasPrefix("grid:") else {
      return try String(contentsOfFile: FrozenBits.root + "/" + file, encoding: .utf8)
    }
    let first = "name: \(file.dropFirst(5))\n"
    guard let method = TrainingMethod.all.first(where: { $0.runFile.hasPrefix(first) }) else {
      throw HarnessError("no training method's run file begins with \(first)")
    }
    return method.runFile
  }
}

/// The list, and the published data that its recipes train on.
private enum FrozenBits {
  static let root = VerifiedDocument.root
  static let path = root + "/Tests/Frozen/bits.txt"
  static let writes = ProcessInfo.processInfo.environment["EQPROP_WRITE_GENERATED"] == "1"
  static let isLong = ProcessInfo.processInfo.environment["EQPROP_LONG_TESTS"] == "1"

  static let lines = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(
    separator: "\n", omittingEmptySubsequences: false)

  /// EQPROP_SHARED, or `../shared` beside the package, then `data`.
  private static let data: String = {
    let shared = ProcessInfo.processInfo.environment["EQPROP_SHARED"]
    return (shared ?? URL(fileURLWithPath: root).deletingLastPathComponent().path + "/shared") + "/data"
  }()

  /// The first 40 records of each of CIFAR-10's files; nil where they, or `xz`, are not there.
  private static let pictures: TrainingFolder? = {
    let packed = (1...5).map { ("data_batch_\($0)", "data_batch_\($0)") }
    guard let folder = try? TrainingFolder("").removedAtExit() else { return nil }
    for (name, from) in packed + [("test_batch", "test_batch_first1000")] {
      let (xz, pipe) = (Process(), Pipe())
      xz.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      xz.arguments = ["xz", "-dc", data + "/cifar10/\(from).bin.xz"]
      (xz.standardOutput, xz.standardError) = (pipe, FileHandle.nullDevice)
      guard (try? xz.run()) != nil else { return nil }
      let records = try? pipe.fileHandleForReading.read(upToCount: 40 * 3073)
      // It ends at the pipe that nobody reads.
      try? pipe.fileHandleForReading.close()
      xz.waitUntilExit()
      guard let records, records.count == 40 * 3073 else { return nil }
      guard (try? folder.write("\(name).bin", Array(records))) != nil else { return nil }
    }
    return folder
  }()

  /// What puts a run file's `data/…` where it is on this machine; nil where it is not there.
  static func dataOptions(_ runFile: String) -> [String]? {
    guard let range = runFile.range(of: "path: data/[a-z0-9-]+", options: .regularExpression) else {
      return []
    }
    let set = runFile[range].dropFirst("path: data/".count)
    let folder = set == "cifar10" ? pictures?.path : "\(data)/\(set)"
    guard let folder, FileManager.default.fileExists(atPath: folder) else { return nil }
    return ["--set", "data.path=\(folder)"]
  }
}

extension RealRanks {
  /// No change of the code moves a bit unseen: what every kind of run left once, it leaves today.
  @Suite struct FrozenBitsTests {
    @Test("Checkpoints and metrics are the recorded ones, to the bit")
    func recorded() throws {
      var now = FrozenBits.lines.map(String.init)
      var trainings: [Training<(place: Int, run: FrozenRun)>] = []
      var skipped: [String] = []
      for (place, line) in FrozenBits.lines.enumerated() {
        guard let run = FrozenRun(line) else { continue }
        let runFile = try run.runFile()
        guard let data = FrozenBits.dataOptions(runFile), FrozenBits.isLong || !run.isLong else {
          skipped.append(run.name)
          continue
        }
        trainings.append(Training(of: (place, run), runFile, data + run.options))
      }
      if !skipped.isEmpty { print("not compared: \(skipped.joined(separator: ", "))") }
      #expect(trainings.count > 100)
      try trainTwoAtATime(trainings) { recorded, folder, outcome in
        guard outcome.status == 0 else {
          Issue.record("\(recorded.run.name): \(outcome.story)")
          return
        }
        var found = recorded.run
        (found.weights, found.metrics) = try (folder.weightsDigest(), folder.metricsDigest())
        if FrozenBits.writes {
          now[recorded.place] = found.line
          return
        }
        #expect(found.weights == recorded.run.weights, "\(found.name): other weights")
        #expect(found.metrics == recorded.run.metrics, "\(found.name): other metrics")
      }
      guard FrozenBits.writes else { return }
      try Data(now.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: FrozenBits.path))
    }
  }
}

/// A training on one rank, and what it is of.
struct Training<Subject> {
  let subject: Subject
  let runFile: String
  let options: [String]

  init(of subject: Subject, _ runFile: String, _ options: [String]) {
    (self.subject, self.runFile, self.options) = (subject, runFile, options)
  }
}

/// Trains one after the other, two at the same time: one rank is one core's work.
func trainTwoAtATime<Subject>(
  _ trainings: [Training<Subject>], ended: (Subject, TrainingFolder, Outcome) throws -> Void
) throws {
  var before: (subject: Subject, folder: TrainingFolder, job: Job)?
  for training in trainings {
    let folder = try TrainingFolder(training.runFile)
    let job = try folder.training("1x1x1", training.options).start()
    if let before { try ended(before.subject, before.folder, before.job.wait()) }
    before = (training.subject, folder, job)
  }
  if let before { try ended(before.subject, before.folder, before.job.wait()) }
}

extension TrainingFolder {
  /// SHA-256 of the newest checkpoint's tensors, file after file by name.
  fileprivate func weightsDigest() throws -> String {
    let newest = "run/checkpoints/" + text("run/checkpoints/LATEST").trimmingCharacters(in: .newlines)
    let files = names(newest).filter { $0.hasSuffix(".safetensors") }
    return try SHA256.digest(of: files.flatMap { try bytes("\(newest)/\($0)") })
  }

  /// SHA-256 of the metrics' lines without their times.
  fileprivate func metricsDigest() throws -> String {
    SHA256.digest(of: Array(try remains().metrics.map { $0 + "\n" }.joined().utf8))
  }
}
