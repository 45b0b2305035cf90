import Foundation
import Testing

/// `launch/slurm.sbatch` under a real Slurm: needs root and slurmctld, slurmd, slurm-client and munge, which
/// `launch/setup --for-tests` installs.
@Suite(
  .serialized, .enabled(if: SlurmCluster.isPossible, "needs root, Slurm and munge"), .timeLimit(.minutes(3)))
struct SlurmTests {
  /// A run of some seconds, with many checkpoints.
  private static let runFile = """
    name: scheduled
    data: {format: digits, training: 600, validation: 100}
    network:
      layers:
        - {units: 96, rate: 0.2}
        - {units: 10, activation: hard-sigmoid, rate: 0.1}
      initialization: glorot-uniform
    relaxation: {updates: euler, step: 0.5, start: persistent, free: 15, nudged: 4}
    nudging: {kind: random-sign, beta: 1.0}
    training: {epochs: 30, batch: 12, momentum: 0.5, schedule: constant}
    tiling: {shards: 4, slices: 2}
    checkpoint: {every: 10, keep: 2}

    """
  private static let executable = Repository.root + "/.build/release/eqprop"

  /// A Slurm with the run file in its folder, and a job on 2 ranks that trains it into `run`.
  private func submitted(_ options: [String], hostTimeout: Int = 60) throws -> (SlurmCluster, SlurmJob) {
    let cluster = try SlurmCluster(hostTimeout: hostTimeout)
    try cluster.folder.write("run.yaml", Self.runFile)
    return (cluster, try job(cluster, options, ["run.yaml", "--output", "run"]))
  }

  private func job(_ cluster: SlurmCluster, _ options: [String], _ arguments: [String]) throws -> SlurmJob {
    try SlurmJob(
      cluster, ["-n", "2"] + options, arguments,
      environment: ["EQPROP_ROOT": Repository.root, "EQPROP_EXECUTABLE": Self.executable])
  }

  /// Whether a job has trained for some epochs, and not yet to the end.
  private func isUnderWay(_ job: SlurmJob) -> Bool {
    holds(within: 60) { job.cluster.folder.text("run/metrics.jsonl").split(separator: "\n").count > 3 }
      && job.ranks.count == 2
  }

  /// The last checkpoint's name, the SHA-256 of its files, and the metrics without their times.
  private func remains(_ cluster: SlurmCluster, _ output: String) throws -> String {
    let outcome = try run(
      "bash",
      [
        "-euc",
        """
        cat checkpoints/LATEST
        (cd "checkpoints/$(cat checkpoints/LATEST)"; find . -type f | sort | xargs sha256sum)
        sed 's/,"examples_per_second":.*//' metrics.jsonl
        """,
      ], in: cluster.folder.path + "/" + output)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return outcome.output
  }

  /// Trains the run file to its end on one rank, without Slurm.
  private func undisturbed(_ cluster: SlurmCluster) throws -> String {
    let training = try StartedProgram(
      Repository.run, ["-n", "1", "train", "run.yaml", "--output", "undisturbed"], in: cluster.folder.path,
      environment: ["EQPROP_EXECUTABLE": Self.executable])
    let outcome = training.ended(within: 100)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try remains(cluster, "undisturbed")
  }

  @Test func atItsTimeLimitAJobSavesIsQueuedAgainAndEndsWithTheSameBits() throws {
    // Slurm looks at time limits every 30 s: frozen, the ranks cannot be done before it does.
    let (cluster, job) = try submitted(["--time=1", "--signal=B:USR1@20"])
    try #require(isUnderWay(job), "\(job.story)")
    let ranks = job.ranks
    for rank in ranks { kill(rank, SIGSTOP) }
    let expected = try undisturbed(cluster)
    let isWarned = holds(within: 75) { job.text.contains("launch/run: stopping after this step") }
    for rank in ranks { kill(rank, SIGCONT) }
    try #require(isWarned, "\(job.story)")
    #expect(job.hasEnded(within: 60))
    #expect(job.field("JobState") == "COMPLETED", "\(job.story)")
    #expect(job.field("Restarts") == "1", "\(job.story)")
    #expect(job.text.contains("launch/slurm.sbatch: queued again, to go on from the checkpoint\n"))
    #expect(job.text.contains("eqprop: going on from step-"), "\(job.story)")
    #expect(try remains(cluster, "run") == expected)
  }

  @Test func aJobLostWithItsHostComesAgainAndEndsWithTheSameBits() throws {
    let (cluster, job) = try submitted(["--time=10"], hostTimeout: 5)
    try #require(isUnderWay(job), "\(job.story)")
    cluster.loseHost(and: job.processes)
    let expected = try undisturbed(cluster)
    #expect(holds(within: 60) { cluster.hostState.hasPrefix("down") }, "\(cluster.hostState)")
    try cluster.startHost()
    #expect(job.hasEnded(within: 60))
    #expect(job.field("JobState") == "COMPLETED", "\(job.story)")
    #expect(job.field("Restarts") == "1", "\(job.story)")
    #expect(job.text.contains("eqprop: going on from step-"), "\(job.story)")
    #expect(try remains(cluster, "run") == expected)
  }

