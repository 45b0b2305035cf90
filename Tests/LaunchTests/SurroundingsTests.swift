import Foundation
import TestBasis
import Testing

/// What of a machine and of the jobs around it `launch/run` heeds.
@Suite struct SurroundingsTests {
  private let anyProgram = ["EQPROP_EXECUTABLE": "/bin/true"]

  /// The environment in which mpirun is started.
  private func environment(
    _ variables: [String: String] = [:], ranks: Int = 2
  ) throws -> Set<String> {
    let tools = try TemporaryFolder.withRecorder()
    let outcome = try run(
      Repository.run, ["-n", "\(ranks)", "train"], environment: anyProgram.merging(variables) { $1 },
      path: tools.path)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return Set(tools.text("environment").split(separator: "\n").map(String.init))
  }

  @Test(
    "Cores are what the kernel allows, whatever is set for OpenMP",
    arguments: ["OMP_NUM_THREADS", "OMP_THREAD_LIMIT"])
  func openMP(variable: String) throws {
    #expect(
      try environment([variable: "1"]).contains("OMPI_MCA_mpi_yield_when_idle=" + (cores > 2 ? "0" : "1")))
    #expect(
      try environment([variable: "1"], ranks: 1).contains(
        "OMPI_MCA_mpi_yield_when_idle=" + (cores > 1 ? "0" : "1")))
    #expect(
      try environment(["OMP_NUM_THREADS": "4096"], ranks: 1000).contains("OMPI_MCA_mpi_yield_when_idle=1"))
  }
  private let cores = ProcessInfo.processInfo.activeProcessorCount

  @Test("A rank of another job starts one of its own")
  func insideAnotherJob() throws {
    let around = [
      "OMPI_COMM_WORLD_RANK": "1", "OMPI_MCA_ess": "^singleton", "OMPI_MCA_orte_hnp_uri": "x",
      "PMIX_RANK": "1",
      "PMIX_NAMESPACE": "x", "PMI_RANK": "1", "PMI_FD": "9", "OMPI_MCA_pml": "ob1",
    ]
    let inside = try environment(around)
    #expect(inside.contains("OMPI_MCA_pml=ob1"), "what the user set stays set")
    for (name, value) in around where name != "OMPI_MCA_pml" { #expect(!inside.contains("\(name)=\(value)")) }
    let folder = try TemporaryFolder()
    let program = try folder.script("program", "echo $OMPI_COMM_WORLD_RANK of $OMPI_COMM_WORLD_SIZE")
    let outcome = try run(
      "mpirun", ["-n", "1", Repository.run, "-n", "2", "train"],
      environment: [
        "EQPROP_EXECUTABLE": program, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
      ])
    #expect(outcome.output.split(separator: "\n").sorted() == ["0 of 2", "1 of 2"], "\(outcome.errors)")
  }

  @Test("It may be called by a link, and whatever CDPATH is set")
  func wherever() throws {
    let tools = try TemporaryFolder.withRecorder()
    _ = try run("ln", ["-s", Repository.run, tools.path + "/link"])
    #expect(try run(tools.path + "/link", ["train"], environment: anyProgram, path: tools.path).code == 0)
    try tools.write("launch/run", "")
    let variables = anyProgram.merging(["CDPATH": tools.path]) { $1 }
    #expect(try run("launch/run", ["train"], environment: variables, path: tools.path).code == 0)
  }

  @Test("A folder is no program to start")
  func program() throws {
    let outcome = try run(Repository.run, ["train"], environment: ["EQPROP_EXECUTABLE": "/tmp"])
    #expect(outcome.code == 66, "\(outcome.errors)")
  }

  @Test("Files in shared memory go with their start; what one that was killed has left goes with the next")
  func sharedMemory() throws {
    let tools = try TemporaryFolder()
    try tools.launcher("echo $OMPI_MCA_btl_vader_backing_directory >\"${0%/*}/folder\"; exec sleep ${1:+30}")
    let first = try StartedProgram(Repository.run, ["train"], environment: anyProgram, path: tools.path)
    #expect(holds { tools.text("folder").hasSuffix("\n") })
    let folder = tools.text("folder").trimmingCharacters(in: .newlines)
    #expect(folder.hasPrefix("/dev/shm/eqprop.\(getuid())."))
    try tools.launcher("exit 0")
    func another() throws {
      _ = try run(Repository.run, ["train"], environment: anyProgram, path: tools.path)
    }
    try another()
    #expect(FileManager.default.fileExists(atPath: folder), "its start is alive")
    // Nobody cleans up; its mpirun hears of it and ends.
    first.signal(SIGKILL)
    _ = first.ended()
    #expect(FileManager.default.fileExists(atPath: folder))
    #expect(holds { (try? another()) != nil && !FileManager.default.fileExists(atPath: folder) })
  }
}
