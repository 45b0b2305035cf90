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
  }
}
