import Foundation
import TestBasis
import Testing

/// The job scripts, with programs that imitate the scheduler's commands and launch/run. Under a real Slurm:
/// SlurmTests.
@Suite struct JobScriptTests {
  /// A scheduler: its script, its variables, and its command that queues a job again.
  struct Scheduler: CustomTestStringConvertible {
    var script: String
    var variables: [String: String]
    var requeue: String
    var submit: String

    var path: String { Repository.root + "/launch/" + script }
    var testDescription: String { script }
  }

  static let slurm = Scheduler(
    script: "slurm.sbatch", variables: ["SLURM_JOB_ID": "7", "SLURM_NTASKS": "3"], requeue: "scontrol",
    submit: "sbatch")
  static let pbs = Scheduler(
    script: "pbs.sh", variables: ["PBS_JOBID": "7", "RUNFILE": "my.yaml"], requeue: "qrerun", submit: "qsub")

  /// A repository whose launch/run notes its arguments and process and then does `answer`; a scheduler that notes
  /// what is queued again, and tells a time limit.
  private func machine(_ answer: String, requeue: String = "exit 0", limit: String = "10:00:00") throws
    -> TemporaryFolder
  {
    let folder = try TemporaryFolder()
    try folder.script(
      "launch/run",
      "here=${0%/*}/..; echo \"$*\" >\"$here/arguments\"; echo \"$EQPROP_START\" >\"$here/start\"; echo $$ >\"$here/process\"\n\(answer)"
    )
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/launch/job", withDestinationPath: Repository.root + "/launch/job")
    for name in ["scontrol", "qrerun"] {
      try folder.script("bin/" + name, "echo \"$*\" >\"${0%/*}/../queued\"\n\(requeue)")
    }
    try folder.script("bin/qstat", "echo 'Job Id: 7'; echo '    Resource_List.walltime = \(limit)'")
    try folder.write("hosts", "a\na\nb\n")
    return folder
  }

  /// Starts a scheduler's script as the scheduler would.
  private func start(
    _ scheduler: Scheduler, in folder: TemporaryFolder, _ arguments: [String] = ["my.yaml"],
    _ variables: [String: String] = [:]
  ) throws -> StartedProgram {
    let places = [
      "SLURM_SUBMIT_DIR": folder.path, "PBS_O_WORKDIR": folder.path, "PBS_NODEFILE": folder.path + "/hosts",
    ]
    return try StartedProgram(
      scheduler.path, scheduler.script == "pbs.sh" ? [] : arguments, in: folder.path,
      environment: scheduler.variables.merging(places) { $1 }.merging(variables) { $1 },
      path: folder.path + "/bin")
  }

  /// A launch/run that waits to be asked to stop, and then ends with 75.
  private static let listening =
    "trap 'exit 75' USR1 TERM; : >\"$here/ready\"; while :; do sleep 0.05; done"

  @Test(arguments: [slurm, pbs]) func isForItsSchedulerOnly(scheduler: Scheduler) throws {
    let outcome = try run(scheduler.path)
    #expect(outcome.code == 64)
    #expect(outcome.errors.hasPrefix("launch/\(scheduler.script): is for \(scheduler.submit); "))
  }

  @Test(arguments: [slurm, pbs]) func saysWhereItLooksForTheRepository(scheduler: Scheduler) throws {
    let folder = try TemporaryFolder()
    let outcome = try start(scheduler, in: folder).ended()
    #expect(outcome.code == 66)
    #expect(outcome.errors.contains("no launch/run in '\(folder.path)': call \(scheduler.submit) from "))
  }

  @Test(arguments: [slurm, pbs], [0, 1, 64, 65, 66, 70, 74] as [Int32])
  func passesOnTheExitCodeAndComesNotAgain(scheduler: Scheduler, code: Int32) throws {
    let folder = try machine("exit \(code)")
    let outcome = try start(scheduler, in: folder).ended()
    #expect(outcome.code == code, "\(outcome.errors)")
    #expect(!folder.has("queued"))
    let hosts = scheduler.script == "pbs.sh" ? "--hosts \(folder.path)/hosts " : ""
    #expect(folder.text("arguments") == "-n 3 \(hosts)train my.yaml\n")
  }

