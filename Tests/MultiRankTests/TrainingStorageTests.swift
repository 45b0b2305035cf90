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
      #expect(outcome.said.count == 2, "one sentence after the run's name: \(outcome.story)")
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

    /// Keeps others from opening a file as long as it lives: they are told to try again, as by a share that hiccups.
    private final class Lease {
      private let descriptor: Int32

      init?(_ path: String) {
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        // By F_SETSIG (10) a signal that nobody minds says that another wants the file; F_SETLEASE is 1024.
        guard descriptor >= 0, fcntl(descriptor, 10, SIGWINCH) == 0,
          fcntl(descriptor, 1024, Int32(F_WRLCK)) == 0
        else { return nil }
      }

      deinit { close(descriptor) }

      static let isPossible: Bool = {
        let path = FileManager.default.temporaryDirectory.path + "/eqprop-lease-" + UUID().uuidString
        defer { unlink(path) }
        return FileManager.default.createFile(atPath: path, contents: nil) && Lease(path) != nil
      }()
    }

    @Test(
      "A checkpoint's file that cannot be read now ends every command with 74, and nothing is renamed or rewound",
      .enabled(if: Lease.isPossible, "needs a file system with leases"),
      arguments: ["MANIFEST.json", "layer-1.safetensors"])
    func passingError(name: String) throws {
      let folder = try TrainingFolder(TrainingMethod.persistent.runFile)
      try #require(try folder.train("1x1x1", to: "undisturbed").status == 0)
      try #require(try folder.train("2x1x1", ["--limit-steps", "13"]).status == 0)
      let run = folder.path + "/run"
      let newest = "run/checkpoints/" + (try #require(folder.checkpoints().last))
      let (names, metrics) = (folder.names("run/checkpoints"), folder.text("run/metrics.jsonl"))
      do {
        let lease = try #require(Lease(folder.path + "/\(newest)/\(name)"))
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
  }
}
