import Foundation
import TestBasis
import Testing

extension RealRanks {
  @Suite struct DoctorTests {
    private func doctor(ranks: Int, _ options: [String] = [], _ environment: [String: String?] = [:]) throws
      -> Outcome
    {
      try Mpirun(
        executable: "eqprop", ranks: ranks, arguments: ["doctor"] + options, environment: environment
      ).run()
    }

    @Test("This machine is looked at from 1 and 4 ranks", arguments: [1, 4])
    func sound(ranks: Int) throws {
      let outcome = try doctor(ranks: ranks)
      #expect(outcome.status == 0, "\(outcome.story)")
      let world = "ok     world +\(ranks) ranks? on one host\n"
      #expect(outcome.output.contains(try Regex(world)), "\(outcome.story)")
      #expect(outcome.output.contains(" for a small message, ") == (ranks > 1), "\(outcome.story)")
      #expect(outcome.output.contains(" core"), "\(outcome.story)")
    }

    @Test("On cores that others use, slow messages are a note and no fault", arguments: [4])
    func busy(ranks: Int) throws {
      let cores = ProcessInfo.processInfo.activeProcessorCount
      try #require(cores < 16)
      let others = try (0..<4 * cores).map { _ in
        try Job(
          command: ["bash", "-c", "while ((SECONDS < 60)); do :; done"], environment: [:], limitSeconds: 60)
      }
      let outcome = try withExtendedLifetime(others) { try doctor(ranks: ranks) }
      #expect(outcome.status == 0, "\(outcome.story)")
    }

    // Needs to mount a file system.
    @Test(
      "Where memory cannot be shared it says so, and trainings send messages: told once, the same bits",
      .enabled(if: SmallMemory.isPossible, "needs root, to mount a small /dev/shm"),
      arguments: [("size=64k", false), ("ro,size=64m", false), ("size=5m", true)])
    func withoutSharedMemory(options: String, isWide: Bool) throws {
      let small = SmallMemory(options: options)
      let doctor = try small.run(["doctor"])
      #expect(doctor.status == 0, "\(doctor.story)")
      #expect(doctor.output.contains(/note +shared memory/), "\(doctor.story)")
      // Kept for every example, so wide states would fill a disk.
      let wide = ["network.layers.0.units=30000", "relaxation.start=zero", "training.epochs=1"].flatMap {
        ["--set", $0]
      }
      let folder = try TrainingFolder(TrainingMethod.oddShards.runFile)
      let options = isWide ? wide : []
      try #require(try folder.train("1x1x3", to: "undisturbed", options).status == 0)
      for grid in ["1x1x3", "3x1x1"] where !isWide || grid == "3x1x1" {
        let outcome = try small.run(folder.training(grid, to: grid, options).arguments, ranks: 3)
        #expect(outcome.status == 0, "\(outcome.story)")
        let told = outcome.said.filter { $0.hasPrefix("ranks cannot share memory (") }
        #expect(told.count == 1, "\(outcome.story)")
        #expect(try folder.remains(grid) == folder.remains("undisturbed"))
      }
    }

    /// A job whose /dev/shm is a file system of its own, mounted with these options.
    private struct SmallMemory {
      var options: String
      static let isPossible =
        geteuid() == 0 && (try? SmallMemory(options: "size=64k").start("true").status) == 0

      func run(_ arguments: [String], ranks: Int = 2) throws -> Outcome {
        let program = try BuiltPrograms.folder().appendingPathComponent("eqprop").path
        return try start("mpiexec", ["-n", "\(ranks)", program] + arguments)
      }

      private func start(_ command: String, _ arguments: [String] = []) throws -> Outcome {
        let line = "mount -t tmpfs -o \(options) tmpfs /dev/shm && exec \"$@\""
        let environment = Mpirun(executable: "eqprop", ranks: 2, arguments: []).fullEnvironment()
        return try Job(
          command: ["unshare", "--mount", "bash", "-c", line, "bash", command] + arguments,
          environment: environment, limitSeconds: 60
        ).wait()
      }
    }

    @Test("What will fail is a fault, code 1, with what mends it")
    func faults() throws {
      let cores = ProcessInfo.processInfo.activeProcessorCount
      try #require(cores < 16)
      let crowded = try doctor(ranks: cores + 1, [], ["OMPI_MCA_mpi_yield_when_idle": "0"])
      #expect(crowded.status == 1, "\(crowded.story)")
      #expect(crowded.output.contains("FAULT  cores "), "\(crowded.story)")
      #expect(crowded.output.contains("→ launch/run -n \(cores), or export"), "\(crowded.story)")
      let unwritable = try doctor(ranks: 2, ["--output", "/proc/runs", "--json"])
      #expect(unwritable.output.contains(#""text":"/proc/runs"#), "\(unwritable.story)")
    }
  }
}
