import Foundation
import TestBasis
import Testing

/// Each launcher is known by what it says of itself, is given what it takes, and its words and codes become ours.
@Suite struct LauncherTests {
  private static let anyProgram = ["EQPROP_EXECUTABLE": "/bin/true"]
  static let openMPI5 = "mpiexec (Open MPI) 5.0.11"
  static let mpich = "HYDRA build details:"
  static let intel = "Intel(R) MPI Library for Linux* OS, Version 2021.19.0 Build 20260929"

  /// The arguments and the environment that a launcher is given.
  private func given(_ says: String, _ arguments: [String], hosts: String? = nil) throws -> TemporaryFolder {
    let tools = try TemporaryFolder()
    try tools.launcher(
      """
      printf '%s\\n' "$*" >"${0%/*}/arguments"
      env >"${0%/*}/environment"
      while (($#)); do [[ $1 != -f && $1 != --hostfile ]] || cp "$2" "${0%/*}/hosts-read"; shift; done
      """, says: says)
    try tools.script("ssh", "exit 0")
    if let hosts { try tools.write("hosts", hosts) }
    let options = hosts == nil ? [] : ["--hosts", tools.path + "/hosts"]
    let outcome = try run(
      Repository.run, options + arguments, environment: Self.anyProgram, path: tools.path)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return tools
  }

  @Test("Open MPI 5 is told by its own variables that ranks may share cores")
  func openMPI5() throws {
    let tools = try given(Self.openMPI5, ["-n", "1000", "train", "m.yaml"])
    for setting in [
      "PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe", "PRTE_MCA_hwloc_default_binding_policy=none",
      "OMPI_MCA_mpi_yield_when_idle=1",
    ] { #expect(tools.text("environment").contains(setting + "\n"), "\(setting)") }
    #expect(tools.text("environment").contains(/OMPI_MCA_btl_sm_backing_directory=\/dev\/shm\/eqprop/))
    #expect(tools.text("arguments").hasPrefix("-x EQPROP_PROGRESS -x EQPROP_START -n 1000 /bin/true train"))
  }

  @Test("Hydra hands on all variables, and has host files of its own", arguments: [mpich, intel])
  func hydra(says: String) throws {
    #expect(
      try given(says, ["-n", "3", "train", "m.yaml"]).text("arguments") == "-n 3 /bin/true train m.yaml\n")
    let spread = try given(
      says, ["-n", "3", "train", "m.yaml"], hosts: "a slots=2\nme@b:2\nc slots=1 username=you\n")
    #expect(spread.text("arguments").hasSuffix("/hydra-hosts -n 3 /bin/true train m.yaml\n"))
    #expect(spread.text("hosts-read") == "a:2\nb:2 user=me\nc:1 user=you\n")
  }

