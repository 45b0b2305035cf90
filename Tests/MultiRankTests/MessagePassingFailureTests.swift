import Foundation
import Testing

extension RealRanks {
  @Suite struct MessagePassingFailures {
    private func run(_ check: String, ranks: Int) throws -> Outcome {
      try Mpirun(
        executable: "rank-checks", ranks: ranks, arguments: ["\(ranks)", check], limitSeconds: 20
      ).run()
    }

    @Test("A rank that aborts ends the job with its code", arguments: [2, 4])
    func abort(ranks: Int) throws {
      let outcome = try run("abort", ranks: ranks)
      #expect(outcome.status == 65, "\(outcome.story)")
      let told = outcome.errors.split(separator: "\n").first { $0.hasPrefix("aborting at ") }
      let moment = try #require(told.flatMap { Double($0.dropFirst("aborting at ".count)) })
      // A tenth of it on a machine that does nothing else, and mostly mpirun's own leave-taking.
      #expect(outcome.endTime - moment < 2.5, "\(outcome.story)")
    }

    @Test("A killed rank ends the job")
    func killedRank() throws {
      let outcome = try run("kill", ranks: 4)
      #expect(outcome.status == 137, "\(outcome.story)")
      #expect(outcome.seconds < 10, "\(outcome.story)")
    }

    @Test("The watchdog names the wait for a rank that ended its session early")
    func rankThatLeaves() throws {
      let outcome = try run("leave", ranks: 2)
      #expect(outcome.status == 86, "\(outcome.story)")
      let line =
        /eqprop: rank 0 on \S+ stalled: waited 1\.\d s in allgather of columns \(states of layer 2\)\n/
      #expect(outcome.errors.contains(line), "\(outcome.story)")
    }

    @Test("The watchdog names the peer of a wait for a rank that sleeps")
    func rankThatSleeps() throws {
      let outcome = try run("sleep", ranks: 4)
      #expect(outcome.status == 86, "\(outcome.story)")
      // Ranks 1 to 3 wait and reach the limit together; whichever is first ends the job.
      let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("eqprop: rank ") }
      let expected = [
        1: "in transfers with rank 0 (particles)", 2: "in receive from rank 3, tag 9 (particles)",
        3: "in receive from rank 0, tag 9 (particles)",
      ]
      #expect(!lines.isEmpty, "\(outcome.story)")
      for line in lines {
        let told = expected.contains {
          line.hasPrefix("eqprop: rank \($0.key) on ") && line.contains(" stalled: waited 1.")
            && line.hasSuffix($0.value)
        }
        #expect(told, "\(line)")
      }
    }

    @Test(
      "Short waits, and work of any length while others wait to agree, do not stall a rank",
      arguments: [2, 3])
    func patience(ranks: Int) throws {
      let outcome = try run("patience", ranks: ranks)
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(outcome.output.contains("passed patience\n"), "\(outcome.story)")
    }

    @Test("A rank that is stopped while others wait to agree stalls them")
    func rankThatIsStopped() throws {
      let outcome = try run("stop", ranks: 2)
      #expect(outcome.status == 86, "\(outcome.story)")
      let line =
        /eqprop: rank 1 on \S+ stalled: waited 1\.\d s in reduction \(picking up the run\)\n/
      #expect(outcome.errors.contains(line), "\(outcome.story)")
    }

    @Test("Transfers dropped while under way stop the process")
    func droppedTransfers() throws {
      let outcome = try run("drop", ranks: 2)
      // A precondition's trap: SIGILL or SIGTRAP.
      #expect([128 + SIGILL, 128 + SIGTRAP].contains(outcome.status), "\(outcome.story)")
    }

    @Test("A failed call is told with its name, rank and cause")
    func failedCall() throws {
      let outcome = try run("truncate", ranks: 2)
      #expect(outcome.status == 1, "\(outcome.story)")
      #expect(outcome.errors.contains("MPI_Recv failed on rank 1: "), "\(outcome.story)")
    }

    @Test("A job that outlasts its limit is ended by the launcher")
    func limitOfTheLauncher() throws {
      let outcome = try Mpirun(
        executable: "rank-checks", ranks: 2, arguments: ["2", "hang"], limitSeconds: 2
      ).run()
      #expect(outcome.status != 0, "\(outcome.story)")
      #expect(outcome.seconds < 10, "\(outcome.story)")
    }

    @Test("A launcher that does not keep the limit is ended itself")
    func limitOfTheHarness() throws {
      let job = try Mpirun(
        executable: "rank-checks", ranks: 2, arguments: ["2", "hang"],
        environment: ["MPIEXEC_TIMEOUT": nil], limitSeconds: 1, graceSeconds: 0
      ).start()
      #expect(throws: HarnessError.self) { try job.wait() }
      #expect(kill(job.process, 0) == -1)
    }
  }
}
