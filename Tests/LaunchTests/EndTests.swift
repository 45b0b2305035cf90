import Foundation
import TestBasis
import Testing

/// What the end of mpirun means: a rank's code stays, mpirun's own and that of MPI's start become 64 or 71.
@Suite struct EndTests {
  private static let rule = String(repeating: "-", count: 74) + "\n"
  private static let rank =
    rule + "Primary job  terminated normally, but 1 process returned\na non-zero exit code.\n" + rule
  private static let killed =
    rule + "mpirun noticed that process rank 1 with PID 0 on node a exited on signal 9.\n" + rule
  private static let other = rule + "ORTE was unable to reliably start one or more daemons.\n" + rule
  private static let slots =
    rule + "There are not enough slots available in the system to satisfy the 64\nslots.\n" + rule
  private static let lost =
    rule + "ORTE has lost communication with a remote daemon.\n\n  Remote daemon: [[1,0],1] on node b\n"
    + rule
  private static let start =
    "*** An error occurred in MPI_Init_thread\n" + rule + "It looks like MPI_INIT failed for some reason\n"
    + rule

  @Test(
    arguments: [
      (1, rank, 1), (1, other + rank, 1), (1, "", 1), (1, other, 71), (255, other, 71), (213, "", 71),
      (127, rank, 71),
      (1, slots, 64), (1, start + rank, 71), (137, "", 137), (137, killed, 137), (139, other + killed, 139),
      (131, other, 71), (86, other, 86), (70, "", 70), (205, lost, 71), (137, lost, 71),
    ] as [(Int32, String, Int32)])
  func meaning(ended: Int32, words: String, code: Int32) throws {
    let tools = try TemporaryFolder()
    try tools.write("words", words)
    try tools.launcher("cat \"${0%/*}/words\" >&2; exit \(ended)")
    let outcome = try run(
      Repository.run, ["train"], environment: ["EQPROP_EXECUTABLE": "/bin/true"], path: tools.path)
    #expect(outcome.code == code, "\(outcome.errors)")
    let told = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("launch/run: ") }
    #expect(told.count == (ended == code ? 0 : 1), "\(outcome.errors)")
  }

  @Test("An mpirun that hangs after a rank has given up is ended, with hosts or without")
  func anMpirunThatHangs() throws {
    let tools = try TemporaryFolder()
    try tools.launcher("echo 'eqprop: rank 0 on a stalled: waited 4.0 s in b' >&2; exec sleep 50")
    let started = try StartedProgram(
      Repository.run, ["train"], environment: ["EQPROP_EXECUTABLE": "/bin/true"], path: tools.path)
    #expect(started.ended(within: 40).code == 86, "\(started.errors)")
  }

  @Test("An mpirun that hangs after its ranks have ended, without a word, is ended too")
  func anMpirunThatHangsWithoutRanks() throws {
    let tools = try TemporaryFolder()
    try tools.launcher("sleep 3; sleep 0.1 & exec sleep 50")
    let started = try StartedProgram(
      Repository.run, ["train"], environment: ["EQPROP_EXECUTABLE": "/bin/true"], path: tools.path)
    #expect(started.ended(within: 30).code == 86, "\(started.errors)")
  }

  @Test("A launcher that is a script may be without a child between its commands")
  func aLauncherBetweenItsCommands() throws {
    let tools = try TemporaryFolder()
    try tools.launcher(
      "mkfifo \"${0%/*}/never\"; exec {never}<>\"${0%/*}/never\"; sleep 2; for i in 1 2; do"
        + " read -r -t 7 -u $never || true; sleep 2; done; exit 65")
    let started = try StartedProgram(
      Repository.run, ["train"], environment: ["EQPROP_EXECUTABLE": "/bin/true"], path: tools.path)
    #expect(started.ended(within: 60).code == 65, "\(started.errors)")
  }

  @Test("An MPI that does not start may start the next time; too few slots stay too few")
  func restarts() throws {
    for (words, attempts) in [(Self.start, 2), (Self.other, 2), (Self.slots, 1), (Self.rank, 1)] {
      let tools = try TemporaryFolder()
      try tools.write("words", words)
      try tools.launcher("echo >>\"${0%/*}/attempts\"; cat \"${0%/*}/words\" >&2; exit 1")
      _ = try run(
        Repository.run, ["--restarts", "1", "train"], environment: ["EQPROP_EXECUTABLE": "/bin/true"],
        path: tools.path)
      #expect(tools.text("attempts").count == attempts, "\(words)")
    }
  }

  @Test("With a real mpirun: MPI that does not start, a launcher that is none, a host without a name")
  func forReal() throws {
    for variables in [["OMPI_MCA_btl": "nonsense"], ["OMPI_MCA_plm": "nonsense"]] {
      let outcome = try run(
        Repository.run, ["train", "launch/recipes/digits.yaml", "--output", "/dev/null/x"],
        environment: variables.merging(["EQPROP_EXECUTABLE": Repository.eqprop]) { $1 })
      #expect(outcome.code == 71, "\(outcome.errors)")
      #expect(outcome.errors.contains("did not start (it ended with "), "\(outcome.errors)")
    }
    let folder = try TemporaryFolder()
    try folder.write("hosts", "no-such-host.invalid slots=2\n")
    let outcome = try run(
      Repository.run, ["--hosts", folder.path + "/hosts", "train"],
      environment: ["EQPROP_EXECUTABLE": "/bin/true"])
    #expect(outcome.code == 71, "\(outcome.errors)")
    #expect(
      outcome.errors.hasSuffix("launch/run: no answer from no-such-host.invalid\n"), "\(outcome.errors)")
  }
}
