import Foundation
import Testing

extension RealRanks {
  @Suite struct TrainingStopped {
    @Test(
      "A signal ends the run after its step with a checkpoint, code 75; run again it goes on to the same bits"
    )
    func stopAndGoOn() throws {
      let folder = try TrainingFolder(TrainingKilled.runFile)
      try #require(try folder.train("1x1x1", to: "undisturbed").status == 0)
      for (grid, epoch) in [("2x1x1", 1), ("1x2x2", 3)] {
        let job = try folder.training(grid).start()
        try job.waitFor("epoch \(epoch)/8")
        usleep(30_000)
        // mpirun hands it on to every rank.
        job.signal(SIGUSR1)
        let outcome = try job.wait()
        #expect(outcome.status == 75, "\(outcome.story)")
        #expect(
          outcome.said.last
            == "stopped with a checkpoint in \(folder.path)/run; run the same command again to go on",
          "\(outcome.story)")
        let last = try #require(folder.checkpoints().last)
        let step = try #require(Int(last.dropFirst("step-".count)))
        #expect(step >= 50 * epoch && step < 400, "\(outcome.story)")
        #expect(Ranks.left(marked: folder.path) == [])
      }
      let outcome = try folder.train("1x1x2")
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(try folder.remains() == folder.remains("undisturbed"))
    }

    @Test("Stages that run ahead of those above stop at one step, and go on to the same bits")
    func stagesAhead() throws {
      let folder = try TrainingFolder(
        """
        name: ahead
        data: {format: digits, training: 400, validation: 40}
        rule: {kind: forward-forward, goodness: squares}
        network:
          layers: [{units: 96}, {units: 96}, {units: 96}, {units: 96}, {units: 10}]
        training: {epochs: 40, batch: 16}
        tiling: {shards: 2, slices: 2}
        checkpoint: {every: 7, keep: 2}

        """)
      try #require(try folder.train("1x1x1", to: "undisturbed").status == 0)
      for (grid, epoch) in [("1x4x1", 2), ("1x2x1", 9)] {
        let job = try folder.training(grid).start()
        try job.waitFor("epoch \(epoch)/40")
        job.signal(SIGUSR1)
        let outcome = try job.wait()
        #expect(outcome.status == 75 && Ranks.left(marked: folder.path) == [], "\(outcome.story)")
      }
      let outcome = try folder.train("2x2x1")
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(try folder.remains() == folder.remains("undisturbed"))
    }

    @Test("Stages that run ahead of those above end where states diverge, and save none of them")
    func stagesAheadDiverge() throws {
      let folder = try TrainingFolder(
        """
        name: ahead-of-nothing
        data: {format: digits, training: 400, validation: 40}
        rule: {kind: forward-forward, goodness: squares}
        network:
          layers: [{units: 96, rate: 1.0e+30}, {units: 96}, {units: 96, rate: 1.0e+30}, {units: 96}, {units: 10}]
        training: {epochs: 2, batch: 16}

        """)
      for grid in ["1x1x1", "1x2x1", "1x4x1"] {
        let outcome = try folder.train(grid, to: grid)
        #expect(outcome.status == 1, "\(outcome.story)")
        #expect(outcome.errors.contains("diverged in step 3: the states of layers 2, 3,"), "\(outcome.story)")
        #expect(folder.checkpoints(grid) == [], "\(outcome.story)")
      }
    }

    @Test("A second job on a run directory is refused and told who is there; the first goes on")
    func twoJobs() throws {
      let folder = try TrainingFolder(TrainingKilled.runFile)
      let job = try folder.training("1x1x1").start()
      try job.waitFor("epoch 1/8")
      let second = try folder.train("2x1x1")
      #expect(second.status == 74, "\(second.story)")
      #expect(
        second.said.last?.contains("another process trains here (process ") == true, "\(second.story)")
      #expect(second.said.last?.hasPrefix("\(folder.path)/run: ") == true, "\(second.story)")
      #expect(try job.wait().status == 0)
      // The lock goes with its owner.
      #expect(try folder.train("1x1x2").status == 0)
    }

    @Test("A signal that reaches one rank only stops all of them")
    func oneRankAsked() throws {
      let folder = try TrainingFolder(TrainingKilled.runFile)
      let job = try folder.training("2x1x2").start()
      try job.waitFor("epoch 1/8")
      kill(try Ranks.await(4, of: job)[2].process, SIGTERM)
      let outcome = try job.wait()
      #expect(outcome.status == 75, "\(outcome.story)")
      #expect(folder.checkpoints().isEmpty == false)
    }
  }
}
