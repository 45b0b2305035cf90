import Foundation
import TestBasis
import Testing

/// How ranks are started: what `mpirun` and they are given, and what of them comes back.
@Suite struct RunTests {
  private let anyProgram = ["EQPROP_EXECUTABLE": "/bin/true"]

  @Test(
    arguments: [
      (["-n"], 64), (["-n", "0"], 64), (["-n", "two", "train"], 64), (["--restarts", "-1", "train"], 64),
      (["--host", "x", "train"], 64), (["--hosts", "no such file", "train"], 66),
      (["--hosts", "/tmp", "train"], 66),
      (["train", "x.yaml", "-n", "4"], 64), (["train", "x.yaml", "--restarts", "2"], 64),
      (["train", ":"], 64),
      (["-N", "2", "train"], 64), (["-hostfile", "x", "train"], 64),
    ] as [([String], Int32)])
  func usage(arguments: [String], code: Int32) throws {
    let outcome = try run(Repository.run, arguments, environment: anyProgram)
    #expect(outcome.code == code)
    #expect(outcome.errors.hasPrefix("launch/run: "))
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }

  @Test("Ranks may stand with their option, and counts begin with a nought; what is mpirun's is told")
  func counts() throws {
    let tools = try TemporaryFolder.withRecorder()
    #expect(try run(Repository.run, ["-n3", "train"], environment: anyProgram, path: tools.path).code == 0)
    #expect(tools.text("arguments").contains("-n\n3\n"))
    let padded = ["-n", "08", "--restarts=2", "train"]
    #expect(try run(Repository.run, padded, environment: anyProgram, path: tools.path).code == 0)
    #expect(tools.text("arguments").contains("-n\n8\n"))
    #expect(
      try run(Repository.run, ["--restarts", "08", "train"], environment: anyProgram, path: tools.path).code
        == 0)
    let other = try run(Repository.run, ["-np", "3", "train"], environment: anyProgram, path: tools.path)
    #expect(other.code == 64 && other.errors.contains("it is -n RANKS here"), "\(other.errors)")
    let scratch = try run(
      Repository.run, ["train"], environment: anyProgram.merging(["TMPDIR": "/nowhere"]) { $1 },
      path: tools.path)
    #expect(scratch.code == 74 && scratch.errors.contains("TMPDIR must name one"), "\(scratch.errors)")
  }

  @Test func help() throws {
    let outcome = try run(Repository.run, ["--help"])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("Examples:\n  launch/run  "))
    #expect(!outcome.output.contains("set -euo"))
  }

  @Test(arguments: [0, 1, 64, 65, 66, 70, 71, 74, 75, 86] as [Int32])
  func passesOnTheExitCode(code: Int32) throws {
    let folder = try TemporaryFolder()
    let program = try folder.script("program", "echo a result; echo 'x.yaml:1:2: a mistake' >&2; exit $2")
    let outcome = try run(
      Repository.run, ["-n", "1", "train", String(code)], environment: ["EQPROP_EXECUTABLE": program])
    #expect(outcome.code == code)
    #expect(outcome.output == "a result\n")
    #expect(outcome.errors == "x.yaml:1:2: a mistake\n")
  }

  @Test func startsSoManyRanksEvenBeyondTheCores() throws {
    let folder = try TemporaryFolder()
    let program = try folder.script("program", "echo $OMPI_COMM_WORLD_RANK of $OMPI_COMM_WORLD_SIZE $PWD")
    let ranks = ProcessInfo.processInfo.activeProcessorCount + 1
    let outcome = try run(
      Repository.run, ["-n", String(ranks), "train"], in: folder.path,
      environment: ["EQPROP_EXECUTABLE": program])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let expected = (0..<ranks).map { "\($0) of \(ranks) \(folder.path)" }
    #expect(outcome.output.split(separator: "\n").sorted() == expected.map { Substring($0) }.sorted())
  }

  @Test func withNoArgumentsTrainsTheDigitsOnTwoRanks() throws {
    let tools = try TemporaryFolder.withRecorder()
    #expect(try run(Repository.run, environment: anyProgram, path: tools.path).code == 0)
    let arguments = tools.text("arguments")
    #expect(arguments.contains("-n\n2\n"))
    #expect(arguments.hasSuffix("/bin/true\ntrain\nlaunch/recipes/digits.yaml\n"))
  }

  @Test func oneRankIsEnoughForHelp() throws {
    let tools = try TemporaryFolder.withRecorder()
    #expect(try run(Repository.run, ["help", "train"], environment: anyProgram, path: tools.path).code == 0)
    #expect(tools.text("arguments").contains("-n\n1\n"))
    #expect(tools.text("arguments").hasSuffix("help\ntrain\n"))
  }

  @Test func aPlanTakesOneRankWhateverItIsFor() throws {
    let tools = try TemporaryFolder.withRecorder()
    let arguments = ["plan", "launch/recipes/digits.yaml", "-n", "64"]
    #expect(try run(Repository.run, arguments, environment: anyProgram, path: tools.path).code == 0)
    #expect(tools.text("arguments").contains("-n\n1\n"))
    #expect(tools.text("arguments").hasSuffix("plan\nlaunch/recipes/digits.yaml\n-n\n64\n"))
  }

  @Test func aRunFileIsLookedForHereThenInTheRepository() throws {
    let tools = try TemporaryFolder.withRecorder()
    let recipe = "launch/recipes/digits.yaml"
    let arguments = ["train", recipe, "--output", "my runs"]
    _ = try run(Repository.run, arguments, in: tools.path, environment: anyProgram, path: tools.path)
    #expect(tools.text("arguments").hasSuffix("train\n\(Repository.root)/\(recipe)\n--output\nmy runs\n"))
    try tools.write(recipe, "name: mine")
    _ = try run(Repository.run, arguments, in: tools.path, environment: anyProgram, path: tools.path)
    #expect(tools.text("arguments").hasSuffix("train\n\(recipe)\n--output\nmy runs\n"))
  }

  @Test(arguments: [(1, "0"), (1000, "1")]) func ranksYieldWhenTheyShareCores(ranks: Int, yield: String)
    throws
  {
    let tools = try TemporaryFolder.withRecorder()
    _ = try run(Repository.run, ["-n", String(ranks), "train"], environment: anyProgram, path: tools.path)
    let environment = tools.text("environment").split(separator: "\n")
    #expect(environment.contains("OMPI_MCA_mpi_yield_when_idle=\(yield)"))
    for expected in [
      "OMPI_MCA_rmaps_base_oversubscribe=1", "OMPI_MCA_hwloc_base_binding_policy=none",
      "EQPROP_PROGRESS=plain",
    ] { #expect(environment.contains(Substring(expected))) }
    #expect(tools.text("arguments").contains("-x\nEQPROP_PROGRESS\n"))
  }

  @Test func aHostFileIsHandedOn() throws {
    let tools = try TemporaryFolder.withRecorder()
    try tools.write("my hosts", "a slots=4\nb slots=4\n")
    let outcome = try run(
      Repository.run, ["--hosts", "my hosts", "-n", "8", "train"], in: tools.path,
      environment: anyProgram.merging(["OMPI_MCA_hwloc_base_binding_policy": "core"]) { $1 }, path: tools.path
    )
    #expect(outcome.code == 0)
    #expect(tools.text("arguments").contains("/tidy-hosts\n-n\n8\n"))
    // How ranks share the cores of other hosts is for Open MPI to see, and what the user set stays set.
    #expect(!tools.text("environment").contains("OMPI_MCA_rmaps_base_oversubscribe"))
    #expect(!tools.text("environment").contains("OMPI_MCA_mpi_yield_when_idle"))
    #expect(tools.text("environment").contains("OMPI_MCA_hwloc_base_binding_policy=core\n"))
  }

  @Test func onATerminalThereIsAProgressLine() throws {
    let tools = try TemporaryFolder.withRecorder()
    let outcome = try run(
      "script", ["-qec", "'\(Repository.run)' train", "/dev/null"],
      environment: anyProgram.merging(["TERM": "xterm"]) { $1 }, path: tools.path)
    #expect(outcome.code == 0)
    #expect(tools.text("environment").contains("EQPROP_PROGRESS=line\n"))
  }

  @Test func aBuildThatFailsIsShown() throws {
    let tools = try TemporaryFolder()
    try tools.script(
      "swift",
      "[[ $1 != --version ]] || { echo Swift version 6.3.1; exit; }; echo 'error: no such word'; exit 1")
    let outcome = try run(Repository.run, path: tools.path)
    #expect(outcome.code == 71)
    #expect(outcome.errors.hasPrefix("launch/run: building eqprop ... failed after "))
    #expect(outcome.errors.hasSuffix("error: no such word\n"))
  }
}
