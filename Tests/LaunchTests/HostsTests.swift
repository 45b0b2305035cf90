import Foundation
import TestBasis
import Testing

/// Jobs over real TCP between hosts: needs root, network namespaces and an sshd.
@Suite(
  .serialized, .enabled(if: TestHosts.arePossible, "needs root, network namespaces and an sshd"),
  .timeLimit(.minutes(3))) struct HostsTests
{
  private static let runFile = """
    name: spread
    data: {format: digits, training: 600, validation: 100}
    network:
      layers:
        - {units: 96, rate: 0.2}
        - {units: 10, activation: hard-sigmoid, rate: 0.1}
      initialization: glorot-uniform
    relaxation: {updates: euler, step: 0.5, start: persistent, free: 10, nudged: 4}
    nudging: {kind: random-sign, beta: 1.0}
    training: {epochs: 40, batch: 60, momentum: 0, schedule: constant}
    tiling: {shards: 6, slices: 2}
    checkpoint: {every: 10, keep: 2}

    """

  /// The last checkpoint's name, the SHA-256 of its files, and the metrics without their times.
  private func remains(_ folder: TemporaryFolder, _ output: String) throws -> String {
    let script = """
      cat checkpoints/LATEST
      (cd "checkpoints/$(cat checkpoints/LATEST)"; find . -type f | sort | xargs sha256sum)
      sed 's/,"examples_per_second":.*//' metrics.jsonl
      """
    let outcome = try run("bash", ["-euc", script], in: folder.path + "/" + output)
    try #require(outcome.code == 0, "\(outcome.errors)")
    return outcome.output
  }

  /// Trains to the end on one rank of this machine.
  private func undisturbed(_ folder: TemporaryFolder, _ options: [String]) throws -> String {
    let outcome = try run(
      Repository.run, ["-n", "1", "train", "run.yaml", "--output", "undisturbed"] + options, in: folder.path,
      environment: ["EQPROP_EXECUTABLE": Repository.root + "/.build/release/eqprop"])
    try #require(outcome.code == 0, "\(outcome.errors)")
    return try remains(folder, "undisturbed")
  }

  @Test(arguments: ["3x1x1", "1x2x1", "1x1x2"])
  func withDelayAndLossTheBitsAreThoseOfOneHost(grid: String) throws {
    let hosts = try TestHosts(grid == "3x1x1" ? 3 : 2, delay: 20, loss: 1)
    try hosts.folder.write("run.yaml", Self.runFile)
    // Few exchanges of much each: what is lost is sent again after a quarter of a second, all others waiting for it.
    let options = ["training.epochs=1", "training.batch=300", "relaxation.free=4", "relaxation.nudged=2"]
      .flatMap { ["--set", $0] }
    let ranks = grid == "3x1x1" ? "3" : "2"
    let outcome = try hosts.launch(
      ["-n", ranks, "train", "run.yaml", "--output", "run", "--grid", grid] + options
    ).ended(within: 150)
    try #require(outcome.code == 0, "\(outcome.errors)")
    #expect(try remains(hosts.folder, "run") == undisturbed(hosts.folder, options))
  }

  @Test func aLostHostIsNamedAndTheJobGoesOnWithoutIt() throws {
    let hosts = try TestHosts(3)
    try hosts.folder.write("run.yaml", Self.runFile)
    let training = try hosts.launch([
      "-n", "3", "--restarts", "2", "train", "run.yaml", "--output", "run", "--grid", "3x1x1",
      "--stall-limit", "4",
    ])
    try #require(
      holds(within: 60) {
        hosts.folder.text("run/metrics.jsonl").split(separator: "\n").count > 3
      }, "\(training.errors)")
    hosts.cut(3)
    let outcome = training.ended(within: 100)
    try #require(outcome.code == 0, "\(outcome.errors)")
    #expect(
      outcome.errors.contains(/eqprop: rank [0-2] on h[12] stalled: waited 4\.\d s in [a-z]/),
      "\(outcome.errors)")
    #expect(outcome.errors.contains("launch/run: ended with 86; starting again in 1 s (1 of 2)\n"))
    #expect(
      outcome.errors.contains("launch/run: no answer from h3; going on without, on 2 of 3 ranks\n"),
      "\(outcome.errors)")
    #expect(outcome.errors.contains("eqprop: grid 1x1x2 (replicas x stages x slices)\n"), "\(outcome.errors)")
    #expect(outcome.errors.contains("eqprop: going on from step-"), "\(outcome.errors)")
    #expect(try remains(hosts.folder, "run") == undisturbed(hosts.folder, []))
  }
}
