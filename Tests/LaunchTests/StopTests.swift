import Foundation
import TestBasis
import Testing

/// A stop becomes USR1 for the ranks, a second one kills, and crashes are started again when asked.
@Suite struct StopTests {
  /// Two ranks that say when they are ready and when they are asked to stop, and then do `answer`.
  private func started(_ answer: String) throws -> (StartedProgram, TemporaryFolder) {
    let folder = try TemporaryFolder()
    let program = try folder.script(
      "program",
      """
      mark() { : >"${0%/*}/$1-$OMPI_COMM_WORLD_RANK"; }
      trap 'mark asked; echo "rank $OMPI_COMM_WORLD_RANK stops"; \(answer)' USR1
      exec 3<> <(:) # waited on with no child, which the signal would reach too
      mark ready
      while :; do read -r -t 0.05 -u 3; done
      """)
    let run = try StartedProgram(Repository.run, ["train"], environment: ["EQPROP_EXECUTABLE": program])
    #expect(holds { folder.has("ready-0") && folder.has("ready-1") })
    return (run, folder)
  }

  @Test(arguments: [SIGTERM, SIGINT, SIGHUP, SIGUSR1]) func theFirstSignalAsksEveryRank(signal: Int32) throws
  {
    let (run, folder) = try started("sleep 1; exit 75")
    run.signal(signal)
    usleep(50_000)
    run.signal(signal)  // as `timeout` does, and some terminals: one stop all the same
    let outcome = run.ended()
    #expect(outcome.code == 75)
    #expect(folder.has("asked-0") && folder.has("asked-1"))
    #expect(outcome.output.split(separator: "\n").sorted() == ["rank 0 stops", "rank 1 stops"])
    #expect(outcome.errors == "launch/run: stopping after this step; once more to kill\n")
  }

  @Test(arguments: [SIGTERM, SIGINT]) func theSecondSignalKills(signal: Int32) throws {
    let (run, folder) = try started(":")
    run.signal(SIGTERM)
    #expect(holds { folder.has("asked-0") && folder.has("asked-1") })
    usleep(600_000)
    run.signal(signal)
    #expect(run.ended().code == 128 + signal)
  }