  @Test(
    "With --mpi the program is built with that MPI, and started and loaded by it",
    arguments: [["--mpi", "mpich"], []])
  func anotherMPI(options: [String]) throws {
    let checkout = try TemporaryFolder()
    _ = try run("cp", ["-r", Repository.root + "/launch", checkout.path])
    try checkout.write("Sources/here", "")
    let folder = checkout.path + "/.build-mpi/mpich"
    try checkout.write(".build-mpi/mpich/places", "bin=\(checkout.path)/bin\nlib=/some/lib\n")
    try checkout.script(
      "bin/mpiexec",
      """
      [[ ${1-} != --version ]] || { echo '\(Self.mpich)'; exit; }
      echo "$LD_LIBRARY_PATH $*" >"${0%/*}/started"
      """)
    try checkout.script(
      "bin/swift",
      """
      case $1 in
        --version) echo 'Swift version 6.3.1' ;;
        build)
          echo "$PKG_CONFIG_PATH $*" >"${0%/*}/built"
          mkdir -p '\(folder)/build/release' && cp /bin/true '\(folder)/build/release/eqprop'
          ;;
      esac
      """)
    let outcome = try run(
      checkout.path + "/launch/run", options + ["-n", "3", "train", "m.yaml"], in: checkout.path,
      environment: options.isEmpty ? ["EQPROP_MPI": "mpich"] : [:], path: checkout.path + "/bin")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      checkout.text("bin/built")
        == "\(folder) build --package-path \(checkout.path) --scratch-path \(folder)/build -Xlinker -rpath -Xlinker /some/lib -c release --product eqprop\n"
    )
    #expect(checkout.text("bin/started") == "/some/lib -n 3 \(folder)/build/release/eqprop train m.yaml\n")
  }

  @Test("One that nobody knows is named")
  func unknown() throws {
    let tools = try TemporaryFolder()
    try tools.launcher("exit 0", says: "another one 1.0")
    let outcome = try run(Repository.run, ["train"], environment: Self.anyProgram, path: tools.path)
    #expect(outcome.code == 71)
    #expect(
      outcome.errors == "launch/run: the mpiexec on the PATH is none that is known: another one 1.0\n")
  }

  @Test func hydraDoesNotWaitForALostHost() throws {
    let tools = try TemporaryFolder()
    try tools.launcher("sleep 50", says: Self.mpich)
    try tools.script("ssh", "[[ $1 != b ]]")
    try tools.write("hosts", "a slots=2\nb slots=2\n")
    let outcome = try run(
      Repository.run, ["--hosts", tools.path + "/hosts", "train"], environment: Self.anyProgram,
      path: tools.path)
    #expect(outcome.code == 71 && outcome.errors == "launch/run: no answer from b\n", "\(outcome.errors)")
  }

  private static let box = String(repeating: "=", count: 83) + "\n"
  private static func killed(_ number: Int, _ name: String) -> String {
    "\n" + box + "=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES\n=   PID 7 RUNNING AT a\n"
      + "=   EXIT CODE: \(number)\n=   CLEANING UP REMAINING PROCESSES\n"
      + "=   YOU CAN IGNORE THE BELOW CLEANUP MESSAGES\n" + box
      + "YOUR APPLICATION TERMINATED WITH THE EXIT STRING: \(name) (signal \(number))\n"
      + "This typically refers to a problem with your application.\n"
      + "Please see the FAQ page for debugging suggestions\n"
  }
  /// Of a rank whose peer was killed as they met.
  private static let noStart =
    "Abort(540659471) on node 0 (rank 0 in comm 0): Fatal error in internal_Init_thread: Other MPI error, error stack:\n"
    + "internal_Init_thread(60)......: MPI_Init_thread(argc=(nil), argv=(nil), required=1) failed\n"
  private static let intelKilled =
    "\n" + box + "=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES\n=   RANK 1 PID 7 RUNNING AT a\n"
    + "=   KILLED BY SIGNAL: 9 (Killed)\n" + box
  private static let dashes = String(repeating: "-", count: 74) + "\n"

  /// What a launcher that says these words and ends with this code comes to.
  private func end(_ says: String, _ words: String, _ code: Int32) throws -> Outcome {
    let tools = try TemporaryFolder()
    try tools.write("words", words)
    try tools.launcher("cat \"${0%/*}/words\" >&2; exit \(code)", says: says)
    return try run(Repository.run, ["train"], environment: Self.anyProgram, path: tools.path)
  }

  @Test("A bare signal becomes 128 and it; 0 is not believed where the ranks told otherwise")
  func codes() throws {
    for (says, words, ended, code, told) in [
      (
        Self.mpich, Self.killed(9, "Killed"), 9, 137,
        "mpiexec: PID 7 RUNNING AT a was killed by signal 9 (Killed)\n"
      ),
      (
        Self.mpich, Self.killed(1, "Hangup"), 1, 129,
        "mpiexec: PID 7 RUNNING AT a was killed by signal 1 (Hangup)\n"
      ),
      (Self.mpich, Self.killed(10, "User defined signal 1"), 10, 138, ""), (Self.mpich, "", 15, 143, ""),
      (
        Self.intel, Self.intelKilled, 137, 137,
        "mpiexec: RANK 1 PID 7 RUNNING AT a was killed by signal 9 (Killed)\n"
      ),
      (Self.mpich, "eqprop: stopped\neqprop ends with 75\n", 0, 75, "eqprop: stopped\n"),
      (
        Self.mpich, "eqprop: rank 1 on a stalled: waited 2.0 s in b\n" + Self.killed(9, "Killed"), 9, 86,
        "eqprop: rank 1 on a stalled: waited 2.0 s in b\nmpiexec: PID 7 RUNNING AT a was killed by signal 9 (Killed)\n"
      ),
      (
        Self.mpich, Self.noStart + Self.killed(15, "Terminated"), 15, 71,
        Self.noStart + "mpiexec: PID 7 RUNNING AT a was killed by signal 15 (Terminated)\n"
          + "launch/run: the launcher, or MPI in a rank, did not start (it ended with 143); what it said is above\n"
      ), (Self.mpich, "eqprop ends with 0\n", 0, 0, ""), (Self.mpich, "eqprop ends with 1\n", 1, 1, ""),
      (
        Self.mpich,
        "x: a mistake\nAbort(65) on node 0 (rank 0 in comm 0): application called MPI_Abort(MPI_COMM_WORLD, 65) - process 0\n",
        65, 65, "x: a mistake\n"
      ),
      (
        Self.openMPI5,
        Self.dashes + "prterun detected that one or more processes exited with non-zero status,\nthus\n"
          + Self.dashes,
        75, 75, ""
      ),
      (
        Self.openMPI5,
        Self.dashes
          + "prterun noticed that process rank 1 with PID 7 on node a exited on\nsignal 10 (User).\n"
          + Self.dashes,
        138, 138, ""
      ),
      (
        Self.openMPI5,
        Self.dashes
          + "prterun noticed that process rank 1 with PID 7 on node a exited on\nsignal 9 (Killed).\n"
          + Self.dashes,
        137, 137,
        Self.dashes
          + "prterun noticed that process rank 1 with PID 7 on node a exited on\nsignal 9 (Killed).\n"
          + Self.dashes
      ),
    ] as [(String, String, Int32, Int32, String)] {
      let outcome = try end(says, words, ended)
      #expect(outcome.code == code, "\(words)\(outcome.errors)")
      #expect(outcome.errors == told, "\(words)")
    }
  }
}
