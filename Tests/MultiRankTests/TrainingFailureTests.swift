import FileFormats
import Foundation
import Testing

extension RealRanks {
  @Suite struct TrainingFailures {
    /// The newest checkpoint of a run is whole: it can be evaluated.
    private func expectGoodCheckpoint(_ folder: TrainingFolder) throws {
      let last = try #require(folder.checkpoints().last)
      let outcome = try folder.evaluate("1x1x1", "run", ["--split", "validation"])
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(outcome.said.contains { $0.contains(", \(last): ") }, "\(outcome.story)")
    }

    @Test(
      "A rank that stops answering ends the job within the limit, and the waits are named",
      arguments: [
        ("2x1x1", "checkpoint.every=10"), ("1x2x2", "checkpoint.keep=3"), ("1x1x2", "checkpoint.every=1"),
      ])
    func stalled(grid: String, setting: String) throws {
      let folder = try TrainingFolder(TrainingKilled.runFile)
      let training = folder.training(
        grid,
        [
          "--stall-limit", "2", "--set", "training.epochs=500", "--set", setting, "--set",
          "checkpoint.wait=true",
        ])
      let job = try training.start()
      try job.waitFor("epoch 1/500")
      let ranks = try Ranks.await(training.ranks, of: job)
      kill(ranks[1].process, SIGSTOP)
      let begun = Date()
      let outcome = try job.wait()
      #expect(outcome.status == 86, "\(outcome.story)")
      #expect(Date().timeIntervalSince(begun) < 10, "\(outcome.story)")
      let told = outcome.said.filter { $0.contains(" stalled: waited ") }
      #expect(!told.isEmpty, "\(outcome.story)")
      for line in told {
        #expect(line.contains(/^rank [023] on \S+ stalled: waited 2\.\d s in [a-z]/), "\(line)")
      }
      #expect(Ranks.left(marked: folder.path) == [])
      try expectGoodCheckpoint(folder)
    }

    @Test("A rank that never comes to the start of MPI ends the job within the limit")
    func absent() throws {
      let folder = try TrainingFolder(TrainingKilled.runFile)
      let arguments = ["train", folder.path + "/run.yaml", "--stall-limit", "2"]
      let outcome = try Mpirun(
        executable: "eqprop", ranks: 1, arguments: arguments + [":", "-n", "1", "sleep", "30"]
      ).run()
      #expect(outcome.status == 86 && outcome.seconds < 10, "\(outcome.story)")
      #expect(
        outcome.errors.contains(/eqprop: rank 0 on \S+ stalled: waited 2\.\d s in the start of MPI\n/),
        "\(outcome.story)")
    }

    /// Rates that spoil the states after a few steps, and one that spoils the weights at once.
    static let rates: [(rate: String, option: String, grid: String)] = [
      ("1e12", "checkpoint.wait=false", "2x1x2"),
      ("1e30", "relaxation.free={tolerance: 1e-3, at-most: 20}", "2x2x1"),
      ("1e30", "relaxation.nudged={tolerance: 1e-3, at-most: 20}", "1x2x2"),
      ("1e300", "checkpoint.every=1", "2x1x1"),
    ]

    @Test(
      "A run that diverges says so once, with its step, and leaves no spoilt checkpoint", arguments: rates)
    func diverged(rate: String, option: String, grid: String) throws {
      let folder = try TrainingFolder(TrainingMethod.centered.runFile)
      let options = ["--set", "network.layers.1.rate=\(rate)", "--set", option]
      let outcome = try folder.train(grid, options + ["--set", "checkpoint.every=1"])
      #expect(outcome.status == 1, "\(outcome.story)")
      let told = outcome.said.filter { $0.contains(" diverged in step ") }
      #expect(told.count == 1 && outcome.said.count == 3, "\(outcome.story)")
      let line = try #require(told.first)
      #expect(
        line.contains(
          /^the relaxation diverged in step \d+: the (states|weights) of layers? [12, ]+ are not finite; lower the rates/
        )
      )
      #expect(Ranks.left(marked: folder.path) == [])
      if let last = folder.checkpoints().last {
        #expect(line.hasSuffix("(the last checkpoint, \(last), is good)"), "\(outcome.story)")
        let reader = try Safetensors.Reader(
          path: "\(folder.path)/run/checkpoints/\(last)/layer-2.safetensors")
        let weights = try reader.elements(of: reader.tensor("layers.2.weight"), as: Float.self)
        #expect(weights.allSatisfy { $0.isFinite })
        let evaluated = try folder.evaluate("1x1x1", "run", ["--split", "validation"])
        #expect(evaluated.said.allSatisfy { !$0.contains("SHA-256") }, "\(evaluated.story)")
      } else {
        #expect(rate == "1e300", "\(outcome.story)")
      }
    }
  }
}
