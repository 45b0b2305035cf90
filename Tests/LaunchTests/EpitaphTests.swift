import Foundation
import TestBasis
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
    try tools.launcher(
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

  @Test(arguments: ["\repoch 1", "[1, 2] minimum\nmpirun: Forward!\nsteps a m"])
  func halfALineComesThrough(text: String) throws {
    let tools = try TemporaryFolder()
    try tools.write("text", text)
    try tools.launcher("cat \"${0%/*}/text\" >&2; until [[ -e ${0%/*}/seen ]]; do sleep 0.05; done")
    let started = try StartedProgram(
      Repository.run, ["train"], environment: ["EQPROP_EXECUTABLE": "/bin/true"], path: tools.path)
    #expect(holds { started.errors == text })
    try tools.write("seen", "")
    #expect(started.ended().code == 0)
  }

  @Test(arguments: [ended, detected, others]) func anEpitaphInPiecesIsStillOne(epitaph: String) throws {
    // Half a line is passed on after 0.1 s unless it may be an epitaph's, which has 1 s more for each piece.
    let epitaph = Array(epitaph)
    let cuts = [0, 1, 9, 30, epitaph.count / 2, epitaph.count - 2, epitaph.count].sorted()
    let pieces = zip(cuts, cuts.dropFirst()).map { String(epitaph[$0..<$1]) }
    #expect(try kept(["\repoch 1", ""] + pieces, pause: 0.25) == "\repoch 1")
  }

  @Test func aForwardedSignalIsDroppedWhereverItIsCut() throws {
    let words = Array("mpirun: Forwarding signal 10 to job\n")
    let pieces = words.indices.dropFirst().flatMap { [String(words[..<$0]), String(words[$0...])] }
    #expect(try kept(pieces, pause: 0.15) == "")
    #expect(try kept(["step 1 of m", "mpirun: F", String(words[9...])], pause: 0.15) == "step 1 of m")
  }
}
