/// What a rank tells of itself and of the host it runs on, for a diagnosis to judge.
public struct RankFacts: Codable, Equatable, Sendable {
  public var rank: Int
  /// As MPI names it; ranks that name the same host are judged together.
  public var host: String
  /// SHA-256 of the program that runs.
  public var program: String
  /// The MPI library that was loaded.
  public var library: MPILibrary
  /// Processes that the launcher says it started; nil where it says nothing.
  public var launched: Int?
  /// The numbers of the cores this process may run on.
  public var cores: [Int]
  /// Cores' worth of time that a container may use; nil without a limit.
  public var quota: Double?
  /// Whether the process is the user root's, which `mpirun` refuses unless it is allowed.
  public var isRoot: Bool
  /// Whether MPI is told to let a waiting rank's core go.
  public var yields: Bool
  /// Whether one process may read another's memory here.
  public var readsMemoryOfOthers: Bool
  /// Whether MPI is told not to try that.
  public var copiesTwice: Bool
  /// What ranks that are no more have left where ranks of a host share memory.
  public var leftBehind: LeftBehind
  /// Free bytes where ranks of a host share memory, `/dev/shm`; nil where there is none.
  public var sharedMemoryFree: Int?
  /// Bytes of memory that programs can still have; nil where the system does not tell.
  public var memoryFree: Int?
  /// The kernel's instruction set, such as `avx512`.
  public var instructions: String

  public init(
    rank: Int, host: String, program: String, library: MPILibrary, launched: Int?, cores: [Int],
    quota: Double?,
    isRoot: Bool, yields: Bool, readsMemoryOfOthers: Bool, copiesTwice: Bool,
    leftBehind: LeftBehind = .init(files: 0, bytes: 0),
    sharedMemoryFree: Int?, memoryFree: Int?, instructions: String
  ) {
    (self.rank, self.host, self.program, self.library) = (rank, host, program, library)
    (self.launched, self.cores, self.quota, self.isRoot) = (launched, cores, quota, isRoot)
    (self.yields, self.readsMemoryOfOthers, self.copiesTwice) = (yields, readsMemoryOfOthers, copiesTwice)
    (self.sharedMemoryFree, self.memoryFree, self.instructions) = (sharedMemoryFree, memoryFree, instructions)
    self.leftBehind = leftBehind
  }

  /// Files that no process has in its memory.
  public struct LeftBehind: Codable, Equatable, Sendable {
    public var files: Int
    public var bytes: Int

    public init(files: Int, bytes: Int) { (self.files, self.bytes) = (files, bytes) }
  }
}

/// What is true of the whole job, seen from rank 0.
public struct JobFacts: Codable, Equatable, Sendable {
  /// Every rank's, in their order.
  public var ranks: [RankFacts]
  /// The MPI that the program was built with.
  public var builtWith: MPILibrary
  /// Whose the `mpiexec` on the PATH is; nil where there is none.
  public var launcher: MPILibrary?
  /// Whether rank 0's environment holds both settings that let Open MPI's launcher run as root; nil where another one has
  /// started the ranks.
  public var isLauncherAllowedRoot: Bool?
  /// Nil on one rank.
  public var ping: Ping?
  /// The largest share of a host's cores that others used while messages were timed, 0…1.
  public var othersShare: Double
  /// Where runs go.
  public var runs: Storage

  /// Messages to and fro between the slowest pair of ranks.
  public struct Ping: Codable, Equatable, Sendable {
    /// µs of a small message.
    public var latency: Double
    /// Of messages of 32 kB.
    public var gigabytesPerSecond: Double

    public init(latency: Double, gigabytesPerSecond: Double) {
      (self.latency, self.gigabytesPerSecond) = (latency, gigabytesPerSecond)
    }
  }

  /// The folder that runs are written to.
  public struct Storage: Codable, Equatable, Sendable {
    /// As it was asked for; where there is no such folder yet, the rest is of the nearest one above it.
    public var path: String
    /// Bytes that this user may still write; nil where the system does not tell.
    public var free: Int?
    public var isWritable: Bool
    /// Whether it lies in memory and is gone with it.
    public var isInMemory: Bool

    public init(path: String, free: Int?, isWritable: Bool, isInMemory: Bool) {
      (self.path, self.free, self.isWritable, self.isInMemory) = (path, free, isWritable, isInMemory)
    }
  }

  public init(
    ranks: [RankFacts], builtWith: MPILibrary, launcher: MPILibrary?, isLauncherAllowedRoot: Bool?,
    ping: Ping?, othersShare: Double = 0, runs: Storage
  ) {
    (self.ranks, self.builtWith, self.launcher) = (ranks, builtWith, launcher)
    (self.isLauncherAllowedRoot, self.ping) = (isLauncherAllowedRoot, ping)
    (self.othersShare, self.runs) = (othersShare, runs)
  }
}
