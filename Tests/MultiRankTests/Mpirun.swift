import Foundation
import TestBasis
import Testing

/// Every suite that starts ranks stands in here, so that one job runs at a time.
///
/// A test process must never call MPI itself: one that did could not start `mpirun`.
@Suite(.serialized) enum RealRanks {}

/// A job to start: one of this package's executables on a number of ranks.
struct Mpirun {
  /// The executable's name, such as `eqprop`, or the path of another one.
  var executable: String
  var ranks: Int
  var arguments: [String]
  /// Added to the environment of the ranks; nil takes a variable away.
  var environment: [String: String?] = [:]
  /// The job is ended, and the test fails, after this long.
  var limitSeconds = 60.0
  /// How much longer mpirun has to keep the limit itself, before it is ended.
  var graceSeconds = 6.0

  /// What each rank is bound to; `none` as the launcher does it, for other jobs may share the machine.
  var binding = "none"

  /// Runs the job to its end.
  func run() throws -> Outcome {
    try start().wait()
  }

  /// Starts the job and returns at once.
  func start() throws -> Job {
    let program =
      executable.contains("/")
      ? executable : try BuiltPrograms.folder().appendingPathComponent(executable).path
    guard access(program, X_OK) == 0 else { throw HarnessError("\(program) is not built") }
    return try Job(
      command: ["mpiexec", "-n", "\(ranks)", program] + arguments, environment: fullEnvironment(),
      limitSeconds: limitSeconds, graceSeconds: graceSeconds)
  }

  /// The environment of the job.
  func fullEnvironment() -> [String: String] {
    var full = ProcessInfo.processInfo.environment.filter {
      // A test that itself runs under a launcher would pass its place in that job on.
      !$0.key.hasPrefix("OMPI_COMM_WORLD_") && !$0.key.hasPrefix("PMIX_") && !$0.key.hasPrefix("PMI_")
    }
    let facts = [
      "OMPI_ALLOW_RUN_AS_ROOT": "1",
      "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
      "OMPI_MCA_hwloc_base_binding_policy": binding,
      "OMPI_MCA_rmaps_base_oversubscribe": "1",
      // The same for Open MPI's newer launcher, and for Intel's.
      "PRTE_ALLOW_RUN_AS_ROOT": "1",
      "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
      "PRTE_MCA_hwloc_default_binding_policy": binding,
      "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
      "PRTE_MCA_odls_base_sigkill_timeout": "0",
      "OMPI_MCA_smsc": "^cma",
      "I_MPI_PIN": binding == "none" ? "off" : "on",
      "OMPI_MCA_mpi_yield_when_idle": "1",
      "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
      "OPENBLAS_NUM_THREADS": "1",
      // A crash is expected of some checks; its backtrace is nobody's reading.
      "SWIFT_BACKTRACE": "enable=no",
      // What a job on one host would choose anyhow, without looking for hardware that is not there, and waiting for it,
      // in each of a thousand jobs.
      "OMPI_MCA_pml": "ob1",
      "PMIX_MCA_gds": "hash",
      "HWLOC_PLUGINS_PATH": "/nonexistent",
      // A rank that leaves with a code other than 0 makes mpirun end the others, 2 s later by default.
      "OMPI_MCA_odls_base_sigkill_timeout": "0",
      // mpirun's own limit comes first: it also ends the ranks on other hosts.
      "MPIEXEC_TIMEOUT": "\(Int(limitSeconds.rounded(.up)))",
    ]
    full.merge(facts) { $1 }
    for (key, value) in environment { full[key] = value }
    return full
  }
}

/// What a job that ended left.
struct Outcome {
  /// The exit status of mpirun; 128 + n if signal n ended it.
  var status: Int32
  var output: String
  var errors: String
  var seconds: Double
  /// When mpirun ended, in seconds since 1970.
  var endTime: Double

  /// The whole story, for the message of an expectation.
  var story: String { "status \(status) after \(seconds) s\n\(output)\n\(errors)" }
}

struct HarnessError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
