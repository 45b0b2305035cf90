import CMPI
import Glibc
import Records

/// The time between `MPI_Init_thread` and `MPI_Finalize`; a process has one, on its first thread.
///
/// Errors return as `MPIError` instead of ending the job. A session that is dropped without
/// `finalize()` leaves MPI running: what a rank that fails wants, since it aborts the others next.
public struct Session: ~Copyable {
  /// All the ranks of the job.
  public let world: Communicator

  /// Begins the session (`MPI_Init_thread`, `MPI_THREAD_FUNNELED`).
  public init() throws(MPIError) {
    precondition(cmpi_is_running() == 0, "a process has one session")
    waitRecord.begin(.initialize)
    defer { waitRecord.end() }
    SharedMemory.makeRoomForMPI()
    try check(cmpi_initialize(), "MPI_Init_thread")
    world = try Communicator(owning: cmpi_world(), label: "world")
  }

  /// Ends the session (`MPI_Finalize`); waits for every rank to come here.
  public consuming func finalize() throws(MPIError) {
    waitRecord.begin(.finalize)
    defer { waitRecord.end() }
    try check(cmpi_finalize(), "MPI_Finalize")
  }

  /// Ends the whole job at once with `code` (`MPI_Abort`); outside a session, this process.
  public static func abort(_ code: Int32) -> Never {
    fflush(nil)
    letLauncherRead()
    cmpi_abort(code)
  }

  /// Leaves the launcher the time to hand on what was said: MPICH's throws away what it has not when a rank aborts (3 of 80
  /// times with MPICH 4.0.2, never in 200 with this). At most a fifth of a second.
  private static func letLauncherRead() {
    var unread: Int32 = 0
    for _ in 0..<30 {
      let isUnread = [STDOUT_FILENO, STDERR_FILENO].contains {
        unread = 0
        return ioctl($0, UInt(FIONREAD), &unread) == 0 && unread > 0
      }
      if !isUnread { break }
      usleep(5000)
    }
    usleep(50_000)
  }

  /// The MPI implementation that was loaded; needs no session.
  public static var library: MPILibrary { MPILibrary(saying: cText { cmpi_library_version($0, $1) }) }

  /// The MPI implementation that this program was built with.
  public static var builtWith: MPILibrary { MPILibrary(saying: cText { cmpi_header_version($0, $1) }) }

  /// This process's rank as its launcher tells it, before any session; -1 where none does.
  public static var launchedRank: Int {
    variable(["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"] + (isOfSlurm ? ["SLURM_PROCID"] : [])) ?? -1
  }

  /// How many processes the launcher says it has started; nil where it says nothing. srun's count only where nobody else
  /// started this one.
  public static var launchedCount: Int? {
    let counts = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS"].compactMap { variable([$0]) }
    return counts.max() ?? (isOfSlurm ? variable(["SLURM_STEP_NUM_TASKS"]) : nil)
  }

  /// Whether this is a process of a job step.
  private static var isOfSlurm: Bool { getenv("SLURM_STEP_ID") != nil && getenv("SLURM_PROCID") != nil }

  private static func variable(_ names: [String]) -> Int? {
    for name in names {
      if let text = getenv(name), let number = Int(String(cString: text)) { return number }
    }
    return nil
  }

  /// The name of the machine this rank runs on; empty outside a session.
  public static var processorName: String { cText { cmpi_processor_name($0, $1) } }
}
