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
          - {units: 10, activation: hard-sigmoid, rate: 1e-30}
        initialization: glorot-uniform
      relaxation: {updates: euler, step: 0.5, start: zero, free: 15, nudged: 4}
      nudging: {kind: random-sign, beta: 1.0}
      training: {epochs: 400, batch: 12, momentum: 0, schedule: constant}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 100, keep: 2}

      """

    /// A run whose rates are so small from the second epoch on that nothing changes any more.
    private static let frozen = """
      name: frozen
      data: {format: digits, training: 600, validation: 100}
      network:
        layers:
          - {units: 96, rate: 0.2}
          - {units: 96, rate: 0.2}
          - {units: 10, activation: hard-sigmoid, rate: 0.2}
        initialization: glorot-uniform
      relaxation: {updates: euler, step: 0.5, start: zero, free: 15, nudged: 4}
      nudging: {kind: random-sign, beta: 1.0}
      training: {epochs: 400, batch: 12, schedule: {kind: exponential, factor: 1e-30}, momentum: 0}
      tiling: {shards: 4, slices: 2}
      checkpoint: {every: 100, keep: 2}

      """

    /// The same of layers that are too small to be cut.
    private static let whole = frozen.replacingOccurrences(of: "units: 96", with: "units: 48")

    /// A value of a tensor that changes in one rank's memory.
    struct Flip: Sendable, CustomTestStringConvertible {
      let grid: String
      let layer: Int
      let tensor: String
      /// The value's place in the file's tensor; those that follow lie beside it in the rank's memory.
      let at: Int
      let rank: Int
      var runFile = TrainingFaults.runFile

      var name: String { "layers.\(layer).\(tensor)" }
      var testDescription: String { "\(name) \(at) of rank \(rank) on \(grid)" }
    }

    @Test(
      "A flipped bit of one rank's weights is found, told with tensor, ranks and step, and never saved",
      arguments: [
        // Each replica holds all, and each slice rank all of layers that are too small to be cut.
        Flip(grid: "2x1x1", layer: 2, tensor: "weight", at: 0, rank: 1),
        Flip(grid: "2x1x2", layer: 2, tensor: "weight", at: 0, rank: 2),
        Flip(grid: "1x1x2", layer: 2, tensor: "weight", at: 0, rank: 1, runFile: whole),
        // The output's biases, which every slice rank holds.
        Flip(grid: "1x1x2", layer: 3, tensor: "bias", at: 0, rank: 1, runFile: frozen),
        Flip(grid: "1x2x2", layer: 3, tensor: "bias", at: 0, rank: 3, runFile: frozen),
        Flip(grid: "2x1x2", layer: 3, tensor: "bias", at: 0, rank: 2, runFile: frozen),
        // A row that drives the next layer on rank 0, and is driven from it on rank 1: held once in each direction.
        Flip(grid: "1x1x2", layer: 2, tensor: "weight", at: 60 * 96, rank: 0, runFile: frozen),
        Flip(grid: "1x2x2", layer: 2, tensor: "weight", at: 60 * 96, rank: 0, runFile: frozen),
        Flip(grid: "2x1x1", layer: 1, tensor: "weight", at: 0, rank: 1, runFile: frozen),
      ])
    func flippedBit(_ flipped: Flip) throws {
      let folder = try TrainingFolder(flipped.runFile)
      // Epochs that last far longer than a checkpoint is written: what is flipped is no copy of one under way.
      let training = folder.training(
        flipped.grid, to: "run",
        ["--compare-weights", "10", "--set", "relaxation.free=1000", "--set", "report.every=1"])
      let job = try training.start()
      try job.waitFor("epoch 2/400")
      // The thread that writes them may be behind.
      let deadline = Date().addingTimeInterval(20)
      while folder.checkpoints().isEmpty, Date() < deadline { usleep(10_000) }
      let first = try #require(folder.checkpoints().first)
      let values = try self.values(flipped, folder, first)
      let victim = try Ranks.await(training.ranks, of: job)[flipped.rank].process
      #expect(try flip(values[flipped.at...].prefix(6), in: victim, folder) > 0)
      let outcome = try job.wait()
      #expect(outcome.status == 71, "\(outcome.story)")
      let told = outcome.said.filter { $0.contains(" is not the same everywhere after step ") }
      #expect(told.count == 1, "\(outcome.story)")
      let line = try #require(told.first)
      #expect(line.hasPrefix("\(flipped.name) is not the same"), "\(line)")
      #expect(line.contains("rank \(flipped.rank) on "), "\(line)")
      #expect(line.contains(" differs from rank "), "\(line)")
      #expect(line.contains(/; run again to go on from step-\d{9}$/), "\(line)")
      // What was saved has the right bits, and the run goes on from it.
      for checkpoint in folder.checkpoints() {
        // A bias of almost nothing may still move in its last digits.
        let saved = try self.values(flipped, folder, checkpoint)[flipped.at...].prefix(6)
        #expect(saved == values[flipped.at...].prefix(6), "\(checkpoint), first \(first): \(line)")
      }
      let again = try folder.train(
        "1x1x1", to: "run", ["--limit-steps", "1", "--set", "relaxation.free=1000"])
      #expect(
        again.status == 0 && again.said.contains { $0.hasPrefix("going on from step-") }, "\(again.story)")
    }

    private func values(_ flipped: Flip, _ folder: TrainingFolder, _ checkpoint: String) throws -> [Float] {
      let reader = try Safetensors.Reader(
        path: "\(folder.path)/run/checkpoints/\(checkpoint)/layer-\(flipped.layer).safetensors")
      return try reader.elements(of: reader.tensor(flipped.name), as: Float.self)
    }

    /// Stops a rank in the middle of an epoch: no copy for a checkpoint is under way, which holds what it held at its step
    /// and is no weight of the network.
    private func stopWithinEpoch(_ process: pid_t, _ folder: TrainingFolder) throws {
      for _ in 0..<400 {
        kill(process, SIGSTOP)
        // The others go on to the next sum, where they wait for this rank.
        usleep(50_000)
        // A line that is being written is no line yet.
        let step = (try? folder.lines(of: "steps"))?.last?["step"] as? Int ?? 0
        let isSaved = folder.checkpoints().contains {
          $0.hasSuffix(String(format: "-%09d", step - step % 50))
        }
        if (5..<40).contains(step % 50), isSaved { return }
        kill(process, SIGCONT)
        usleep(useconds_t.random(in: 1000...20_000))
      }
      throw HarnessError("never within an epoch")
    }

    /// Flips the lowest bit of the first value wherever a process holds it with those that follow; how often.
    private func flip(_ values: some Collection<Float>, in process: pid_t, _ folder: TrainingFolder) throws
      -> Int
    {
      try stopWithinEpoch(process, folder)
      defer { kill(process, SIGCONT) }
      let pattern = Array(values).withUnsafeBytes { Data($0) }
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
