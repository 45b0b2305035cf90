import Foundation
import TestBasis
import Testing

extension RealRanks {
  @Suite struct TrainingKilled {
    // The long one kills 20 times: EQPROP_LONG_TESTS=1 asks for it.
    static let isLong = ProcessInfo.processInfo.environment["EQPROP_LONG_TESTS"] == "1"

    static let runFile = """
      name: killed
      data: {format: digits, training: 600, validation: 100}
      network:
        layers:
          - {units: 96, rate: 0.2}
          - {units: 10, activation: hard-sigmoid, rate: 0.1}
        initialization: glorot-uniform
      relaxation: {updates: euler, step: 0.5, start: persistent, free: 15, nudged: 4}
      nudging: {kind: random-sign, beta: 1.0}
      training: {epochs: 8, batch: 12, momentum: 0.5, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 10, keep: 2}

      """

    @Test("A run whose ranks are killed at random moments ends with the bits of an undisturbed one")
    func killedFiveTimes() throws { try killed(5, seed: 1) }

    @Test("The same after 20 kills", .enabled(if: isLong, "asked for by launch/test --long"))
    func killedTwentyTimes() throws { try killed(20, seed: 2) }

    @Test(
      "Chains go on from where they were, after 20 kills",
      .enabled(if: isLong, "asked for by launch/test --long"))
    func chainsKilledTwentyTimes() throws {
      try killed(
        20, seed: 3,
        runFile: Self.runFile.replacing(
          "updates: euler, step: 0.5, start: persistent, free: 15, nudged: 4",
          with: "updates: gibbs, temperature: 0.02, burn-in: 6, average: 6, start: persistent"
        ).replacing("beta: 1.0", with: "beta: 0.5"))
    }

    /// Of a machine with classes, so that it has a stage to spare.
    private static let machine = """
      name: killed-machine
      data: {format: digits, training: 600, validation: 100}
      rule: {kind: contrastive-divergence, labels: generative, persistent: true, offsets: 0.05}
      network:
        input: {anchor: free, activation: binary}
        layers: [{units: 96, activation: binary, rate: 0.1}, {units: 10, activation: categorical, rate: 0.1}]
      training: {epochs: 8, batch: 12, momentum: 0.5, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 10, keep: 2}

      """

    @Test("Chains that no example owns, and offsets, go on from where they were, after 3 kills")
    func machineKilled() throws { try killed(3, seed: 4, runFile: Self.machine) }

    @Test("The same after 20 kills", .enabled(if: isLong, "asked for by launch/test --long"))
    func machineKilledTwentyTimes() throws { try killed(20, seed: 5, runFile: Self.machine) }

    /// Running means go on from the checkpoint; labels and what is dropped are drawn by counters.
    private static let layers = """
      name: killed-layers
      data: {format: digits, training: 600, validation: 100}
      rule: {kind: forward-forward, negatives: hard, peers: 0.06}
      network:
        layers: [{units: 96}, {units: 70}, {units: 10}]
      training: {epochs: 6, batch: 12, dropout: 0.1, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 10, keep: 2}

      """

    @Test("Layers that learn by themselves go on from where they were, after 3 kills")
    func layersKilled() throws { try killed(3, seed: 8, runFile: Self.layers) }

    @Test("The same after 20 kills", .enabled(if: isLong, "asked for by launch/test --long"))
    func layersKilledTwentyTimes() throws { try killed(20, seed: 9, runFile: Self.layers) }

    /// Noise, times and pairs follow from counters and shards, averages of weights from the checkpoint.
    private static let flow = """
      name: killed-flow
      data: {format: digits, training: 600, validation: 100, normalize: {mean: [0.5], deviation: [0.5]}}
      task: flow
      network:
        input: {anchor: {spring: 15}}
        layers: [{units: 96}, {units: 70}, {units: 10, anchor: clamped}]
      training: {epochs: 4, batch: 12, schedule: constant, average: 0.99}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 10, keep: 2}

      """

    @Test("A flow and its averages go on from where they were, after 3 kills")
    func flowKilled() throws { try killed(3, seed: 6, runFile: Self.flow) }

    @Test("The same after 20 kills", .enabled(if: isLong, "asked for by launch/test --long"))
    func flowKilledTwentyTimes() throws { try killed(20, seed: 7, runFile: Self.flow) }

    /// Kills one rank so many times, and starts the run again each time, on another grid.
    private func killed(_ times: Int, seed: UInt64, runFile: String = runFile) throws {
      let folder = try TrainingFolder(runFile)
      let undisturbed = try folder.train("1x1x1", to: "undisturbed")
      try #require(undisturbed.status == 0)
      let remains = try folder.remains("undisturbed")
      let grids = ["2x1x1", "1x2x1", "1x1x2", "2x1x2"]
      var random = SeededGenerator(state: seed)
      var (kills, resumed, starts) = (0, 0, 0)
      while kills < times {
        let grid = grids[starts % grids.count]
        starts += 1
        try #require(starts < 20 * times, "seed \(seed): the run always ends before the kill")
        let training = folder.training(grid)
        let job = try training.start()
        let ranks = try Ranks.await(training.ranks, of: job)
        // From the session's beginning to some way into the training, on a busy machine too.
        let longest = max(900_000, UInt32(undisturbed.seconds * 1e6))
        usleep(UInt32.random(in: 50_000...longest, using: &random))
        let isUnderWay = Ranks.started(by: job).count == ranks.count
        let victim = ranks[Int.random(in: ranks.indices, using: &random)]
        if isUnderWay { kill(victim.process, SIGKILL) }
        let outcome = try job.wait()
        resumed += outcome.errors.contains("going on from step-") ? 1 : 0
        if outcome.status == 0 {
          #expect(try folder.remains() == remains, "seed \(seed)")
          try folder.remove("run")
        } else {
          // 71: the rank was killed as MPI started, which told of that before the launcher did of the signal.
          try #require(isUnderWay && [137, 71].contains(outcome.status), "seed \(seed): \(outcome.story)")
          kills += 1
        }
        #expect(Ranks.left(marked: folder.path) == [])
      }
      let outcome = try folder.train("1x2x2")
      #expect(outcome.status == 0, "seed \(seed): \(outcome.story)")
      #expect(try folder.remains() == remains, "seed \(seed)")
      #expect(!outcome.errors.contains("damaged"), "seed \(seed): \(outcome.story)")
      #expect(!folder.names("run/checkpoints").contains { $0.hasPrefix(".") })
      #expect(resumed > 0, "seed \(seed): no run went on from a checkpoint")
    }
  }
}