  @Test(
    "What keeps nothing to go on from is ended by the first signal, and promises nothing",
    arguments: [
      ("evaluate", SIGTERM), ("verify", SIGINT), ("bench", SIGHUP), ("predict", SIGTERM), ("plan", SIGINT),
    ])
  func aCommandThatSavesNothing(command: String, signal: Int32) throws {
    let folder = try TemporaryFolder()
    let program = try folder.script("program", ": >\"${0%/*}/ready\"; exec sleep 30")
    let run = try StartedProgram(
      Repository.run, ["-n", "1", command], environment: ["EQPROP_EXECUTABLE": program])
    #expect(holds { folder.has("ready") })
    run.signal(signal)
    let outcome = run.ended(within: 15)
    #expect(outcome.code == 128 + signal)
    #expect(
      outcome.errors.contains("launch/run: stopped; '\(command)' keeps nothing to go on from\n"),
      "\(outcome.errors)")
    #expect(!outcome.errors.contains("saved") && !outcome.errors.contains("step"), "\(outcome.errors)")
  }

  @Test func aStopBeforeTheRanksListenIsAStop() throws {
    let folder = try TemporaryFolder()
    let program = try folder.script("program", ": >\"${0%/*}/ready\"; sleep 30")
    let run = try StartedProgram(
      Repository.run, ["-n", "1", "train"], environment: ["EQPROP_EXECUTABLE": program])
    #expect(holds { folder.has("ready") })
    run.signal(SIGTERM)
    #expect(run.ended().code == 75)
    #expect(run.errors.contains("stopped before the ranks could save; what was saved earlier stays"))
  }

  /// Starts a program that ends with each of the codes in turn; the codes it got to, and the outcome.
  private func outcome(of codes: [Int32], restarts: Int) throws -> (attempts: Int, Outcome) {
    let tools = try TemporaryFolder()
    try tools.launcher(
      """
      echo >>"${0%/*}/attempts"
      codes=(\(codes.map(String.init).joined(separator: " ")))
      exit "${codes[$(wc -l <"${0%/*}/attempts") - 1]}"
      """)
    let outcome = try run(
      Repository.run, ["--restarts", String(restarts), "train"],
      environment: ["EQPROP_EXECUTABLE": "/bin/true"], path: tools.path)
    return (tools.text("attempts").count, outcome)
  }

  @Test func aCrashIsStartedAgainUntilItEndsWell() throws {
    let (attempts, outcome) = try outcome(of: [86, 137, 0], restarts: 5)
    #expect(attempts == 3)
    #expect(outcome.code == 0)
    #expect(outcome.errors.contains("ended with 86; starting again in 1 s (1 of 5)\n"))
    #expect(outcome.errors.contains("ended with 137; starting again in 2 s (2 of 5)\n"))
  }

  @Test(
    "A restart asks for the same, --fresh too, under the same name, by which `train` knows what it has done")
  func aRestartIsTheSameStart() throws {
    let tools = try TemporaryFolder()
    try tools.launcher(
      """
      echo "$EQPROP_START $*" >>"${0%/*}/attempts"
      [[ $(wc -l <"${0%/*}/attempts") -gt 1 ]] || exit 71
      """)
    let outcome = try run(
      Repository.run, ["--restarts", "1", "train", "m.yaml", "--fresh", "--set", "seed=2"],
      environment: ["EQPROP_EXECUTABLE": "/bin/true"], path: tools.path)
    #expect(outcome.code == 0)
    let attempts = tools.text("attempts").split(separator: "\n")
    #expect(attempts.count == 2 && attempts[0] == attempts[1], "\(attempts)")
    #expect(attempts[0].contains(/^[0-9]+-[0-9.]+ .* train m.yaml --fresh --set seed=2$/), "\(attempts)")
  }

  @Test func notMoreOftenThanAskedAndThenTheFirstCauseIsTold() throws {
    let (attempts, outcome) = try outcome(of: [71, 70, 74], restarts: 1)
    #expect(attempts == 2)
    #expect(outcome.code == 71)
    #expect(outcome.errors.hasSuffix("launch/run: giving up after 1 restarts; the first cause was 71\n"))
  }

  @Test func afterProgressRestartsAreCountedAnew() throws {
    let tools = try TemporaryFolder()
    try tools.launcher(
      """
      echo >>"${0%/*}/attempts"
      attempts=$(wc -l <"${0%/*}/attempts")
      ((attempts == 1)) || echo "eqprop: going on from step-00000000$((attempts < 3 ? attempts : 3)) (step 1)" >&2
      exit 86
      """)
    let outcome = try run(
      Repository.run, ["--restarts", "1", "train"], environment: ["EQPROP_EXECUTABLE": "/bin/true"],
      path: tools.path)
    #expect(outcome.code == 86)
    #expect(tools.text("attempts").count == 4, "\(outcome.errors)")
    #expect(outcome.errors.hasSuffix("launch/run: giving up after 1 restarts; the first cause was 86\n"))
  }

  @Test(arguments: [0, 1, 64, 65, 66, 75] as [Int32]) func whatWouldEndTheSameIsNotStartedAgain(code: Int32)
    throws
  {
    let (attempts, outcome) = try outcome(of: [code, 0], restarts: 3)
    #expect(attempts == 1)
    #expect(outcome.code == code)
  }

  @Test func aStopBetweenTwoStartsEndsAtOnce() throws {
    let tools = try TemporaryFolder()
    try tools.launcher("echo >>\"${0%/*}/attempts\"; exit 86")
    let run = try StartedProgram(
      Repository.run, ["--restarts", "9", "train"], environment: ["EQPROP_EXECUTABLE": "/bin/true"],
      path: tools.path)
    #expect(holds { run.errors.contains("in 2 s (2 of 9)") })
    run.signal(SIGTERM)
    #expect(run.ended(within: 10).code == 86)
    #expect(tools.text("attempts").count == 2)
  }
}
