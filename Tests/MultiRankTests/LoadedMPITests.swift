import Foundation
import TestBasis
import Testing

extension RealRanks {
  /// What a rank says of the MPI and of the launcher that it finds itself with.
  @Suite struct LoadedMPITests {
    @Test("Processes that know nothing of each other are told once, whoever started them")
    func lonely() throws {
      for variables in [
        ["OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"], ["PMI_SIZE": "2", "PMI_RANK": "0"],
        ["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "0"],
      ] {
        let outcome = try alone(["train", "none.yaml"], variables)
        #expect(outcome.status == 71, "\(variables) \(outcome.story)")
        #expect(
          outcome.errors.hasPrefix("eqprop: each of 2 processes is alone in a world of its own: "),
          "\(outcome.story)")
      }
      let second = try alone(
        ["train", "none.yaml"], ["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "1"])
      #expect(second.status == 71 && second.errors == "", "\(second.story)")
    }

    // Needs a C compiler.
    @Test(
      "An MPI of another version than the program's is told in one line",
      .enabled(if: access("/usr/bin/cc", X_OK) == 0, "needs cc"))
    func another() throws {
      let folder = try TemporaryFolder()
      let source = try folder.write(
        "version.c",
        Array(
          """
          #include <string.h>
          int MPI_Get_library_version(char *text, int *length) {
            *length = strlen(strcpy(text, "MPICH Version: 9.0.1"));
            return 0;
          }

          """.utf8))
      let library = folder.path + "/version.so"
      let compiled = try Job(
        command: ["cc", "-shared", "-fPIC", "-o", library, source],
        environment: ProcessInfo.processInfo.environment, limitSeconds: 30
      ).wait()
      try #require(compiled.status == 0, "\(compiled.story)")
      let outcome = try Mpirun(
        executable: "eqprop", ranks: 2, arguments: ["train", "none.yaml"],
        environment: ["LD_PRELOAD": library]
      ).run()
      #expect(outcome.status == 66, "\(outcome.story)")
      let told = outcome.errors.split(separator: "\n").filter { $0.contains("but MPICH 9.0.1 was loaded: ") }
      #expect(told.count == 1, "\(outcome.story)")
    }

    /// A program that no launcher has started, with variables as of one.
    private func alone(_ arguments: [String], _ variables: [String: String]) throws -> Outcome {
      let job = Mpirun(executable: "eqprop", ranks: 1, arguments: arguments)
      let program = try BuiltPrograms.folder().appendingPathComponent("eqprop").path
      return try Job(
        command: [program] + arguments,
        environment: job.fullEnvironment().merging(variables) { $1 }
          .merging(["OMPI_MCA_ess_singleton_isolated": "1"]) { $1 },
        limitSeconds: 30
      ).wait()
    }
  }
}