  @Test(arguments: [slurm, pbs]) func stoppedWithACheckpointItComesAgain(scheduler: Scheduler) throws {
    let folder = try machine("exit 75")
    let outcome = try start(scheduler, in: folder).ended()
    #expect(outcome.code == 75)
    #expect(folder.text("queued").split(separator: " ").last == "7\n")
    let strict = try machine("exit 75", requeue: "exit 1")
    let refused = try start(scheduler, in: strict).ended()
    #expect(strict.has("queued"))
    #expect(refused.code == 75)
    #expect(
      refused.errors.hasSuffix(
        "does not queue it again; the same \(scheduler.submit) command goes on from the checkpoint\n"))
  }

  @Test(
    "An end that may not come again is queued again, so often, and anew after a later checkpoint",
    arguments: [slurm, pbs], [71, 86, 137] as [Int32])
  func anEndThatMayPassIsQueuedAgain(scheduler: Scheduler, code: Int32) throws {
    // The second start goes on from where the first did; the third from a later checkpoint.
    let folder = try machine(
      """
      echo >>"$here/starts"
      starts=$(wc -l <"$here/starts")
      ((starts < 2)) || echo "step-$((starts / 3))" >"$EQPROP_GOING_ON"
      exit \(code)
      """)
    func start() throws -> Outcome {
      try FileManager.default.removeItem(atPath: try folder.write("queued", ""))
      return try self.start(scheduler, in: folder, [], ["EQPROP_RESTARTS": "1"]).ended()
    }
    for told in [
      "ended with \(code); restart 1 of 1", "ended with \(code); restart 1 of 1",
      "ended with \(code); restart 1 of 1",
    ] {
      let outcome = try start()
      #expect(outcome.code == code && outcome.errors.contains(told), "\(outcome.errors)")
      #expect(folder.has("queued"))
    }
    let last = try start()
    #expect(last.code == code && !folder.has("queued"))
    #expect(
      last.errors.hasSuffix(
        "ended with \(code); not queued again after 1 restarts without progress; the same \(scheduler.submit) command goes on\n"
      ), "\(last.errors)")
    #expect(!folder.has(".eqprop-job-7") && !folder.has(".eqprop-job-7.from"))
  }

  @Test("Restarts of launch/run can be asked for")
  func restarts() throws {
    let folder = try machine("exit 0")
    for arguments in [["--restarts", "2", "my.yaml"], ["--restarts=2", "my.yaml"]] {
      #expect(try start(Self.slurm, in: folder, arguments).ended().code == 0)
      #expect(folder.text("arguments").contains(/^-n 3 --restarts[ =]2 train my.yaml\n/), "\(arguments)")
    }
    #expect(try start(Self.pbs, in: folder, [], ["RESTARTS": "2"]).ended().code == 0)
    #expect(folder.text("arguments").contains(" --restarts 2 train my.yaml"))
  }

  @Test func slurmsWarningReachesTheRun() throws {
    let folder = try machine(Self.listening)
    let script = try start(Self.slurm, in: folder)
    #expect(holds { folder.has("ready") })
    script.signal(SIGUSR1)
    #expect(script.ended(within: 20).code == 75)
    #expect(folder.text("queued") == "requeue 7\n")
  }

  @Test func underPBSTheScriptWarnsItself() throws {
    // 2 s before a time limit of 3 s.
    let folder = try machine(Self.listening, limit: "00:00:03")
    let outcome = try start(Self.pbs, in: folder, [], ["WARN": "2", "OPTIONS": "--output runs/my"]).ended(
      within: 20)
    #expect(outcome.code == 75)
    #expect(folder.text("queued") == "7\n")
    #expect(folder.text("arguments").hasSuffix(" train my.yaml --output runs/my\n"))
  }

  @Test func aTimeLimitThatLeavesNoTimeIsRefused() throws {
    let folder = try machine("exit 0", limit: "00:02:00")
    let outcome = try start(Self.pbs, in: folder).ended()
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("a time limit of 00:02:00 leaves no time to train"))
  }

  @Test(arguments: [slurm, pbs]) func askedToLeaveItComesNotAgain(scheduler: Scheduler) throws {
    let folder = try machine(Self.listening)
    let script = try start(scheduler, in: folder)
    #expect(holds { folder.has("ready") })
    script.signal(SIGTERM)
    let outcome = script.ended(within: 20)
    #expect(outcome.code == 75)
    #expect(outcome.errors.contains("stopped; the same \(scheduler.submit) command goes on"))
    #expect(!folder.has("queued"))
  }

  @Test func aWarningWhileItBuildsIsAStopToo() throws {
    let folder = try machine(": >\"$here/ready\"; while :; do sleep 0.05; done")
    let script = try start(Self.slurm, in: folder)
    #expect(holds { folder.has("ready") })
    script.signal(SIGUSR1)
    #expect(script.ended(within: 20).code == 75)
    #expect(folder.has("queued"))
  }

  @Test("A job that comes again is the same start, by which `train --fresh` knows that it has started over")
  func aJobThatComesAgainDoesNotStartOverAfresh() throws {
    let folder = try machine("exit 0")
    let arguments = ["my.yaml", "--fresh", "--set", "seed=2"]
    #expect(try start(Self.slurm, in: folder, arguments).ended().code == 0)
    #expect(folder.text("arguments") == "-n 3 train my.yaml --fresh --set seed=2\n")
    let first = folder.text("start")
    #expect(try start(Self.slurm, in: folder, arguments, ["SLURM_RESTART_COUNT": "1"]).ended().code == 0)
    #expect(folder.text("start") == first && first.hasSuffix("-7\n"))
    #expect(try start(Self.slurm, in: folder, arguments, ["SLURM_JOB_ID": "8"]).ended().code == 0)
    #expect(folder.text("start") != first)
    #expect(try start(Self.pbs, in: folder, [], ["OPTIONS": "--fresh"]).ended().code == 0)
    #expect(folder.text("arguments").hasSuffix(" --fresh\n") && folder.text("start") == "pbs-7\n")
  }
}
