import Foundation
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

    @Test("This machine is looked at from 1, 2 and 4 ranks", arguments: [1, 2, 4])
    func sound(ranks: Int) throws {
      let outcome = try doctor(ranks: ranks)
      #expect(outcome.status == 0, "\(outcome.story)")
      let world = "ok     world +\(ranks) ranks? on one host\n"
      #expect(outcome.output.contains(try Regex(world)), "\(outcome.story)")
      #expect(outcome.output.contains(" for a small message, ") == (ranks > 1), "\(outcome.story)")
      #expect(outcome.output.contains(" core"), "\(outcome.story)")
    }

    @Test("On cores that others use, slow messages are a note and no fault", arguments: [2, 4])
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
