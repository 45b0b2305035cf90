import Foundation
import Testing

extension RealRanks {
  /// What befalls a run's folder while the run is under way.
  @Suite struct TrainingStorage {
    /// Starts training, changes its folder in the midst, and returns how it ended; then `mend` undoes the change and
    /// the run goes on, on another grid, to the bits of an undisturbed one.
    private func disturbed(
      by change: (TrainingFolder) throws -> Void, mendedBy mend: (TrainingFolder) throws -> Void
    ) throws -> Outcome {
      let folder = try TrainingFolder(TrainingKilled.runFile)
      try #require(try folder.train("1x1x1", to: "undisturbed").status == 0)
      let training = folder.training("2x1x1")
      let job = try training.start()
      try job.waitFor("epoch 2/8")
      let ranks = try Ranks.await(training.ranks, of: job)
      for rank in ranks { kill(rank.process, SIGSTOP) }
      try change(folder)
      for rank in ranks { kill(rank.process, SIGCONT) }
      let outcome = try job.wait()
      #expect(outcome.status == 74, "\(outcome.story)")
      #expect(outcome.said.count == 3, "one sentence after the run's name and its inputs: \(outcome.story)")
      #expect(Ranks.left(marked: folder.path) == [])
      try mend(folder)
      let again = try folder.train("1x2x1")
      #expect(again.status == 0 && again.errors.contains("going on from step-"), "\(again.story)")
      #expect(try folder.remains() == folder.remains("undisturbed"))
      return outcome
    }

    @Test("A directory that goes under way ends the run with its name, code 74; put back, the run goes on")
    func moved() throws {
      let outcome = try disturbed {
        try FileManager.default.moveItem(atPath: $0.path + "/run", toPath: $0.path + "/elsewhere")
      } mendedBy: {
        try #require(!FileManager.default.fileExists(atPath: $0.path + "/run/run.yaml"))
        if FileManager.default.fileExists(atPath: $0.path + "/run") { try $0.remove("run") }
        try FileManager.default.moveItem(atPath: $0.path + "/elsewhere", toPath: $0.path + "/run")
      }
      #expect(outcome.said.last?.contains("/run/checkpoints") == true, "\(outcome.story)")
    }

    @Test("A rename that fails ends the run with the name, code 74, and the newest checkpoint is whole")
    func renameThatFails() throws {
      let outcome = try disturbed {
        try $0.remove("run/checkpoints/LATEST")
        try $0.write("run/checkpoints/LATEST/in-the-way", "")
      } mendedBy: {
        try $0.remove("run/checkpoints/LATEST")
      }
      #expect(
        outcome.said.last?.hasSuffix("/run/checkpoints/LATEST: cannot be written: Is a directory") == true,
        "\(outcome.story)")
    }

    @Test(
      "A checkpoint's file that cannot be read now ends every command with 74, and nothing is renamed or rewound",
      .enabled(if: FileLease.isPossible, "needs a file system with leases"),
      arguments: ["MANIFEST.json", "layer-1.safetensors"])
    func passingError(name: String) throws {
      let folder = try TrainingFolder(TrainingMethod.persistent.runFile)
      try #require(try folder.train("1x1x1", to: "undisturbed").status == 0)
      try #require(try folder.train("2x1x1", ["--limit-steps", "13"]).status == 0)
      let run = folder.path + "/run"
      let newest = "run/checkpoints/" + (try #require(folder.checkpoints().last))
      let (names, metrics) = (folder.names("run/checkpoints"), folder.text("run/metrics.jsonl"))
      do {
        let lease = try #require(FileLease(folder.path + "/\(newest)/\(name)"))
        let commands = [
          folder.training("1x1x2"), folder.command("evaluate", "2x1x1", [run]),
          folder.command("report", "1x1x1", [run]), folder.command("export", "1x1x1", [run]),
          folder.command("sample", "1x1x1", [run]),
          folder.command("verify", "2x1x1", [folder.path + "/run.yaml", "--weights", run]),
        ]
        for command in commands {
          let outcome = try command.run()
          #expect(outcome.status == 74, "\(command.arguments[0]): \(outcome.story)")
          let told = outcome.said.filter {
            $0.hasPrefix("\(folder.path)/\(newest)/\(name): cannot be read: ")
          }
          #expect(told.count == 1, "\(command.arguments[0]): \(outcome.story)")
        }
        #expect(folder.names("run/checkpoints") == names)
        #expect(folder.text("run/metrics.jsonl") == metrics)
        withExtendedLifetime(lease) {}
      }
      let again = try folder.train("1x2x1")
      #expect(
        again.status == 0 && again.said.contains { $0.hasPrefix("going on from step-000000013") },
        "\(again.story)")
      #expect(try folder.remains() == folder.remains("undisturbed"))
    }

    /// A file that rank 0 writes, by its unfinished name, when it may be there, and what is told before it waits.
    struct SlowFile: Sendable, CustomTestStringConvertible {
      let name: String
      var exists = Moment.beforeTheRun
      var options: [String] = []
      var told: String?
      enum Moment { case beforeTheRun, underWay }
      var testDescription: String { name }
    }

    @Test(
      "A disk on which rank 0 waits longer than the limit while the others wait for it is no stall",
      .enabled(if: FileLease.isPossible, "needs a file system with leases"),
      arguments: [
        SlowFile(name: ".tmp-run.yaml"),
        SlowFile(name: "checkpoints/.tmp-LATEST", exists: .underWay),
        SlowFile(name: ".tmp-times.json"),
        // Pages before the last one are written beside training.
        SlowFile(
          name: ".tmp-report.html", options: ["--set", "report.html=true"], told: "epoch 40/40"
        ),
      ])
    func slowDisk(file: SlowFile) throws {
      let folder = try TrainingFolder(TrainingKilled.runFile)
      try FileManager.default.createDirectory(
        atPath: folder.path + "/run/checkpoints", withIntermediateDirectories: true)
      let path = folder.path + "/run/" + file.name
      func hold() throws -> FileLease {
        // Whoever has it open at the moment keeps it from being held.
        for _ in 0..<200 {
          if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
          }
          if let lease = FileLease(path) { return lease }
          usleep(5000)
        }
        throw HarnessError("\(path) is always open")
      }
      var lease = file.exists == .beforeTheRun ? try hold() : nil
      let options = ["--stall-limit", "1", "--set", "training.epochs=40"] + file.options
      let job = try folder.training("2x1x1", options).start()
      if file.exists == .underWay {
        try job.waitFor("epoch 1/40")
        lease = try hold()
      }
      try #require(lease?.isWaitedFor(withinSeconds: 20) == true)
      if let told = file.told { try job.waitFor(told) }
      usleep(2_500_000)
      lease = nil
      let outcome = try job.wait()
      #expect(outcome.status == 0 && outcome.seconds > 2.5, "\(outcome.story)")
      #expect(!outcome.errors.contains("stalled"), "\(outcome.story)")
    }
  }
}