  @Test("A job that loses one of its hosts is queued again, and ends with the same bits")
  func oneOfSeveralHostsIsLost() throws {
    let cluster = try SlurmCluster(hosts: 2, hostTimeout: 5)
    try cluster.folder.write("run.yaml", Self.runFile)
    let job = try SlurmJob(
      cluster, ["--nodes=2", "-n", "2", "--ntasks-per-node=1", "--time=10"], ["run.yaml", "--output", "run"],
      environment: [
        "EQPROP_ROOT": Repository.root, "EQPROP_EXECUTABLE": Self.executable,
        // What two hosts on one machine share.
        "OMPI_MCA_btl_tcp_if_include": "lo", "OMPI_MCA_oob_tcp_if_include": "lo",
        "OMPI_MCA_mpi_yield_when_idle": "1",
      ])
    try #require(isUnderWay(job), "\(job.story)")
    let lost = job.processes(on: "n2")
    try #require(!lost.isEmpty, "\(job.processes)")
    cluster.loseHost(and: lost)
    #expect(holds(within: 60) { job.text.contains("launch/slurm.sbatch: queued again") }, "\(job.story)")
    let expected = try undisturbed(cluster)
    try cluster.startHost()
    #expect(job.hasEnded(within: 100))
    #expect(job.field("JobState") == "COMPLETED", "\(job.story)")
    #expect(job.text.contains("launch/run: the launcher has lost a host"), "\(job.story)")
    #expect(job.text.contains("eqprop: going on from step-"), "\(job.story)")
    #expect(try remains(cluster, "run") == expected)
  }

  @Test("A job whose rank is killed is queued again") func aKilledRank() throws {
    let (cluster, job) = try submitted(["--time=10"])
    try #require(isUnderWay(job), "\(job.story)")
    kill(job.ranks[1], SIGKILL)
    #expect(job.hasEnded(within: 100))
    #expect(job.field("JobState") == "COMPLETED", "\(job.story)")
    #expect(job.text.contains("launch/slurm.sbatch: ended with 137; restart 1 of 5\n"), "\(job.story)")
    #expect(try remains(cluster, "run") == undisturbed(cluster))
  }

  @Test("Ranks that srun starts stop with a checkpoint, go on, and end when one of them is frozen")
  func bySrun() throws {
    let cluster = try SlurmCluster()
    try cluster.folder.write("run.yaml", Self.runFile)
    func job(_ arguments: [String] = [], _ variables: [String: String] = [:]) throws -> SlurmJob {
      try SlurmJob(
        cluster, ["-n", "2", "--time=10"], ["run.yaml", "--output", "run"] + arguments,
        environment: [
          "EQPROP_ROOT": Repository.root, "EQPROP_EXECUTABLE": Self.executable, "LAUNCHER": "srun",
        ]
        .merging(variables) { $1 })
    }
    let stopped = try job()
    try #require(isUnderWay(stopped), "\(stopped.story)")
    _ = try cluster.command("scancel", ["--batch", "--signal=TERM", stopped.number])
    #expect(stopped.hasEnded(within: 40))
    #expect(stopped.field("ExitCode") == "75:0", "\(stopped.story)")
    #expect(!stopped.text.contains("srun: "), "\(stopped.story)")
    let frozen = try job(["--stall-limit", "3"], ["EQPROP_RESTARTS": "0"])
    try #require(holds(within: 40) { frozen.ranks.count == 2 && frozen.text.contains("going on from step-") })
    kill(frozen.ranks[1], SIGSTOP)
    #expect(frozen.hasEnded(within: 60))
    #expect(frozen.field("ExitCode") == "86:0", "\(frozen.story)")
    let last = try job()
    #expect(last.hasEnded(within: 60))
    #expect(last.field("ExitCode") == "0:0" && last.text.contains("going on from step-"), "\(last.story)")
    #expect(try remains(cluster, "run") == undisturbed(cluster))
  }

  @Test func anyOtherEndIsTheEnd() throws {
    let (cluster, job) = try submitted(["--time=10"])
    // Asked to stop, it saves and does not come again; the same command goes on.
    try #require(isUnderWay(job), "\(job.story)")
    _ = try cluster.command("scancel", ["--batch", "--signal=TERM", job.number])
    #expect(job.hasEnded(within: 30))
    #expect(job.field("ExitCode") == "75:0" && job.field("Restarts") == "0", "\(job.story)")
    #expect(
      job.text.contains("stopped; the same sbatch command goes on from the checkpoint, as Slurm"),
      "\(job.story)")
    let next = try self.job(cluster, ["--time=10"], ["run.yaml", "--output", "run"])
    #expect(next.hasEnded(within: 60))
    #expect(next.field("ExitCode") == "0:0" && next.text.contains("going on from step-"), "\(next.story)")
    // A mistake is told once.
    let mistaken = try self.job(cluster, ["--time=10"], ["none.yaml"])
    #expect(mistaken.hasEnded(within: 30))
    #expect(mistaken.field("ExitCode") == "66:0" && mistaken.field("Restarts") == "0", "\(mistaken.story)")
    // Neither where sbatch was called nor EQPROP_ROOT is the repository.
    let lost = try SlurmJob(cluster, ["-n", "2"], ["run.yaml"])
    #expect(lost.hasEnded(within: 30))
    #expect(lost.field("ExitCode") == "66:0", "\(lost.story)")
    #expect(lost.text.hasPrefix("launch/slurm.sbatch: no launch/run in '\(cluster.folder.path)'"))
  }
}
