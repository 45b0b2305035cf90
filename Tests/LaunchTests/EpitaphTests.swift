import Foundation
import Testing

/// Open MPI's words about a death are dropped where they repeat the exit code; all others come through.
@Suite struct EpitaphTests {
  private static let rule = String(repeating: "-", count: 74) + "\n"
  private static let aborted =
    rule + "MPI_ABORT was invoked on rank 0 in communicator MPI_COMM_WORLD\nwith errorcode 65.\n\n"
    + "NOTE: invoking MPI_ABORT causes Open MPI to kill all MPI processes.\n" + rule
  private static let ended =
    rule + "Primary job  terminated normally, but 1 process returned\n"
    + "a non-zero exit code. Per user-direction, the job has been aborted.\n" + rule
  private static let detected =
    rule + "mpirun detected that one or more processes exited with non-zero status, thus causing\n"
    + "the job to be terminated. The first process to do so was:\n\n  Exit code:    75\n" + rule
  private static let killed =
    rule + "mpirun noticed that process rank 1 with PID 0 on node a exited on signal 9 (Killed).\n" + rule
  private static let others =
    "[a:12] 1 more process has sent help message help-mpi-api.txt / mpi-abort\n"
    + "[a:12] Set MCA parameter \"orte_base_help_aggregate\" to 0 to see all help / error messages\n"
    + "mpirun: Forwarding signal 10 to job\n"
  private static let table = "rank 0 says\n" + rule + "  a table\n" + rule + "\n[a] b\n" + rule

  /// What reaches stderr when `mpirun` writes the pieces with pauses between them.
  private func kept(_ pieces: [String], pause: Double = 0) throws -> String {
    let tools = try TemporaryFolder()
    for (index, piece) in pieces.enumerated() { try tools.write("piece-\(index)", piece) }
    try tools.script(
      "mpirun",
      "for i in {0..\(pieces.count - 1)}; do cat \"${0%/*}/piece-$i\" >&2; sleep \(pause); done; exit 65")
    let outcome = try run(
      Repository.run, ["train"], environment: ["EQPROP_EXECUTABLE": "/bin/true"], path: tools.path)
    #expect(outcome.code == 65)
    return outcome.errors
  }

  @Test func repetitionsOfTheExitCodeAreDropped() throws {
    let pieces = ["x.yaml:1:2: a mistake\n", Self.aborted, Self.ended, Self.others, Self.detected]
    #expect(try kept(pieces) == "x.yaml:1:2: a mistake\n")
  }

  @Test func whateverElseIsSaidIsKept() throws {
    #expect(
      try kept([Self.table, Self.ended, Self.killed, "the end"]) == Self.table + Self.killed + "the end")
  }

  @Test func aProgressLineComesThroughAtOnce() throws {
    let tools = try TemporaryFolder()
    try tools.script("mpirun", "printf '\\repoch 1' >&2; until [[ -e ${0%/*}/seen ]]; do sleep 0.05; done")
    let started = try StartedProgram(
      Repository.run, ["train"], environment: ["EQPROP_EXECUTABLE": "/bin/true"], path: tools.path)
    #expect(holds { started.errors == "\repoch 1" })
    try tools.write("seen", "")
    #expect(started.ended().code == 0)
  }

  @Test func anEpitaphInPiecesIsStillOne() throws {
    // 0.2 s is how long half a line is waited for; each pause here is longer than what the pieces need.
    let cut = Self.ended.index(Self.ended.startIndex, offsetBy: 30)
    let pieces = ["\repoch 1", String(Self.ended[..<cut]), String(Self.ended[cut...]), Self.detected]
    #expect(try kept(pieces, pause: 0.05) == "\repoch 1")
  }
}
