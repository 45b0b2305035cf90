import FileFormats
import Foundation
import Testing

extension RealRanks {
  @Suite struct TrainingFaults {
    /// A run whose output layer never changes: its rate is too small for any bit of a weight.
    private static let runFile = """
      name: faulty
      data: {format: digits, training: 600, validation: 100}
      network:
        layers:
          - {units: 48, rate: 0.2}
          - {units: 10, rate: 1e-30}
      relaxation: {updates: euler, step: 0.5, start: zero, free: 15, nudged: 4}
      nudging: {kind: random-sign, beta: 1.0}
      training: {epochs: 400, batch: 12}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 100, keep: 2}

      """

    @Test(
      "A flipped bit of one rank's weights is found, told with tensor, ranks and step, and never saved",
      arguments: [(2, "2x1x1", "rank 1"), (4, "2x1x2", "rank 2")])
    func flippedBit(ranks: Int, grid: String, name: String) throws {
      let folder = try TrainingFolder(Self.runFile)
      let job = try folder.training(grid, to: "run", ["--compare-weights", "50"]).start()
      try job.waitFor("epoch 2/400")
      let first = try #require(folder.checkpoints().first)
      let weights = try self.weights(folder, first)
      let victim = try Ranks.await(ranks, of: job)[ranks / 2].process
      #expect(try flip(weights, in: victim, folder) > 0)
      let outcome = try job.wait()
      #expect(outcome.status == 71, "\(outcome.story)")
      let told = outcome.said.filter { $0.contains(" is not the same everywhere after step ") }
      #expect(told.count == 1, "\(outcome.story)")
      let line = try #require(told.first)
      #expect(line.hasPrefix("layers.2.weight is not the same"), "\(line)")
      #expect(line.contains("\(name) on "), "\(line)")
      #expect(line.contains(/; run again to go on from step-\d{9}$/), "\(line)")
      // What was saved has the right bits, and the run goes on from it.
      for checkpoint in folder.checkpoints() {
        #expect(try self.weights(folder, checkpoint) == weights, "\(checkpoint)")
      }
      let again = try folder.train("1x1x1", to: "run", ["--limit-steps", "1"])
      #expect(
        again.status == 0 && again.said.contains { $0.hasPrefix("going on from step-") }, "\(again.story)")
    }

    private func weights(_ folder: TrainingFolder, _ checkpoint: String) throws -> [Float] {
      let reader = try Safetensors.Reader(
        path: "\(folder.path)/run/checkpoints/\(checkpoint)/layer-2.safetensors")
      return try reader.elements(of: reader.tensor("layers.2.weight"), as: Float.self)
    }

    /// Stops a rank while no checkpoint is under way: the copy it would write is no weight of the network, and holds what
    /// it held at its step.
    private func stopAwayFromCheckpoints(_ process: pid_t, _ folder: TrainingFolder) throws {
      for _ in 0..<200 {
        kill(process, SIGSTOP)
        // Time for rank 0 to begin the checkpoint that may be due: it goes no further without this rank.
        usleep(50_000)
        if !folder.names("run/checkpoints").contains(where: { $0.hasPrefix(".tmp-") }) { return }
        kill(process, SIGCONT)
        usleep(useconds_t.random(in: 1000...20_000))
      }
      throw HarnessError("a checkpoint is always under way")
    }

    /// Flips the lowest bit of the first weight wherever a process holds it with those that follow; how often.
    private func flip(_ weights: [Float], in process: pid_t, _ folder: TrainingFolder) throws -> Int {
      try stopAwayFromCheckpoints(process, folder)
      defer { kill(process, SIGCONT) }
      let pattern = weights.prefix(6).withUnsafeBytes { Data($0) }
      let file = try FileHandle(forUpdating: URL(fileURLWithPath: "/proc/\(process)/mem"))
      var count = 0
      for line in try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8).split(separator: "\n")
      {
        let fields = line.split(separator: " ")
        let bounds = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
        guard fields[1].hasPrefix("rw"), bounds.count == 2, bounds[1] - bounds[0] < 1 << 28 else { continue }
        try file.seek(toOffset: bounds[0])
        guard let bytes = try? file.read(upToCount: Int(bounds[1] - bounds[0])) else { continue }
        var from = bytes.startIndex
        while let found = bytes.range(of: pattern, in: from..<bytes.endIndex) {
          try file.seek(toOffset: bounds[0] + UInt64(found.lowerBound))
          try file.write(contentsOf: Data([bytes[found.lowerBound] ^ 1]))
          count += 1
          from = found.upperBound
        }
      }
      return count
    }
  }
}
